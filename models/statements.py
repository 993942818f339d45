"""Responsibility statements (责任状): signed by townships before departments, registered, and cleared or kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.organisation import Unit
from models.policies import PolicyDocument


class StatementState(Word):
    """What became of a responsibility statement."""

    registered = "registered", N_("Registered"), "warn"
    kept = "kept", N_("Kept: it has a basis"), "active"
    cleared = "cleared", N_("Cleared"), "done"


class ResponsibilityStatement(Regional, Model):
    """What townships were made to sign. It stays only where the centre or the province asks for it (LX-16)."""

    __tablename__ = "responsibility_statement"
    __table_args__ = (Index("ix_responsibility_statement_region_state", "region_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    state: Mapped[StatementState] = mapped_column(
        default=StatementState.registered, info={"label": N_("State"), "protected": True}
    )
    year: Mapped[int] = mapped_column(index=True, info={"label": N_("Year")})
    signed_on: Mapped[date] = mapped_column(info={"label": N_("Signed on")})
    reason: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Why it was cleared"), "protected": True})
    cleared_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Cleared at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("policy_document.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)

    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Department")})
    basis: Mapped[PolicyDocument | None] = relationship(info={"label": N_("Basis")})
    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})
    townships: Mapped[list[StatementTownship]] = relationship(back_populates="statement", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class StatementTownship(Regional, Model):
    """A township that signed."""

    __tablename__ = "statement_township"
    __table_args__ = (UniqueConstraint("statement_id", "township_id", name="uq_statement_township"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("responsibility_statement.id"), index=True)
    township_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)

    statement: Mapped[ResponsibilityStatement] = relationship(
        back_populates="townships", info={"label": N_("Responsibility statement")}
    )
    township: Mapped[Unit] = relationship(foreign_keys=township_id, info={"label": N_("Township or street")})

    def __str__(self) -> str:
        return str(self.township)
