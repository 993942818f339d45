"""What comes of changing limits and calendars: a rule rehearsed on calls, and due times counted anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.calendar import COUNTY, TimeLimit
from models.organisation import Unit


class Rehearsed(Word):
    """What a rehearsal supposes of the rule."""

    switched_on = "switched_on", N_("That it is switched on"), "active"
    retired = "retired", N_("That it is retired"), "muted"


class LimitRehearsal(Regional, Model):
    """What a rule would change, counted over the county's calls. Of exactly the version that `fingerprint` tells."""

    __tablename__ = "limit_rehearsal"

    id: Mapped[int] = mapped_column(primary_key=True)
    time_limit_id: Mapped[int] = mapped_column(ForeignKey("time_limit.id"), index=True)
    supposes: Mapped[Rehearsed] = mapped_column(info={"label": N_("Supposed"), "protected": True})
    rehearsed_at: Mapped[datetime] = mapped_column(info={"label": N_("Rehearsed at"), "protected": True})
    fingerprint: Mapped[str] = mapped_column(String(64), info={"label": N_("Digest of the rule"), "protected": True})
    past_calls: Mapped[int] = mapped_column(info={"label": N_("Ended calls looked at"), "protected": True})
    past_matched: Mapped[int] = mapped_column(info={"label": N_("Ended calls that it fits"), "protected": True})
    past_earlier: Mapped[int] = mapped_column(
        info={"label": N_("Ended, would have been due earlier"), "protected": True}
    )
    past_later: Mapped[int] = mapped_column(info={"label": N_("Ended, would have been due later"), "protected": True})
    past_late: Mapped[int] = mapped_column(info={"label": N_("Ended, would have been late"), "protected": True})
    open_clocks: Mapped[int] = mapped_column(info={"label": N_("Running clocks looked at"), "protected": True})
    open_matched: Mapped[int] = mapped_column(info={"label": N_("Running clocks that it fits"), "protected": True})
    open_earlier: Mapped[int] = mapped_column(info={"label": N_("Due times that move earlier"), "protected": True})
    open_later: Mapped[int] = mapped_column(info={"label": N_("Due times that move later"), "protected": True})
    open_overdue: Mapped[int] = mapped_column(info={"label": N_("Overdue at once"), "protected": True})
    busiest_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, info={"protected": True})
    busiest_matched: Mapped[int] = mapped_column(
        default=0, info={"label": N_("Clocks of the unit that it fits most"), "protected": True}
    )

    time_limit: Mapped[TimeLimit] = relationship(info={"label": N_("Limit rule"), "protected": True})
    busiest_unit: Mapped[Unit | None] = relationship(
        foreign_keys=busiest_unit_id, info={"label": N_("Unit that it fits most"), "protected": True}
    )

    def __str__(self) -> str:
        return f"{self.time_limit} · {self.rehearsed_at:%Y-%m-%d %H:%M}"


class RevisionState(Word):
    """Looked at first, then asked for; the job does the rest."""

    previewed = "previewed", N_("Previewed"), "info"
    waiting = "waiting", N_("Waits for the job"), "active"
    done = "done", N_("Done"), "done"


class DueRevision(Regional, Model):
    """The due times of a county's running clocks, counted anew by its calendar and limits as they are now.

    The job takes a batch at a time, and keeps here how far it is and which units it has to tell.
    """

    __tablename__ = "due_revision"
    __table_args__ = (Index("ix_due_revision_waiting", "id", postgresql_where=text("state = 'waiting'")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(
        String(300), info={"label": N_("Reason"), "help": N_("Which change of the calendar, and by which document.")}
    )
    state: Mapped[RevisionState] = mapped_column(
        default=RevisionState.previewed, info={"label": N_("State"), "protected": True}
    )
    looked_at: Mapped[datetime] = mapped_column(info={"label": N_("Looked at"), "protected": True})
    running: Mapped[int] = mapped_column(default=0, info={"label": N_("Running clocks looked at"), "protected": True})
    earlier: Mapped[int] = mapped_column(
        default=0, info={"label": N_("Due times that move earlier"), "protected": True}
    )
    later: Mapped[int] = mapped_column(default=0, info={"label": N_("Due times that move later"), "protected": True})
    overdue: Mapped[int] = mapped_column(default=0, info={"label": N_("Overdue at once"), "protected": True})
    asked_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Asked for"), "protected": True})
    done_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Done at"), "protected": True})
    moved: Mapped[int] = mapped_column(default=0, info={"label": N_("Due times moved"), "protected": True})
    kind: Mapped[int] = mapped_column(default=0, info={"protected": True})
    after: Mapped[int] = mapped_column(default=0, info={"protected": True})
    units: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    time_limit_id: Mapped[int | None] = mapped_column(ForeignKey("time_limit.id"), index=True)
    """The rule that has changed, where it was that and no day."""

    time_limit: Mapped[TimeLimit | None] = relationship(info={"label": N_("Limit rule"), "protected": True})
    region: Mapped[Unit] = relationship(foreign_keys="DueRevision.region_id", info=COUNTY)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d} {self.reason or self.time_limit}"
