"""How a citizen's matter goes from the front desk to the back and returns, and what is kept of the citizen (ZG-24)."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.organisation import BELOW_TOWNSHIP, LOCAL, Unit, UnitType
from models.rules.ledger import tell
from models.rules.registers import level_of, prepare_countys, prepare_owned
from models.rules.step_files import attach
from models.services import (
    BackDeskTask,
    BackTaskState,
    DeskKind,
    ServiceDesk,
    ServiceItem,
    ServicePoint,
    ServiceRequest,
    ServiceState,
)
from models.words import Level
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

S, B = ServiceState, BackTaskState
FRONT = (*LOCAL, *BELOW_TOWNSHIP, UnitType.agency)
"""Service centres of townships, rooms of villages, and dispatched agencies (ZG-25)."""

NUMBERS = re.compile(r"\d{7,}")
"""A telephone or identity number, or one of an account."""


def prepare_desk(session: Session, desk: ServiceDesk, actor: Actor, now: datetime) -> None:
    """ZG-25: who meets the people is in front, who guides and supervises is behind."""
    prepare_countys(session, desk, actor, now)
    desk.kind = DeskKind.front if session.get_one(Unit, desk.unit_id).unit_type in FRONT else DeskKind.back


def prepare_point(session: Session, point: ServicePoint, actor: Actor, now: datetime) -> None:
    """ZG-27: a village room hangs on the centre of its township, that on the centre of the county."""
    prepare_owned(session, point, actor, now)
    unit = session.get_one(Unit, point.unit_id)
    point.level = level_of(unit)
    above = select(ServicePoint.id).join(Unit, Unit.id == ServicePoint.unit_id)
    above = above.where(ServicePoint.region_id == point.region_id, ServicePoint.id != (point.id or 0))
    if point.level is Level.village:
        above = above.where(ServicePoint.level == Level.township, Unit.id.in_(_ids(unit.path)))
    else:
        above = above.where(ServicePoint.level == Level.county)
    centre = session.scalar(above.order_by(ServicePoint.id).limit(1))
    point.above_id = None if point.level is Level.county else centre


def _ids(path: str) -> list[int]:
    """The units on the way down to one."""
    return [int(key) for key in path.strip("/").split("/")]


def prepare_item(session: Session, item: ServiceItem, actor: Actor, now: datetime) -> None:
    """ZG-26: simplified, nothing takes longer. Raises `Refused`, naming the field."""
    prepare_countys(session, item, actor, now)
    for what in ("days", "steps"):
        if (getattr(item, f"{what}_after") or 0) > (getattr(item, f"{what}_before") or 0):
            raise Refused(N_("Simplified, it takes no more than before. Put one of the two right."),
                          field=f"{what}_after")  # fmt: skip


def prepare_request(session: Session, request: ServiceRequest, actor: Actor, now: datetime) -> None:
    """Of a citizen a surname is kept, and no number. Raises `Refused`, naming the field."""
    prepare_owned(session, request, actor, now)
    if inspect(request).transient:
        request.received_at = now
    for name in ("title", "applicant"):
        if NUMBERS.search(getattr(request, name) or ""):
            raise Refused(N_("Leave out telephone and identity numbers: they are not kept here."), field=name)
    request.applicant = masked(request.applicant or "")


def masked(name: str) -> str:
    """A name without what follows its first character."""
    return f"{name.strip()[0]}某" if name.strip() else ""


def front(request: ServiceRequest, actor: Actor) -> bool:
    return actor.serves(request.unit_id)


def back(task: BackDeskTask, actor: Actor) -> bool:
    return actor.serves(task.unit_id)


def behind(request: ServiceRequest, actor: Actor) -> ColumnElement[bool]:
    """Departments and offices of the county: who serves the front desks."""
    types = Unit.unit_type.in_((UnitType.department, UnitType.office))
    return types & (Unit.region_id == request.region_id) & Unit.valid_to.is_(None)


def _passed(request: ServiceRequest, step: Step) -> None:
    unit = step.answers["unit_id"]
    task = BackDeskTask(region_id=request.region_id, service_request_id=request.id, unit_id=unit.id,
                        question=step.answers["question"], asked_at=step.now)  # fmt: skip
    step.session.add(task)
    step.session.flush()
    message = N_("%(unit)s asks the back desk: %(request)s.")
    tell(step.session, unit.id, task, message, key="asked", now=step.now, unit=str(request.unit), request=str(request))


def _answered(task: BackDeskTask, step: Step) -> None:
    request = task.service_request
    task.answer, task.answered_at = step.answers["answer"], step.now
    follow(step, request, "answered")
    message = N_("%(unit)s has answered: %(request)s. Tell the applicant, and close it.")
    tell(step.session, request.unit_id, request, message, key=f"answered{task.id}", now=step.now,
         unit=str(task.unit), request=str(request))  # fmt: skip


def _done(request: ServiceRequest, step: Step) -> None:
    request.result, request.done_at = step.answers["result"], step.now


SERVICE = Workflow(
    ServiceRequest,
    Transition(
        name="pass_back",
        label=N_("Ask the back desk"),
        source=frozenset({S.received, S.answered}),
        target=S.passed,
        by=front,
        asks=(
            Ask(name="unit_id", label=N_("Back desk"), kind="row", model=Unit, among=behind),
            Ask(name="question", label=N_("What is needed"), kind="long_text"),
        ),
        effect=_passed,
        tone="active",
    ),
    Transition(
        name="answered", label=N_("Answered by the back desk"), source=frozenset({S.passed}), target=S.answered, by=None
    ),
    Transition(
        name="finish",
        label=N_("Close the matter"),
        source=frozenset({S.received, S.answered}),
        target=S.done,
        by=front,
        asks=(Ask(name="result", label=N_("Result"), kind="long_text"),),
        effect=_done,
        tone="done",
    ),
    attach({S.received, S.passed, S.answered}, front),
)

BACK = Workflow(
    BackDeskTask,
    Transition(
        name="answer",
        label=N_("Answer the front desk"),
        source=frozenset({B.asked}),
        target=B.answered,
        by=back,
        asks=(Ask(name="answer", label=N_("Answer"), kind="long_text"),),
        effect=_answered,
        tone="done",
    ),
    under="service_request",
)
