"""“Three-fixed” documents (三定规定): what a department was set up to do, and by which document (TA-11)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.files import Attachment
from models.organisation import Unit


class ThreeFixedDocument(Regional, Model):
    """The document that fixes a department's functions, organs and posts. The items it leads in rest on it."""

    __tablename__ = "three_fixed_document"
    __table_args__ = (UniqueConstraint("unit_id", "document_number", name="uq_three_fixed_document_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    document_number: Mapped[str] = mapped_column(String(80), info={"label": N_("Document number")})
    issued_on: Mapped[date] = mapped_column(info={"label": N_("Issued on")})
    functions: Mapped[str] = mapped_column(
        Text, info={"label": N_("Functions"), "help": N_("What the document says that the department does.")}
    )
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Department")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.document_number}"
