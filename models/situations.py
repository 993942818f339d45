"""Situations and standards (情形和标准): by what one tells which call scope a matter falls into (TA-25)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional
from models.lists import ListItem
from models.words import CallScope


class CallSituation(Regional, Model):
    """One situation in which a township may, should or must call; for one item, one category, or any matter."""

    __tablename__ = "call_situation"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[CallScope] = mapped_column(info={"label": N_("Call scope")})
    situation: Mapped[str] = mapped_column(
        String(200), info={"label": N_("Situation"), "help": N_("What has happened, as one meets it in the village.")}
    )
    standard: Mapped[str] = mapped_column(
        Text,
        info={"label": N_("Standard"), "help": N_("By what one can tell: who is in danger, how much, since when.")},
    )
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    category: Mapped[str] = mapped_column(
        String(40),
        default="",
        info={"label": N_("Category"), "help": N_("As the items of the list have it. Empty: any matter.")},
    )
    position: Mapped[int] = mapped_column(default=0, info={"label": N_("Position")})
    basis: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Basis")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    list_item: Mapped[ListItem | None] = relationship(
        info={"label": N_("List item"), "help": N_("Empty: every item of the category.")}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.situation
