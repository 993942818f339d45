"""Lists (清单) in editions, their types as people declare them, and the items: who leads, who cooperates, and why."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.files import Attachment
from models.item_words import (
    FieldKind,
    ItemColumn,
    ItemState,
    ListState,
    PowerStatus,
    Primary,
)
from models.organisation import Unit
from models.wording import ItemWording
from models.words import CallScope


class ListType(Model):
    """A kind of list (requirements B1), and any that an administrator adds. Its columns are its `ListField` rows."""

    __tablename__ = "list_type"
    __table_args__ = (
        UniqueConstraint("code", name="uq_list_type_code"),
        CheckConstraint("rounds >= 0", name="ck_list_type_rounds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(
        String(40), default="", info={"label": N_("Code"), "help": N_("Left empty, it follows from the name.")}
    )
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Name")})
    primary: Mapped[Primary] = mapped_column(
        default=Primary.department, info={"label": N_("Who is primarily responsible")}
    )
    rounds: Mapped[int] = mapped_column(
        default=1,
        info={"label": N_("Comment rounds"), "help": N_("How many a new list goes through before its publication.")},
    )
    in_modules: Mapped[bool] = mapped_column(
        default=False,
        info={"label": N_("Filed into modules"), "help": N_("Each item then belongs to one module of the county.")},
    )
    note: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Note")})

    def __str__(self) -> str:
        return self.name


class DeclaredField:
    """What people say of every field that they declare: of the items of a list type, or of the calls about an item."""

    required: Mapped[bool] = mapped_column(default=False, info={"label": N_("Mandatory")})
    choices: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Words"), "help": N_("For one of several words: one on each line.")}
    )
    help: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Explanation")})
    name: Mapped[str] = mapped_column(
        String(40),
        default="",
        info={"label": N_("Code name"), "help": N_("For programs. Left empty, it follows from the heading.")},
    )


class ListField(DeclaredField, Model):
    """One column of a list type: one that every item has and this type uses, or one of its own."""

    __tablename__ = "list_field"
    __table_args__ = (UniqueConstraint("list_type_id", "name", name="uq_list_field_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_type_id: Mapped[int] = mapped_column(ForeignKey("list_type.id"), index=True)
    position: Mapped[int] = mapped_column(default=0, info={"label": N_("Position")})
    label: Mapped[str] = mapped_column(String(60), default="", info={"label": N_("Name of the field")})
    column: Mapped[ItemColumn | None] = mapped_column(
        info={
            "label": N_("Usual column"),
            "help": N_("One that rules and charts know; none for a new field."),
        }
    )
    kind: Mapped[FieldKind] = mapped_column(
        default=FieldKind.text, info={"label": N_("Kind of field"), "help": N_("Of a new field.")}
    )

    list_type: Mapped[ListType] = relationship(info={"label": N_("List type")})

    def __str__(self) -> str:
        return self.label or self.name


class DutyList(Regional, Model):
    """One edition of a county's list, with its act of publication (TA-04). Its number is given when it is published."""

    __tablename__ = "duty_list"
    __table_args__ = (
        UniqueConstraint("region_id", "list_type_id", "edition", name="uq_duty_list_edition"),
        Index(
            "uq_duty_list_in_force",
            "region_id",
            "list_type_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    list_type_id: Mapped[int] = mapped_column(ForeignKey("list_type.id"), index=True)
    edition: Mapped[int | None] = mapped_column(info={"label": N_("Edition"), "protected": True})
    state: Mapped[ListState] = mapped_column(
        default=ListState.draft, index=True, info={"label": N_("State"), "protected": True}
    )
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    issued_by: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Issued by")})
    document_number: Mapped[str] = mapped_column(String(80), default="", info={"label": N_("Document number")})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("duty_list.id"), index=True)
    rounds_done: Mapped[int] = mapped_column(default=0, info={"label": N_("Comment rounds held"), "protected": True})
    comment_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Comment by"), "protected": True})
    published_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Published at"), "protected": True})
    effective_from: Mapped[date | None] = mapped_column(info={"label": N_("In force from"), "protected": True})
    effective_to: Mapped[date | None] = mapped_column(info={"label": N_("In force until"), "protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    idle_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Idle items looked for on"), "protected": True})
    note: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Note")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    list_type: Mapped[ListType] = relationship(info={"label": N_("List type")})
    owner_unit: Mapped[Unit] = relationship(foreign_keys=owner_unit_id, info={"label": N_("Kept by")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    replaces: Mapped[DutyList | None] = relationship(
        remote_side="DutyList.id", info={"label": N_("Edition before"), "protected": True}
    )
    items: Mapped[list[ListItem]] = relationship(back_populates="duty_list", lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class ListItem(Regional, ItemWording, Model):
    """One matter, in the words of one edition. The version of the next edition is another row (TC-10, TC-26).

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
    list_type_id: Mapped[int] = mapped_column(ForeignKey("list_type.id"), index=True)
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    power_status: Mapped[PowerStatus] = mapped_column(default=PowerStatus.in_force, info={"label": N_("Power")})
    online: Mapped[bool] = mapped_column(default=False, info={"label": N_("Handled online")})
    is_blind_spot: Mapped[bool] = mapped_column(default=False, info={"label": N_("Blind spot")})
    is_overlap: Mapped[bool] = mapped_column(default=False, info={"label": N_("Overlap")})
    priority: Mapped[int] = mapped_column(
        default=0,
        info={
            "label": N_("Priority"),
            "help": N_("How many of radius, cases and trips are high: such items come onto the platform first."),
            "protected": True,
        },
    )
    is_idle: Mapped[bool] = mapped_column(default=False, info={"label": N_("Not called lately"), "protected": True})
    state: Mapped[ItemState] = mapped_column(default=ItemState.draft, info={"label": N_("State"), "protected": True})
    removed_on: Mapped[date | None] = mapped_column(
        info={
            "label": N_("Struck out on"),
            "help": N_("The first day on which it binds nobody any more."),
            "protected": True,
        }
    )
    removed_reason: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Reason for striking it out"), "protected": True, "coded": True}
    )
    root_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    search_key: Mapped[str] = mapped_column(String(400), default="", info={"protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    duty_list: Mapped[DutyList] = relationship(back_populates="items", info={"label": N_("List")})
    list_type: Mapped[ListType] = relationship(info={"label": N_("List type"), "protected": True})
    lead_department: Mapped[Unit | None] = relationship(
        foreign_keys=lead_department_id, info={"label": N_("Lead department")}
    )
    # For reading only: a table that depends on itself is written a row at a time.
    replaces: Mapped[ListItem | None] = relationship(
        remote_side="ListItem.id",
        foreign_keys=replaces_id,
        viewonly=True,
        info={"label": N_("Version before"), "protected": True},
    )
    replaced_by: Mapped[ListItem | None] = relationship(
        remote_side="ListItem.id",
        foreign_keys=replaced_by_id,
        viewonly=True,
        info={"label": N_("Later version"), "protected": True},
    )
    cooperating: Mapped[list[ItemCooperation]] = relationship(
        back_populates="list_item", cascade="all, delete-orphan", info={"label": N_("Cooperating departments")}
    )

    cooperating_departments: AssociationProxy[list[Unit]] = association_proxy(
        "cooperating",
        "unit",
        creator=lambda unit: ItemCooperation(unit=unit, unit_id=unit.id),
        info={"label": N_("Cooperating departments")},
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
