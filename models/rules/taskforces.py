"""How a task force comes to work, is reviewed, and is dissolved (TS-18, TS-19)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.ledger import Job
from models.organisation import LOCAL, Unit
from models.rules.clocks import soon
from models.rules.ledger import cancel, plan, tell
from models.rules.registers import prepare_owned
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview, TaskForceRole, TaskForceState
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = TaskForceState
LEADING = (TaskForceRole.chief, TaskForceRole.head)
NEXT = Ask(name="review_due", label=N_("Next review"), kind="moment")


def _township(force: TaskForce, actor: Actor) -> bool:
    """The one whose it is."""
    return actor.serves(force.unit_id)


def prepare_task_force(session: Session, force: TaskForce, actor: Actor, now: datetime) -> None:
    """A task force of a township or street. Raises `Refused`, naming the field."""
    prepare_owned(session, force, actor, now)
    if session.get_one(Unit, force.unit_id).unit_type not in LOCAL:
        raise Refused(N_("A task force is of a township or street. Name it."), field="unit")
    if not force.mission.strip():
        raise Refused(N_("Say what the task force is to achieve."), field="mission")


def forget_task_force(session: Session, force: TaskForce, actor: Actor, now: datetime) -> None:
    """One that has not begun goes with its members; another is dissolved, and stays to be read. Raises `Refused`."""
    if force.state is not S.setting_up:
        raise Refused(N_("A task force that has been at work is dissolved, not deleted."))
    for member in session.scalars(select(TaskForceMember).where(TaskForceMember.task_force_id == force.id)).all():
        session.delete(member)
    session.flush()


def prepare_member(session: Session, member: TaskForceMember, actor: Actor, now: datetime) -> None:
    """A post of the county, in a task force that is not dissolved. Raises `Refused`, naming the field."""
    force = session.get(TaskForce, member.task_force_id or 0)
    if force is None or force.state is S.dissolved:
        raise Refused(N_("Choose a task force that is not dissolved."), field="task_force")
    member.region_id = force.region_id
    if session.get_one(Unit, member.unit_id).region_id != force.region_id:
        raise Refused(N_("Choose a unit of your own county."), field="unit")


def _may_begin(force: TaskForce, step: Step) -> None:
    leading = select(TaskForceMember.id).where(
        TaskForceMember.task_force_id == force.id, TaskForceMember.role.in_(LEADING)
    )
    if step.session.scalar(leading.limit(1)) is None:
        raise Refused(N_("Nobody leads it yet. Name its chief leader or its head first."), field="members")
    _is_to_come(force, step)


def _is_to_come(force: TaskForce, step: Step) -> None:
    if step.answers["review_due"] <= step.now:
        raise Refused(N_("Name a moment to come for the next review."), field="review_due")


def _begun(force: TaskForce, step: Step) -> None:
    force.set_up_at = step.now
    _expect(force, step)
    message = N_("The task force “%(force)s” of %(unit)s is at work. You are part of it.")
    _tell_members(force, step, message, key="set up")


def _reviewed(force: TaskForce, step: Step) -> None:
    said = {name: step.answers.get(name) or "" for name in ("findings", "decisions", "handed_on")}
    step.session.add(TaskForceReview(region_id=force.region_id, task_force=force, held_at=step.now, **said))
    _expect(force, step)
    message = N_("The task force “%(force)s” of %(unit)s was reviewed. Decided: %(decisions)s")
    _tell_members(force, step, message, key=f"reviewed@{force.version}", decisions=said["decisions"][:200])


def _expect(force: TaskForce, step: Step) -> None:
    force.review_due = step.answers["review_due"]
    reminder = soon(step.session, force.region_id, step.now, force.review_due)
    plan(step.session, force, Job.meeting_remind, reminder, force.review_due)


def _dissolved(force: TaskForce, step: Step) -> None:
    force.review_due, force.dissolved_at = None, step.now
    cancel(step.session, force, Job.meeting_remind, cause="dissolved")
    message = N_("The task force “%(force)s” of %(unit)s is dissolved. Reason: %(note)s")
    _tell_members(force, step, message, key="dissolved", note=step.note)


def _tell_members(force: TaskForce, step: Step, message: str, *, key: str, **details: str) -> None:
    """The units whose posts are in it, but for the one that acts."""
    units = select(TaskForceMember.unit_id).where(TaskForceMember.task_force_id == force.id).distinct()
    for unit_id in step.session.scalars(units.order_by(TaskForceMember.unit_id)).all():
        if unit_id != step.actor.unit_id:
            tell(step.session, unit_id, force, message, key=key, now=step.now,
                 force=str(force), unit=str(force.unit), **details)  # fmt: skip


TASK_FORCE = Workflow(
    TaskForce,
    Transition(
        name="begin",
        label=N_("Put to work"),
        source=frozenset({S.setting_up}),
        target=S.active,
        by=_township,
        asks=(NEXT,),
        guard=_may_begin,
        effect=_begun,
        tone="active",
        help=N_("Those whose posts are in it are told, and you before each review."),
    ),
    Transition(
        name="review",
        label=N_("Record a review"),
        source=frozenset({S.active}),
        target=S.active,
        by=_township,
        asks=(
            Ask(name="findings", label=N_("What was found"), kind="long_text"),
            Ask(name="decisions", label=N_("What was decided"), kind="long_text"),
            Ask(name="handed_on", label=N_("What was handed on, and to whom"), kind="long_text", required=False),
            NEXT,
        ),
        guard=_is_to_come,
        effect=_reviewed,
        tone="active",
    ),
    Transition(
        name="dissolve",
        label=N_("Dissolve"),
        source=frozenset({S.setting_up, S.active}),
        target=S.dissolved,
        by=_township,
        effect=_dissolved,
        wants_note=True,
        tone="danger",
        help=N_("Say what it has achieved, or why it is not needed any more."),
    ),
)
