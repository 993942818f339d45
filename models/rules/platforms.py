"""How a township's platforms are named, and meet: regularly each by itself, and all four together (TA-41 to TA-43)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.item_words import PlatformKind
from models.ledger import Job
from models.organisation import LOCAL, Unit
from models.platforms import GatheringKind, GatheringState, Platform, PlatformMeeting
from models.rules.ledger import cancel
from models.rules.minutes import expect_minutes, watch_meeting
from models.rules.registers import prepare_owned
from models.workflow import Ask, Refused, Step, Transition, Workflow

G = GatheringState
REPEATED = ("region_id", "unit_id", "platform_id", "title", "kind", "place")
"""What the next regular meeting has of the one before."""


def _township(meeting: PlatformMeeting, actor: Actor) -> bool:
    return actor.serves(meeting.unit_id)


def prepare_platform(session: Session, platform: Platform, actor: Actor, now: datetime) -> None:
    """One of a township's four, with what belongs to it. Raises `Refused`, naming the field."""
    prepare_owned(session, platform, actor, now)
    if session.get_one(Unit, platform.unit_id).unit_type not in LOCAL:
        raise Refused(N_("A platform is of a township or street. Name it."), field="unit")
    if not platform.scope.strip():
        raise Refused(N_("Say what belongs to the platform."), field="scope")


def prepare_gathering(session: Session, meeting: PlatformMeeting, actor: Actor, now: datetime) -> None:
    """A regular meeting is of one platform, a joint one of all four. Raises `Refused`, naming the field."""
    prepare_owned(session, meeting, actor, now)
    platform = session.get(Platform, meeting.platform_id) if meeting.platform_id else None
    if meeting.kind is GatheringKind.regular:
        if platform is None or platform.unit_id != meeting.unit_id:
            raise Refused(N_("Name the platform of the township that meets."), field="platform")
    else:
        _be_all_four(session, meeting)
    expect_minutes(session, meeting)


def _be_all_four(session: Session, meeting: PlatformMeeting) -> None:
    if meeting.platform_id:
        raise Refused(N_("A joint meeting is of all four platforms. Leave this empty."), field="platform")
    named = select(func.count()).select_from(Platform).where(Platform.unit_id == meeting.unit_id)
    if missing := len(PlatformKind) - (session.scalar(named) or 0):
        raise Refused(
            N_("%(missing)s of the four platforms have no scope yet. Name them, then call them together."),
            field="kind",
            missing=missing,
        )


def follow_gathering(session: Session, meeting: PlatformMeeting, actor: Actor, now: datetime) -> None:
    """It is told of before, and its minutes are asked for afterwards."""
    watch_meeting(session, meeting, now)


def _has_begun(meeting: PlatformMeeting, step: Step) -> None:
    if meeting.meets_at > step.now:
        raise Refused(N_("The meeting has not begun. Record the minutes afterwards, or have its time corrected."),
                      field="meets_at")  # fmt: skip
    following = step.answers.get("next_at")
    if following is not None and following <= step.now:
        raise Refused(N_("The next meeting lies in the future."), field="next_at")


def _recorded(meeting: PlatformMeeting, step: Step) -> None:
    meeting.minutes, meeting.minutes_at, meeting.minutes_due = step.answers["minutes"], step.now, None
    cancel(step.session, meeting, Job.meeting_remind, cause="minutes recorded")
    if (following := step.answers.get("next_at")) is not None:
        again = {name: getattr(meeting, name) for name in REPEATED}
        later = PlatformMeeting(meets_at=following, **again)
        expect_minutes(step.session, later)
        step.session.add(later)
        step.session.flush()
        watch_meeting(step.session, later, step.now)


def _called_off(meeting: PlatformMeeting, step: Step) -> None:
    meeting.minutes_due = None
    cancel(step.session, meeting, Job.meeting_remind, cause="called off")


GATHERING = Workflow(
    PlatformMeeting,
    Transition(
        name="record_minutes",
        label=N_("Record the minutes"),
        source=frozenset({G.planned}),
        target=G.held,
        by=_township,
        asks=(
            Ask(name="minutes", label=N_("Minutes"), kind="long_text"),
            Ask(
                name="next_at",
                label=N_("Next meeting"),
                kind="moment",
                required=False,
                help=N_("It is put down at once, and told of before."),
            ),
        ),
        guard=_has_begun,
        effect=_recorded,
        tone="done",
    ),
    Transition(
        name="call_off",
        label=N_("Call off"),
        source=frozenset({G.planned}),
        target=G.called_off,
        by=_township,
        effect=_called_off,
        wants_note=True,
        tone="danger",
    ),
)
