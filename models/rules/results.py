"""What a joint action of enforcement brought: cases, fines, confiscations (TC-22)."""

from __future__ import annotations

from models.base import N_
from models.calls import CallAssignment
from models.item_words import PlatformKind
from models.workflow import Ask, Refused, Step

ENFORCEMENT, ENFORCED = PlatformKind.comprehensive_enforcement, "enforcement"
"""The platform, and the kind of list, whose items are matters of enforcement."""
FIGURES = ("cases", "fines", "confiscations")


def enforces(assignment: CallAssignment) -> bool:
    """Whether it is about a matter of enforcement."""
    item = assignment.call.list_item
    return item is not None and (item.platform is ENFORCEMENT or item.list_type.code == ENFORCED)


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
