"""Opinions (意见): what each unit says, round by round, of a list that is being drawn up (TA-07, TS-02)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.files import Attachment
from models.lists import DutyList
from models.organisation import Unit


class OpinionState(Word):
    """Whether the unit has answered."""

    asked = "asked", N_("Asked"), "info"
    given = "given", N_("Given"), "done"
    lapsed = "lapsed", N_("Not given in time"), "muted"


class UnitOpinion(Regional):
    """What one unit that is asked says; of what, the table adds."""

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[OpinionState] = mapped_column(
        default=OpinionState.asked, info={"label": N_("State"), "protected": True}
    )
    asked_at: Mapped[datetime] = mapped_column(info={"label": N_("Asked at"), "protected": True})
    due: Mapped[datetime] = mapped_column(info={"label": N_("Answer by"), "protected": True})
    agrees: Mapped[bool | None] = mapped_column(info={"label": N_("Agrees"), "protected": True})
    opinion: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Opinion"), "protected": True})
    file_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), index=True)
    given_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Given at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    @declared_attr
    @classmethod
    def unit(cls) -> Mapped[Unit]:
        return relationship(foreign_keys=cls.unit_id, info={"label": N_("Unit")})

    @declared_attr
    @classmethod
    def file(cls) -> Mapped[Attachment | None]:
        return relationship(foreign_keys=cls.file_id, info={"label": N_("File"), "protected": True})

    __mapper_args__ = {"version_id_col": version}


class ListOpinion(UnitOpinion, Model):
    """What one unit says of a list in one comment round."""

    __tablename__ = "list_opinion"
    __table_args__ = (
        UniqueConstraint("duty_list_id", "round", "unit_id", name="uq_list_opinion"),
        Index("ix_list_opinion_unit_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_list_id: Mapped[int] = mapped_column(ForeignKey("duty_list.id"), index=True)
    round: Mapped[int] = mapped_column(info={"label": N_("Round"), "protected": True})

    duty_list: Mapped[DutyList] = relationship(info={"label": N_("List")})

    def __str__(self) -> str:
        return f"{self.duty_list} · {self.unit}"
