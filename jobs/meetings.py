"""The clock of meetings: they are announced, and asked for their minutes where nobody has recorded them (TA-43)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from jobs.watch import Batch, Pair
from models.base import N_
from models.meetings import JointMeeting, MeetingKind, MeetingMember, MeetingState
from models.organisation import Duty
from models.platforms import GatheringState, PlatformMeeting
from models.rules.ladder import SOON

COMING = N_("%(meeting)s is held at %(due)s.")
MISSING = N_("The minutes of %(meeting)s, held at %(due)s, are missing. Record them.")


def of_platforms(batch: Batch) -> None:
    """The township hears of both."""
    pairs = batch.waiting(PlatformMeeting.state == GatheringState.planned)
    _tell(batch, pairs, lambda promise, meeting: [meeting.unit_id])


def joint(batch: Batch) -> None:
    """Its members hear that it comes; the office that calls it, that its minutes are missing, too."""
    pairs = batch.waiting(JointMeeting.state == MeetingState.planned)
    offices, seats = batch.offices(), defaultdict(list)
    of_meetings = select(MeetingMember.meeting_id, MeetingMember.unit_id).order_by(MeetingMember.id)
    here = MeetingMember.meeting_id.in_([meeting.id for _, meeting in pairs])
    for meeting_id, unit_id in batch.session.execute(of_meetings.where(here)):
        seats[meeting_id].append(unit_id)

    def hearers(promise: Any, meeting: JointMeeting) -> Sequence[int | None]:
        of_case = meeting.kind is MeetingKind.coordination
        duty = Duty.supervision_office if of_case else Duty.editorial_office
        sitting = seats[meeting.id] if promise.step == SOON else []
        return list(dict.fromkeys((*sitting, offices.get((promise.region_id, duty)))))

    _tell(batch, pairs, hearers)


def _tell(batch: Batch, pairs: Sequence[Pair], hearers: Callable[[Any, Any], Sequence[int | None]]) -> None:
    """After silence a meeting that has begun is not announced any more."""
    for promise, meeting in pairs:
        comes = meeting.meets_at > batch.now
        if comes is not (promise.step == SOON):
            continue
        batch.record(promise, meeting)
        for unit_id in hearers(promise, meeting):
            message = COMING if comes else MISSING
            batch.remind(promise, meeting, unit_id, meeting.meets_at, "", message, meeting=str(meeting))
