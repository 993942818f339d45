"""How the two sides of a call rate each other, sealed until both are in; and how the call closes (TC-34, B2)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import N_
from models.calendar import Clock
from models.calls import AssignmentState, Call
from models.ledger import Job
from models.ratings import SEALED, CaseAssessment, MutualRating, RatingDirection, RatingLevel, RatingState
from models.recorder import note_move
from models.rules.assessments import assessments_of
from models.rules.clocks import due, soon
from models.rules.ledger import cancel, plan, tell
from models.rules.matching import about
from models.rules.rounds import current, iso
from models.rules.tickets import follow_call
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

S = RatingState
BEFORE = 2
"""Working days before the end at which who owes a rating is reminded."""

MARKS = (("timeliness", N_("Timeliness")), ("quality", N_("Quality")), ("attitude", N_("Attitude")))
RATED = N_("%(unit)s has rated you for %(call)s. The seal is lifted: read it.")
"""What the one rated hears, when the seal is lifted (TC-35)."""


def confirmed(call: Call, step: Step) -> None:
    """TA-28: whoever solved a part and who called owe each other a rating. Those who solved nothing owe none."""
    limit = due(step.session, call.region_id, Clock.rate, step.now, about(call))
    call.confirmed_at, call.rate_due = step.now, limit.at
    for part in current(step.session, call):
        message, further = N_("The caller confirmed that it is resolved: %(call)s."), {}
        if part.state is AssignmentState.resolved:
            message = N_("The caller confirmed that it is resolved: %(call)s. Rate the caller by %(due)s.")
            further = {"due": iso(limit.at)}
            sides = (call.caller_unit_id, part.department_id)
            for direction, (rater, ratee) in zip(RatingDirection, (sides, sides[::-1]), strict=True):
                step.session.add(
                    MutualRating(
                        region_id=call.region_id,
                        call=call,
                        assignment=part,
                        direction=direction,
                        rater_unit_id=rater,
                        ratee_unit_id=ratee,
                        rate_due=limit.at,
                        provisional=limit.provisional,
                    )
                )
        tell(step.session, part.department_id, call, message, key=f"confirmed{call.reopened}", now=step.now,
             call=str(call), **further)  # fmt: skip
    plan(step.session, call, Job.rating_watch, soon(step.session, call.region_id, step.now, limit.at, BEFORE), limit.at)
    follow_call(call, step, "call_solved")


def closed(call: Call, step: Step) -> None:
    """R21, ZG-04: an assessment of every unit involved, of departments and township in the same transaction."""
    call.closed_at = step.now
    cancel(step.session, call, Job.rating_watch, cause="rated")
    for columns in assessments_of(step.session, [call.id], step.now):
        written = CaseAssessment(**columns)
        note_move(step.session, written, "create", note="", actor=step.actor, now=step.now)  # not by the last to rate
        step.session.add(written)


def _may_rate(rating: MutualRating, step: Step) -> None:
    for name, label in MARKS:
        mark = step.answers.get(name)
        if mark is not None and not 1 <= mark <= 5:
            raise Refused(N_("“%(label)s” goes from 1 to 5. Leave it empty, or name one of these."), field=name,
                          label=label)  # fmt: skip


def _rated(rating: MutualRating, step: Step) -> None:
    """Of the other side's nothing is told: not even whether it is in."""
    rating.level, rating.comment = step.answers["level"], step.answers.get("comment") or ""
    for name, _ in MARKS:
        setattr(rating, name, step.answers.get(name))
    rating.given_at = step.now
    step.session.flush()
    pair = _of_part(step.session, rating)
    if all(one.state is S.given for one in pair):
        for one in pair:
            follow(step, one, "reveal")
        if not _sealed(step.session, rating.call_id):
            follow(step, rating.call, "close")


def _of_part(session: Session, rating: MutualRating) -> list[MutualRating]:
    pair = select(MutualRating).where(MutualRating.assignment_id == rating.assignment_id).order_by(MutualRating.id)
    return list(session.scalars(pair.execution_options(populate_existing=True)))


def _sealed(session: Session, call_id: int) -> int:
    """How many ratings of a call are still under seal."""
    query = select(func.count()).where(MutualRating.call_id == call_id, MutualRating.state.in_(SEALED))
    return session.scalar(query) or 0


def _revealed(rating: MutualRating, step: Step) -> None:
    rating.revealed_at = step.now
    if rating.level is not None:
        tell(step.session, rating.ratee_unit_id, rating, RATED, key="revealed", now=step.now, call=str(rating.call),
             unit=str(rating.rater_unit))  # fmt: skip


RATING = Workflow(
    MutualRating,
    Transition(
        name="rate",
        label=N_("Rate"),
        source=frozenset(SEALED),
        target=S.given,
        by=lambda rating, actor: actor.serves(rating.rater_unit_id),
        asks=(
            Ask(name="level", label=N_("Satisfaction"), kind="word", words=RatingLevel),
            *(Ask(name=name, label=label, kind="number", required=False, help=N_("From 1 (poor) to 5 (very good)."))
              for name, label in MARKS),
            Ask(name="comment", label=N_("Comment"), kind="long_text", required=False),
        ),
        guard=_may_rate,
        effect=_rated,
        suggest=lambda rating: {name: getattr(rating, name) for name in ("level", *dict(MARKS), "comment")},
        tone="active",
        help=N_(
            "Nobody reads it until the other side has rated, too, or the limit is over."
            " Until then you may change it; afterwards it stands."
        ),
    ),
    Transition(
        name="reveal",
        label=N_("Revealed"),
        source=frozenset({S.given}),
        target=S.revealed,
        by=None,
        effect=_revealed,
        tone="done",
    ),
    Transition(
        name="lapse",
        label=N_("Not rated"),
        source=frozenset({S.waiting}),
        target=S.not_rated,
        by=None,
        effect=_revealed,
        tone="muted",
    ),
    under="call",
)  # fmt: skip
