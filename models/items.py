"""What is kept with an item of a list: its drawings and manuals, the fields of its calls, what patrols look for."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.item_words import FieldKind
from models.lists import DeclaredField, ListItem


class AttachmentKind(Word):
    """What a file is to its item. Complete is an item that has the first two."""

    flow_chart = "flow_chart", N_("Construction drawing (flow chart)"), "active"
    manual = "manual", N_("Instruction manual"), "active"
    guide = "guide", N_("Guide")
    leaflet = "leaflet", N_("Leaflet")
    folder = "folder", N_("Folder")


class ItemAttachment(Regional, Model):
    """One file of an item (TA-12, TS-07). It may come after the list is published, and be replaced by a better one."""

    __tablename__ = "item_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    kind: Mapped[AttachmentKind] = mapped_column(info={"label": N_("Kind of document")})
    title: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Title")})
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    list_item: Mapped[ListItem] = relationship(info={"label": N_("List item")})
    file: Mapped[Attachment] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title or str(self.file)


class ItemIndicator(DeclaredField, Regional, Model):
    """A field that every call about the item fills in (TC-39)."""

    __tablename__ = "item_indicator"
    __table_args__ = (UniqueConstraint("list_item_id", "name", name="uq_item_indicator_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    position: Mapped[int] = mapped_column(default=0, info={"label": N_("Position")})
    label: Mapped[str] = mapped_column(String(60), info={"label": N_("Name of the field")})
    kind: Mapped[FieldKind] = mapped_column(default=FieldKind.text, info={"label": N_("Kind of field")})

    list_item: Mapped[ListItem] = relationship(info={"label": N_("List item")})

    def __str__(self) -> str:
        return self.label


class ItemCheckpoint(Regional, Model):
    """One thing to look at on patrol, so that the matter is noticed early (LX-20)."""

    __tablename__ = "item_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_item_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"), index=True)
    position: Mapped[int] = mapped_column(default=0, info={"label": N_("Position")})
    what: Mapped[str] = mapped_column(String(200), info={"label": N_("What to look for")})
    how_often: Mapped[str] = mapped_column(String(60), default="", info={"label": N_("How often")})
    what_to_do: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("What to do when found")})

    list_item: Mapped[ListItem] = relationship(info={"label": N_("List item")})

    def __str__(self) -> str:
        return self.what
