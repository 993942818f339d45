"""The clock of joint reviews: a file waits for the last of those who were asked, so they are pressed (TS-33)."""

from __future__ import annotations

from jobs.lists import remind_silent, silent_units
from jobs.watch import Batch
from models.base import N_
from models.notices import Audience
from models.reviews import ReviewFile, ReviewOpinion, ReviewState


def reviewing(batch: Batch) -> None:
    """Who has not answered is reminded; when the limit is over, its heads are told, and who keeps the file."""
    waiting = batch.waiting(ReviewFile.state == ReviewState.reviewing)
    soon, over = batch.steps(waiting, "due")
    silent = silent_units(batch, ReviewOpinion, [file.id for _, file in waiting])
    remind_silent(batch, soon, silent, "due")
    for promise, file in over:
        batch.record(promise, file)
        for unit_id in silent[file.id]:
            message = N_("%(about)s: your opinion was due by %(due)s. The file waits for it.")
            batch.tell(promise, file, unit_id, message, audience=Audience.heads, due=file.due, about=str(file))
        message = N_("%(about)s: %(silent)s units have not answered by %(due)s.")
        batch.tell(
            promise, file, file.unit_id, message, due=file.due, about=str(file), silent=str(len(silent[file.id]))
        )
