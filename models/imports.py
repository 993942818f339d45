"""Files that were read in: what became of each row, so that it can be undone; and what their words mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.files import Attachment
from models.organisation import Unit


class ImportState(Word):
    """An import is checked as often as one likes, then taken as one unit, which can be taken back."""

    read = "read", N_("Headings to be told"), "warn"
    checked = "checked", N_("Checked, not taken yet"), "info"
    confirmed = "confirmed", N_("Waiting to be taken"), "active"
    taken = "taken", N_("Taken"), "done"
    failed = "failed", N_("Not taken"), "danger"
    undoing = "undoing", N_("Waiting to be undone"), "active"
    undone = "undone", N_("Undone"), "muted"
    discarded = "discarded", N_("Discarded"), "muted"


class RowAction(Word):
    """What becomes of a row of a file."""

    new = "new", N_("New"), "done"
    changed = "changed", N_("Changed"), "active"
    same = "same", N_("The same"), "muted"
    refused = "refused", N_("Refused"), "danger"
    kept = "kept", N_("Kept: edited since"), "warn"


class ImportRun(Regional, Model):
    """One file for one table. `given` is what every row says; `heads` in which row a sheet's heading is, where told."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(40), info={"label": N_("Table"), "coded": True, "protected": True})
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    state: Mapped[ImportState] = mapped_column(default=ImportState.read, info={"label": N_("State"), "protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)
    heads: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    """In which is told what becomes of its rows, when it is checked and when it is taken."""
    without_refused: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Taken without the refused rows"), "protected": True}
    )
    new: Mapped[int] = mapped_column(default=0, info={"label": N_("New"), "protected": True})
    changed: Mapped[int] = mapped_column(default=0, info={"label": N_("Changed"), "protected": True})
    same: Mapped[int] = mapped_column(default=0, info={"label": N_("The same"), "protected": True})
    refused: Mapped[int] = mapped_column(default=0, info={"label": N_("Refused"), "protected": True})
    left_out: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Sheets and columns left out"), "protected": True}
    )
    unclear: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """field → words and names in the file that nobody knows, with how often they stand there"""
    problem: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What went wrong"), "protected": True})
    created_at: Mapped[datetime] = mapped_column(info={"label": N_("Uploaded at"), "protected": True})
    taken_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Taken"), "protected": True})
    undone_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Undone"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    file: Mapped[Attachment] = relationship(foreign_keys=file_id, info={"label": N_("File"), "protected": True})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("In the name of"), "protected": True})
    user: Mapped[User | None] = relationship(User, info={"label": N_("Person"), "protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"#{self.id} {self.file.name}"


class ImportRow(Regional, Model):
    """What becomes of one row of a file. `before` and `after` hold the fields that change, as a program sends them."""

    __tablename__ = "import_row"
    __recorded__ = False  # a check writes them by the thousand, and the rows that they tell of leave entries
    __table_args__ = (Index("ix_import_row_run_action", "import_run_id", "action"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    sheet: Mapped[str] = mapped_column(String(100), info={"label": N_("Sheet"), "protected": True})
    number: Mapped[int] = mapped_column(info={"label": N_("Row"), "protected": True})
    action: Mapped[RowAction] = mapped_column(info={"label": N_("What becomes of it"), "protected": True})
    name: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Name"), "protected": True})
    told: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Cell and reason"), "protected": True})
    subject_id: Mapped[int | None] = mapped_column()
    subject_version: Mapped[int | None] = mapped_column()
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)

    import_run: Mapped[ImportRun] = relationship(info={"label": N_("Import"), "protected": True})

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}"


class ImportWord(Regional, Model):
    """What a heading of files means, or a word in one of their columns: told once, and known from then on."""

    __tablename__ = "import_word"
    __table_args__ = (UniqueConstraint("region_id", "resource", "field", "said", name="uq_import_word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(String(40), info={"label": N_("Table"), "coded": True, "protected": True})
    field: Mapped[str] = mapped_column(
        String(40),
        default="",
        info={
            "label": N_("Column"),
            "help": N_("Empty for what is said of a heading."),
            "protected": True,
            "coded": "fields",
        },
    )
    said: Mapped[str] = mapped_column(String(200), info={"label": N_("In files"), "protected": True})
    means: Mapped[str] = mapped_column(
        String(200),
        default="",
        info={
            "label": N_("Means"),
            "help": N_("A field, or a code or name. Empty: it is left out."),
            "coded": "meanings",
        },
    )

    @property
    def fields(self) -> str:
        """Among what its column is one."""
        return f"field:{self.resource}"

    @property
    def meanings(self) -> str:
        """Among what its meaning is one: of a heading a field of the table, else a word of that field."""
        return f"word:{self.resource}.{self.field}" if self.field else self.fields

    def __str__(self) -> str:
        return f"{self.said} → {self.means}"
