"""Supervision opinions (人大监督意见) of a people's congress on lists and calls, and what is answered (TC-37)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.lists import DutyList
from models.organisation import Unit


class CongressOpinionState(Word):
    """Whether the unit that is addressed has answered."""

    recorded = "recorded", N_("Recorded, not yet answered"), "info"
    answered = "answered", N_("Answered"), "done"


class CongressOpinion(Regional, Model):
    """What a county's congress, or a town's, says to a unit; of a town's congress the unit is the town it observes.

    Only `models.rules.congress` assigns `state`.
    """

    __tablename__ = "congress_opinion"
    __table_args__ = (Index("ix_congress_opinion_addressed", "addressed_unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Title")})
    opinion: Mapped[str] = mapped_column(
        Text, info={"label": N_("Supervision opinion"), "help": N_("What was seen, and what should be put right.")}
    )
    given_on: Mapped[date] = mapped_column(info={"label": N_("Given on")})
    state: Mapped[CongressOpinionState] = mapped_column(
        default=CongressOpinionState.recorded, info={"label": N_("State"), "protected": True}
    )
    answer: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Answer"), "protected": True})
    answered_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Answered at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    addressed_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    duty_list_id: Mapped[int | None] = mapped_column(ForeignKey("duty_list.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Congress of"), "protected": True})
    addressed_unit: Mapped[Unit] = relationship(
        foreign_keys=addressed_unit_id,
        info={"label": N_("Addressed to"), "help": N_("It answers once. A town's congress addresses its own town.")},
    )
    duty_list: Mapped[DutyList | None] = relationship(info={"label": N_("About the list")})
    call: Mapped[Call | None] = relationship(info={"label": N_("About the call")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title
