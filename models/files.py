"""Files (附件): kept under a random key, called by the name their sender gave them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.organisation import Unit

DEGREES = Numeric(9, 6)
"""A position on the map, to the decimetre."""


class Attachment(Regional, Model):
    """One file, never changed: another is another row. Seen by who sent it, and by who sees a row that names it.

    Of a photo, when and where it was taken, which its bytes no longer say, and a small picture beside it.
    """

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("key", name="uq_attachment_key"), {"info": {"files": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), info={"secret": True})
    name: Mapped[str] = mapped_column(String(200), info={"label": N_("File name"), "protected": True})
    content_type: Mapped[str] = mapped_column(String(100), info={"label": N_("Kind of file"), "protected": True})
    size: Mapped[int] = mapped_column(info={"label": N_("Size"), "protected": True})
    sha256: Mapped[str] = mapped_column(String(64), info={"label": N_("Checksum"), "protected": True})
    thumbnail_key: Mapped[str | None] = mapped_column(String(64), index=True, info={"secret": True})
    taken_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Taken at"), "protected": True})
    latitude: Mapped[Decimal | None] = mapped_column(DEGREES, info={"label": N_("Latitude"), "protected": True})
    longitude: Mapped[Decimal | None] = mapped_column(DEGREES, info={"label": N_("Longitude"), "protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(info={"label": N_("Sent"), "protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Sent by"), "protected": True})

    def __str__(self) -> str:
        return self.name
