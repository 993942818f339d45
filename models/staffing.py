"""People of dispatched agencies (派驻人员): whose establishment they hold, where they serve, on which post."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agencies import DispatchedAgency
from models.base import N_, Model, Regional, User, Word
from models.organisation import Unit


class StaffState(Word):
    """Where somebody is. In place is who serves at the agency (TS-24)."""

    registered = "registered", N_("Not posted"), "muted"
    in_place = "in_place", N_("In place"), "active"
    seconded = "seconded", N_("Seconded away"), "warn"
    left = "left", N_("Left"), "muted"


class StatusKind(Word):
    """As what somebody is employed. Dispatching does not change it (TS-21)."""

    civil_servant = "civil_servant", N_("Civil servant")
    as_civil_servant = "as_civil_servant", N_("Managed as a civil servant")
    institution = "institution", N_("Public institution")
    contract = "contract", N_("Outside the establishment")


class PostGrade(Word):
    """The grade of a post, apart from the establishment that its holder has (ZG-21, ZG-23)."""

    ungraded = "ungraded", N_("Without a grade"), "muted"
    junior = "junior", N_("Junior grade")
    middle = "middle", N_("Middle grade")
    senior = "senior", N_("Senior grade")


class RecruitmentSource(Word):
    """By which way somebody came (ZG-29)."""

    examination = "examination", N_("Recruited by examination")
    selected_graduate = "selected_graduate", N_("Selected graduate")
    village_graduate = "village_graduate", N_("Village graduate official")
    village_cadre = "village_cadre", N_("Village cadre")
    reserve_cadre = "reserve_cadre", N_("Reserve cadre")
    transferred = "transferred", N_("Transferred in")
    demobilised = "demobilised", N_("From the army")
    other = "other", N_("Another way")


class Specialty(Word):
    """What somebody has learned (ZG-29)."""

    management = "management", N_("Management")
    planning = "planning", N_("Planning and construction")
    finance = "finance", N_("Finance")
    agriculture = "agriculture", N_("Agriculture")
    law = "law", N_("Law")
    other = "other", N_("Other specialties")


class AgencyStaff(Regional, Model):
    """Somebody who serves, or is to serve, at an agency. Status, establishment and personnel relation stay (TS-21).

    What is shown of the numbers is masked; whole they are in columns that nothing shows. Only `models.rules.staffing`
    writes those, and `state`.
    """

    __tablename__ = "agency_staff"
    __table_args__ = (
        Index("ix_agency_staff_min_term_until", "min_term_until"),
        Index("ix_agency_staff_min_service_until", "min_service_until"),
        Index("ix_agency_staff_seconded_until", "seconded_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), info={"label": N_("Person's name")})
    state: Mapped[StaffState] = mapped_column(
        default=StaffState.registered, info={"label": N_("State"), "protected": True}
    )
    identity_number: Mapped[str] = mapped_column(
        String(40), default="", info={"label": N_("Identity number"), "help": N_("Once saved, it is shown masked.")}
    )
    identity_secret: Mapped[str] = mapped_column(String(40), default="", info={"protected": True, "secret": True})
    phone: Mapped[str] = mapped_column(
        String(40), default="", info={"label": N_("Telephone"), "help": N_("Once saved, it is shown masked.")}
    )
    phone_secret: Mapped[str] = mapped_column(String(40), default="", info={"protected": True, "secret": True})
    numbers_changed_at: Mapped[datetime | None] = mapped_column(
        info={"label": N_("Numbers last changed"), "protected": True}
    )
    status_kind: Mapped[StatusKind] = mapped_column(default=StatusKind.civil_servant, info={"label": N_("Employed as")})
    pay_relation_down: Mapped[bool] = mapped_column(
        default=True, info={"label": N_("Pay relation with the township or street")}
    )
    party_relation_down: Mapped[bool] = mapped_column(
        default=True, info={"label": N_("Party or league relation with the township or street")}
    )
    union_relation_down: Mapped[bool] = mapped_column(
        default=True, info={"label": N_("Union relation with the township or street")}
    )
    field: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Field"), "protected": True})
    post: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Post"), "help": N_("The post held, whatever the establishment.")}
    )
    post_grade: Mapped[PostGrade] = mapped_column(default=PostGrade.ungraded, info={"label": N_("Post grade")})
    post_duties: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Duties of the post"), "help": N_("What the post is there for.")}
    )
    is_head: Mapped[bool] = mapped_column(default=False, info={"label": N_("Head of the agency")})
    recruited_by: Mapped[RecruitmentSource | None] = mapped_column(info={"label": N_("Came by")})
    specialty: Mapped[Specialty | None] = mapped_column(info={"label": N_("Specialty")})
    hired_on: Mapped[date | None] = mapped_column(info={"label": N_("Hired on")})
    min_service_until: Mapped[date | None] = mapped_column(
        info={"label": N_("Minimum service until"), "help": N_("Of a new recruit: before, a transfer needs a reason.")}
    )
    dispatched_on: Mapped[date | None] = mapped_column(
        info={"label": N_("In this township since"), "help": N_("The term of two years counts from here.")}
    )
    min_term_until: Mapped[date | None] = mapped_column(info={"label": N_("Term until"), "protected": True})
    seconded_until: Mapped[date | None] = mapped_column(info={"label": N_("Seconded until"), "protected": True})
    left_on: Mapped[date | None] = mapped_column(info={"label": N_("Left on"), "protected": True})
    allowance_on_post: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Post allowance"), "help": N_("Only for who serves on the post.")}
    )
    benefit_two_20: Mapped[bool] = mapped_column(
        default=False,
        info={"label": N_("Both benefits of 20%"), "help": N_("As for the township's own people.")},
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("dispatched_agency.id"), index=True)
    establishment_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    personnel_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    seconded_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    agency: Mapped[DispatchedAgency | None] = relationship(
        info={
            "label": N_("Agency"),
            "help": N_("Where the establishment is locked: save without an agency, then propose the appointment."),
        }
    )
    establishment_unit: Mapped[Unit] = relationship(
        foreign_keys=establishment_unit_id,
        info={
            "label": N_("Establishment with"),
            "help": N_("It does not change when somebody is posted to an agency."),
        },
    )
    personnel_unit: Mapped[Unit] = relationship(
        foreign_keys=personnel_unit_id,
        info={"label": N_("Personnel relation with"), "help": N_("The parent department, which keeps this record.")},
    )
    seconded_to: Mapped[Unit | None] = relationship(
        foreign_keys=seconded_to_id, info={"label": N_("Seconded to"), "protected": True}
    )
    user: Mapped[User | None] = relationship(User, info={"label": N_("Account")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name
