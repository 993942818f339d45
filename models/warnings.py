"""Early warning (研判预警): what the figures of the calls say before anybody complains (TA-50, TS-12)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calls import Call
from models.organisation import Unit

AGAIN_WITHIN = timedelta(days=30)
"""Within what time the same at one place is the same again."""


class WarningKind(Word):
    """What was noticed."""

    rise = "rise", N_("More calls of a category than in the month before"), "warn"
    repeat = "repeat", N_("The same again at one place"), "warn"
    stuck = "stuck", N_("Slower to respond than nine in ten"), "danger"
    unfinished = "unfinished", N_("Slower to report a result than nine in ten"), "danger"


SLOW = (WarningKind.stuck, WarningKind.unfinished)
"""Each names its step, and its call."""


class EarlyWarning(Regional, Model):
    """One thing that was noticed, once: written by the nightly job, and by nobody else."""

    __tablename__ = "early_warning"
    __recorded__ = False  # nobody writes or changes one: it is told with the figures it was found by
    __table_args__ = (
        UniqueConstraint("region_id", "key", name="uq_early_warning"),
        Index("ix_early_warning_unit", "unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), info={"label": N_("What it is about"), "protected": True})
    kind: Mapped[WarningKind] = mapped_column(info={"label": N_("What was noticed"), "protected": True})
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Category"), "protected": True})
    place_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    number: Mapped[int] = mapped_column(
        info={
            "label": N_("Measured now (calls or hours)"),
            "help": N_("Calls; of slow work, working hours."),
            "protected": True,
        }
    )
    usual: Mapped[int] = mapped_column(
        info={
            "label": N_("Otherwise (calls or hours)"),
            "help": N_(
                "Of more calls, those of the month before; of the same again, the most that is not noticed; of slow"
                " work, what nine in ten take at most."
            ),
            "protected": True,
        }
    )
    found_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Noticed at"), "protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit"), "protected": True})
    place_unit: Mapped[Unit | None] = relationship(
        foreign_keys=place_unit_id, info={"label": N_("Village or grid"), "protected": True}
    )
    call: Mapped[Call | None] = relationship(info={"label": N_("Call"), "protected": True})

    def __str__(self) -> str:
        return f"{self.unit} · {self.kind.label}"
