"""Policy documents (政策文件): who has ordered what, at which level, and since when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment


class PolicyLevel(Word):
    """Whose word a document is."""

    central = "central", N_("Central"), "done"
    provincial = "provincial", N_("Provincial"), "active"
    city = "city", N_("City level"), "info"
    county = "county", N_("County level"), "info"


class PolicyDocument(Regional, Model):
    """A document in the county's register, to be named as the basis of what is asked of townships (TA-03)."""

    __tablename__ = "policy_document"
    __table_args__ = (
        UniqueConstraint("region_id", "document_number", name="uq_policy_document_number"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="ck_policy_document_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), info={"label": N_("Title")})
    issuer: Mapped[str] = mapped_column(String(200), info={"label": N_("Issued by")})
    document_number: Mapped[str] = mapped_column(String(80), info={"label": N_("Document number")})
    level: Mapped[PolicyLevel] = mapped_column(default=PolicyLevel.county, info={"label": N_("Level of the issuer")})
    issued_on: Mapped[date] = mapped_column(info={"label": N_("Issued on")})
    effective_from: Mapped[date] = mapped_column(info={"label": N_("In force from")})
    effective_to: Mapped[date | None] = mapped_column(
        info={"label": N_("In force until"), "help": N_("Empty: until it is repealed.")}
    )
    note: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Note")})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    file: Mapped[Attachment | None] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.title} · {self.document_number}"
