"""Requests of data (报表): the fields that departments ask townships to report, and which are reported already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assigned import AssignedMatter
from models.base import N_, Model, Regional, Word
from models.lists import ListItem
from models.organisation import Unit


class RequestState(Word):
    """Where a request stands."""

    draft = "draft", N_("Draft"), "muted"
    sent = "sent", N_("Sent to the townships"), "active"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class DataRequest(Regional, Model):
    """A form that townships are to fill in, for one year or one month of it.

    Once sent, the whole county sees it: nobody has to ask again for what somebody has.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="ck_data_request_month"),
        Index("ix_data_request_about", "region_id", "subject_key", "period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    state: Mapped[RequestState] = mapped_column(
        default=RequestState.draft, info={"label": N_("State"), "protected": True}
    )
    subject: Mapped[str] = mapped_column(
        String(80), info={"label": N_("What the rows are about"), "help": N_("Such as enterprises, farms, households.")}
    )
    year: Mapped[int] = mapped_column(index=True, info={"label": N_("Year")})
    month: Mapped[int | None] = mapped_column(info={"label": N_("Month"), "help": N_("Empty: the whole year.")})
    period: Mapped[str] = mapped_column(String(7), default="", info={"label": N_("Period"), "protected": True})
    subject_key: Mapped[str] = mapped_column(String(80), default="", info={"protected": True})
    asked: Mapped[int] = mapped_column(default=0, info={"label": N_("Fields asked for"), "protected": True})
    repeated: Mapped[int] = mapped_column(default=0, info={"label": N_("Of these already reported"), "protected": True})
    places: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Where they are already reported"), "protected": True}
    )
    sent_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Sent"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    assigned_matter_id: Mapped[int | None] = mapped_column(ForeignKey("assigned_matter.id"), index=True)

    department: Mapped[Unit] = relationship(
        foreign_keys=department_id, info={"label": N_("Department"), "protected": True}
    )
    list_item: Mapped[ListItem | None] = relationship(
        info={"label": N_("List item"), "help": N_("The duty that the data serve; or else an assigned matter.")}
    )
    assigned_matter: Mapped[AssignedMatter | None] = relationship(info={"label": N_("Assigned matter")})
    fields: Mapped[list[DataRequestField]] = relationship(
        back_populates="request", foreign_keys="DataRequestField.request_id", cascade="all, delete-orphan"
    )
    townships: Mapped[list[DataRequestTownship]] = relationship(back_populates="request", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class DataRequestField(Regional, Model):
    """One field of a request, and the earlier request that has brought it in."""

    __tablename__ = "data_request_field"
    __table_args__ = (
        UniqueConstraint("request_id", "label_key", name="uq_data_request_field_label"),
        Index("ix_data_request_field_label", "label_key"),
        Index("ix_data_request_field_code", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(80), info={"label": N_("Indicator")})
    code: Mapped[str] = mapped_column(
        String(40), default="", info={"label": N_("Code"), "help": N_("Of a common standard, if there is one.")}
    )
    label_key: Mapped[str] = mapped_column(String(80), default="", info={"protected": True})
    request_id: Mapped[int] = mapped_column(ForeignKey("data_request.id"), index=True)
    held_in_id: Mapped[int | None] = mapped_column(ForeignKey("data_request.id"), index=True)

    request: Mapped[DataRequest] = relationship(
        back_populates="fields", foreign_keys=request_id, info={"label": N_("Data request")}
    )
    held_in: Mapped[DataRequest | None] = relationship(
        foreign_keys=held_in_id, info={"label": N_("Already reported in"), "protected": True}
    )

    def __str__(self) -> str:
        return self.label


class DataRequestTownship(Regional, Model):
    """A township that is to report."""

    __tablename__ = "data_request_township"
    __table_args__ = (UniqueConstraint("request_id", "township_id", name="uq_data_request_township"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("data_request.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    request: Mapped[DataRequest] = relationship(back_populates="townships", info={"label": N_("Data request")})
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    def __str__(self) -> str:
        return str(self.township)
