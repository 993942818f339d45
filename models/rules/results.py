"""What a joint action of enforcement brought: cases, fines, confiscations (TC-22)."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import object_session

from models.agencies import EnforcementTeam, TeamForce
from models.base import N_
from models.calls import CallAssignment
from models.door import by_rule
from models.item_words import PlatformKind
from models.workflow import Ask, Refused, Step

ENFORCEMENT, ENFORCED = PlatformKind.comprehensive_enforcement, "enforcement"
"""The platform, and the kind of list, whose items are matters of enforcement."""
FIGURES = ("cases", "fines", "confiscations")


def enforces(assignment: CallAssignment) -> bool:
    """Whether it may be one: by its item; by its unit; or called through a module, with no item that says otherwise."""
    item = assignment.call.list_item
    if item is None:
        return assignment.call.module_id is not None or _in_a_team(assignment)
    return item.platform is ENFORCEMENT or item.list_type.code == ENFORCED or _in_a_team(assignment)


def _in_a_team(assignment: CallAssignment) -> bool:
    """Whether its unit guides an enforcement team, answers for one, or is a force in one (LX-08, ZG-13)."""
    session, unit_id = object_session(assignment), assignment.department_id
    if session is None:
        return False
    forces = select(TeamForce.team_id).where(TeamForce.unit_id == unit_id)
    theirs = or_(EnforcementTeam.guiding_department_id == unit_id, EnforcementTeam.legal_department_id == unit_id)
    with by_rule(session):
        return (
            session.scalar(select(EnforcementTeam.id).where(theirs | EnforcementTeam.id.in_(forces)).limit(1))
            is not None
        )


ASKED = tuple(
    Ask(name=name, label=label, kind="number", required=False, of_use=enforces)
    for name, label in (
        ("cases", N_("Cases investigated")),
        ("fines", N_("Fines (yuan)")),
        ("confiscations", N_("Things confiscated")),
    )
)


def check_figures(assignment: CallAssignment, step: Step) -> None:
    """TC-22: cases, fines and confiscations are the result of enforcement, and of nothing else."""
    for name in FIGURES:
        figure = step.answers.get(name)
        if figure is not None and not enforces(assignment):
            raise Refused(N_("This is counted of enforcement matters only. Leave it empty."), field=name)
        if figure is not None and figure < 0:
            raise Refused(N_("This number is 0 or more."), field=name)
