"""Evidence (“非现场”执法): what cameras and sensors showed, kept as it was; it is added, never changed (TS-37)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.files import Attachment
from models.lists import ListItem
from models.organisation import Owned


class EvidenceSource(Word):
    """By what it was seen."""

    camera = "camera", N_("Camera")
    drone = "drone", N_("Drone")
    sensor = "sensor", N_("Sensor")
    report = "report", N_("Report with photograph")


class OffSiteEvidence(Owned, Model):
    """A file, with the place, the moment and the item that it is about."""

    __tablename__ = "off_site_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("What it shows")})
    source: Mapped[EvidenceSource] = mapped_column(info={"label": N_("Source")})
    place: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Place"), "help": N_("Left empty, it is that of the photo."), "filled": True}
    )
    seen_at: Mapped[datetime] = mapped_column(
        index=True,
        info={"label": N_("Seen at"), "help": N_("Left empty, it is when the photo was taken."), "filled": True},
    )
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)

    list_item: Mapped[ListItem] = relationship(info={"label": N_("List item")})
    file: Mapped[Attachment] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    def __str__(self) -> str:
        return self.title
