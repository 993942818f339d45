"""Accountability cases (问责): an event, the item of its day, each unit's share, deeds and finding (TA-17, TA-18)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.coordination import CoordinationCase
from models.lists import ListItem
from models.organisation import Unit


class AccountabilityState(Word):
    """Where a case stands (requirements B2)."""

    opened = "opened", N_("Being looked into"), "info"
    analysed = "analysed", N_("Analysed, views are heard"), "active"
    concluded = "concluded", N_("Concluded"), "done"


class Responsibility(Word):
    """Which share of the matter is the unit's, by the list (TA-17, ZG-05)."""

    primary = "primary", N_("Primary responsibility"), "active"
    cooperative = "cooperative", N_("Cooperative responsibility"), "info"


class PartState(Word):
    """First how much of the event is the unit's, then what is found of it."""

    named = "named", N_("Share not fixed"), "muted"
    weighed = "weighed", N_("Share fixed"), "active"
    found = "found", N_("Finding made"), "done"


class Finding(Word):
    """What a case ends with for a unit (TA-18)."""

    held_accountable = "held_accountable", N_("Held accountable"), "danger"
    exempted = "exempted", N_("Exempted"), "done"


class AccountabilityCase(Regional, Model):
    """One event, judged by the list as it was in force that day (TA-08, R36). Once concluded, it is frozen.

    Only `models.rules.accountability` assigns what is protected.
    """

    __tablename__ = "accountability_case"
    __table_args__ = (
        UniqueConstraint("number", name="uq_accountability_case_number"),
        Index("ix_accountability_case_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), info={"label": N_("Number"), "protected": True})
    title: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Event"), "help": N_("One sentence: what happened, and where.")}
    )
    state: Mapped[AccountabilityState] = mapped_column(
        default=AccountabilityState.opened, info={"label": N_("State"), "protected": True}
    )
    happened_on: Mapped[date | None] = mapped_column(
        info={"label": N_("Day of the event"), "help": N_("Of a call, it may be left empty: the day of the matter.")}
    )
    facts: Mapped[str] = mapped_column(Text, info={"label": N_("Facts of the event")})
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    coordination_case_id: Mapped[int | None] = mapped_column(ForeignKey("coordination_case.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    township_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(info={"label": N_("Opened at"), "protected": True})
    analysis: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Comprehensive analysis"), "protected": True}
    )
    analysed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Analysed at"), "protected": True})
    views_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Views until"), "protected": True})
    concluded_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Closed at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call | None] = relationship(
        info={
            "label": N_("Call"),
            "help": N_("Calls that cite an item. Of another, leave it empty: name the matter, the place and the day."),
        }
    )
    coordination_case: Mapped[CoordinationCase | None] = relationship(info={"label": N_("Coordination case")})
    list_item: Mapped[ListItem | None] = relationship(
        foreign_keys=list_item_id,
        info={"label": N_("Matter of the list"), "help": N_("Of an event without a call. Any version will do.")},
    )
    item: Mapped[ListItem] = relationship(
        foreign_keys=item_id, info={"label": N_("Item as in force that day"), "protected": True}
    )
    township: Mapped[Unit | None] = relationship(
        foreign_keys=township_id,
        info={"label": N_("Township or street"), "help": N_("Where it happened. Of a call, it follows from the call.")},
    )
    opened_by: Mapped[Unit] = relationship(
        foreign_keys=opened_by_id, info={"label": N_("Opened by"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class AccountabilityUnit(Regional, Model):
    """What a unit has to do with the event: what the item demands, what it did, its view, and what is found."""

    __tablename__ = "accountability_unit"
    __table_args__ = (
        UniqueConstraint("case_id", "unit_id", name="uq_accountability_unit"),
        CheckConstraint("share BETWEEN 0 AND 100", name="ck_accountability_unit_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    responsibility: Mapped[Responsibility] = mapped_column(info={"label": N_("Responsibility"), "protected": True})
    state: Mapped[PartState] = mapped_column(default=PartState.named, info={"label": N_("State"), "protected": True})
    demanded: Mapped[str] = mapped_column(Text, info={"label": N_("What the item demands"), "protected": True})
    deeds: Mapped[int] = mapped_column(default=0, info={"label": N_("Deeds on record"), "protected": True})
    failures: Mapped[int] = mapped_column(default=0, info={"label": N_("Failures on record"), "protected": True})
    share: Mapped[int | None] = mapped_column(info={"label": N_("Share in percent"), "protected": True})
    weighing: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Why this share"), "protected": True})
    view: Mapped[str] = mapped_column(Text, default="", info={"label": N_("View of the unit"), "protected": True})
    viewed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("View given at"), "protected": True})
    finding: Mapped[Finding | None] = mapped_column(info={"label": N_("Finding"), "protected": True})
    duty_cited: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Duty cited"), "protected": True})
    what_was_done: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("What the unit did"), "protected": True}
    )
    against_record: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Why against the record"), "protected": True}
    )
    found_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Finding made at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    case_id: Mapped[int] = mapped_column(ForeignKey("accountability_case.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    case: Mapped[AccountabilityCase] = relationship(info={"label": N_("Accountability case"), "protected": True})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit"), "protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.responsibility.label}"


class AccountabilityDeed(Regional, Model):
    """Something that the recorder knows of a unit in the matter, kept with the case as it was read there."""

    __tablename__ = "accountability_deed"
    __recorded__ = False  # it is the recorder's own
    __table_args__ = (UniqueConstraint("part_id", "seq", name="uq_accountability_deed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(info={"label": N_("Serial number")})
    at: Mapped[datetime] = mapped_column(info={"label": N_("When")})
    subject_type: Mapped[str] = mapped_column(String(40), info={"label": N_("Kind of record"), "coded": True})
    action: Mapped[str] = mapped_column(String(60), info={"label": N_("What"), "coded": "subject_type"})
    is_late: Mapped[bool] = mapped_column(default=False, info={"label": N_("Late or not done")})
    note: Mapped[str] = mapped_column(String(2000), default="", info={"label": N_("Reason")})
    part_id: Mapped[int] = mapped_column(ForeignKey("accountability_unit.id"), index=True)

    part: Mapped[AccountabilityUnit] = relationship(info={"label": N_("Unit involved")})

    def __str__(self) -> str:
        return f"{self.part.unit} · {self.at:%Y-%m-%d}"
