"""The clock of task forces: a review is announced, and missed where nobody has recorded it (TS-19)."""

from __future__ import annotations

from jobs.watch import Batch
from models.base import N_


def reviews(batch: Batch) -> None:
    """The township hears a working day before, and once more when it has passed; one that is dissolved has none."""
    soon, over = batch.steps(batch.waiting(), "review_due")
    for pairs, message in (
        (soon, N_("The task force “%(force)s” is to be reviewed at %(due)s.")),
        (over, N_("The task force “%(force)s” was to be reviewed at %(due)s. Review it, and record what was decided.")),
    ):
        for promise, force in pairs:
            batch.record(promise, force)
            batch.remind(promise, force, force.unit_id, force.review_due, "", message, force=str(force))
