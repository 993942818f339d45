"""What a joint action of enforcement brought: cases, fines, confiscations (TC-22)."""

from __future__ import annotations

from models.base import N_
from models.calls import CallAssignment
from models.item_words import PlatformKind
from models.workflow import Ask, Refused, Step

ENFORCEMENT, ENFORCED = PlatformKind.comprehensive_enforcement, "enforcement"
"""The platform, and the kind of list, whose items are matters of enforcement."""
FIGURES = ("cases", "fines", "confiscations")
OF_ENFORCEMENT = N_("Of enforcement matters only.")

ASKED = (
    Ask(name="cases", label=N_("Cases investigated"), kind="number", required=False, help=OF_ENFORCEMENT),
    Ask(name="fines", label=N_("Fines (yuan)"), kind="number", required=False, help=OF_ENFORCEMENT),
    Ask(name="confiscations", label=N_("Things confiscated"), kind="number", required=False, help=OF_ENFORCEMENT),
)


def check_figures(assignment: CallAssignment, step: Step) -> None:
    """TC-22: cases, fines and confiscations are the result of enforcement, and of nothing else."""
    item = assignment.call.list_item
    enforces = item is not None and (item.platform is ENFORCEMENT or item.list_type.code == ENFORCED)
    for name in FIGURES:
        figure = step.answers.get(name)
        if figure is not None and not enforces:
            raise Refused(N_("This is counted of enforcement matters only. Leave it empty."), field=name)
        if figure is not None and figure < 0:
            raise Refused(N_("This number is 0 or more."), field=name)
