"""Duty lists: which department leads in which matter, who cooperates, and on what basis."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Unit
from models.words import CallScope


class ListType(Word):
    """The kinds of list (requirements B1)."""

    territorial = "territorial", N_("Territorial management list")


class ListState(Word):
    """A published list binds everyone, and is frozen."""

    draft = "draft", N_("Draft"), "muted"
    published = "published", N_("Published"), "done"


class DutyList(Regional, Model):
    """One edition of a county's list, with its act of publication (TA-04)."""

    __tablename__ = "duty_list"
    __table_args__ = (
        UniqueConstraint("region_id", "list_type", "edition", name="uq_duty_list_edition"),
        Index(
            "uq_duty_list_in_force",
            "region_id",
            "list_type",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    list_type: Mapped[ListType] = mapped_column(default=ListType.territorial, info={"label": N_("List type")})
    edition: Mapped[int] = mapped_column(default=1, info={"label": N_("Edition")})
    state: Mapped[ListState] = mapped_column(
        default=ListState.draft, index=True, info={"label": N_("State"), "protected": True}
    )
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    issued_by: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Issued by")})
    document_number: Mapped[str] = mapped_column(String(80), default="", info={"label": N_("Document number")})
    published_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Published at"), "protected": True})
    effective_from: Mapped[date | None] = mapped_column(info={"label": N_("In force from"), "protected": True})
    note: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Note")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    owner_unit: Mapped[Unit] = relationship(foreign_keys=owner_unit_id, info={"label": N_("Kept by")})
    items: Mapped[list[ListItem]] = relationship(back_populates="duty_list", lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class ListItem(Regional, Model):
    """One matter: the lead department's duties, the township's, and the basis (TA-10).

    The lead keeps whatever is not written; a township owes what is written, and no more (TS-03).
    """

    __tablename__ = "list_item"
    __table_args__ = (
        UniqueConstraint("duty_list_id", "code", name="uq_list_item_code"),
        Index("ix_list_item_region_state", "region_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), info={"label": N_("Code")})
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Matter")})
    category: Mapped[str] = mapped_column(String(40), default="", index=True, info={"label": N_("Category")})
    call_scope: Mapped[CallScope] = mapped_column(default=CallScope.complex, info={"label": N_("Call scope")})
    duty_list_id: Mapped[int] = mapped_column(ForeignKey("duty_list.id"), index=True)
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    department_duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Department duties")})
    township_duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Township duties")})
    legal_basis: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Legal and policy basis")})
    time_limit: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Time limit in law")})
    source: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Source")})
    state: Mapped[ListState] = mapped_column(default=ListState.draft, info={"label": N_("State"), "protected": True})
    search_key: Mapped[str] = mapped_column(String(400), default="", info={"protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    duty_list: Mapped[DutyList] = relationship(back_populates="items", info={"label": N_("List")})
    lead_department: Mapped[Unit | None] = relationship(
        foreign_keys=lead_department_id, info={"label": N_("Lead department")}
    )
    cooperating: Mapped[list[ItemCooperation]] = relationship(
        back_populates="list_item", cascade="all, delete-orphan", info={"label": N_("Cooperating departments")}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ItemCooperation(Regional, Model):
    """A department that cooperates in an item."""

    __tablename__ = "item_cooperation"
    __table_args__ = (UniqueConstraint("list_item_id", "unit_id", name="uq_item_cooperation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    list_item: Mapped[ListItem] = relationship(back_populates="cooperating", info={"label": N_("List item")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Cooperating department")})

    def __str__(self) -> str:
        return str(self.unit)
