"""Calls and their assignments: the township's desk, the county office's, and the department's."""

from dataclasses import replace
from typing import Any

from app.engine.declare import Chart, Console, Derived, Extra, Kinds, Link, Related, Variant
from models.base import N_
from models.calls import Call, CallAssignment, CallState
from models.coordination import CoordinationCase
from models.hotline import HotlineTicket
from models.irregular import IrregularAssignmentReport
from models.item_words import ItemState, PlatformKind
from models.lists import ListItem
from models.nudges import Nudge
from models.queries.choices import matters_in_force, modules_with_contacts, own_places, usable_items
from models.queries.list_types import indicators_of
from models.queries.platforms import PLATFORM
from models.ratings import CaseAssessment, MutualRating
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.clues import calling_unit, forget_call, prepare_call, watch_clue
from models.rules.segments import resting, waiting
from models.segments import Extension, Pause
from models.supervision import Reminder, SupervisionOrder


def _proposal(call: Call) -> dict[str, Any]:
    """To change the item that the call cites, if that is in force; else to add what the list does not cover."""
    item = call.list_item
    if item is not None and item.state is ItemState.published:
        return {"kind": "modify", "duty_list": item.duty_list_id, "list_item": item.id}
    return {"kind": "add", "title": call.title, "category": call.category or None}


PROPOSE = Link(
    label=N_("Propose to adjust the list"),
    endpoint="ListAdjustmentPage.add",
    icon="fa-pen-ruler",
    takes="call",
    further=_proposal,
    needs=("can_add", "ListAdjustment"),
)
"""Where the list does not cover what one calls about, or covers it badly (R5)."""
PROPOSE_NEW = replace(PROPOSE, further=lambda boxes: {"kind": "add", "title": boxes.get("title") or None})
SCOPES = Link(
    label=N_("Which scope fits?"),
    endpoint="Situations.index",
    icon="fa-scale-balanced",
    takes="call",
    needs=("can_read", "CallSituation"),
    on_form=True,
)


MORE_TIME = Link(
    label=N_("Ask for more time"),
    endpoint="ExtensionPage.add",
    icon="fa-hourglass-half",
    takes="assignment",
    needs=("can_add", "Extension"),
)


TURNS = Link(
    label=N_("Whose turn was it?"),
    endpoint="Turns.page",
    icon="fa-stopwatch",
    needs=("can_read", "Holding"),
    summed_up=True,
)
WAITS = Link(
    label=N_("What a department waits for"),
    endpoint="CallAssignmentPage.show",
    icon="fa-hourglass-half",
    takes="",
    further=lambda call: {"pk": waiting(call)[0].id},
    needs=("can_resume", "CallAssignment"),
    when=lambda call: bool(waiting(call)),
)
RATE = Link(
    label=N_("Rate each other"),
    endpoint="MutualRatingPage.listing",
    icon="fa-face-smile",
    takes="",
    further=lambda call: {"f": f"call:rel_o_m:{call.id}"},
    needs=("can_rate", "MutualRating"),
    when=lambda call: call.state is CallState.resolved,
)
"""A confirmed call is over for its caller only when it is rated."""
RESULTS = Link(
    label=N_("Results of enforcement"),
    endpoint="Results.page",
    icon="fa-scale-balanced",
    needs=("can_read", "CallAssignment"),
    when=lambda call: False,
    summed_up=True,
)
"""Led to by its sums, which stand on the page of a call that brought any."""
SUPERVISE = Link(
    label=N_("Issue a supervision order"),
    endpoint="SupervisionOrderPage.add",
    icon="fa-gavel",
    takes="assignment",
    needs=("can_add", "SupervisionOrder"),
)


ACCOUNT = Link(
    label=N_("Open a case of accountability"),
    endpoint="AccountabilityCasePage.add",
    icon="fa-scale-unbalanced",
    takes="call",
    needs=("can_add", "AccountabilityCase"),
)


def of_item(session: Any, item: ListItem) -> Variant:
    """The item that a call cites says what else the call has to tell (TC-39)."""
    return Variant(extras=tuple(Extra.of(field) for field in indicators_of(session, item.id)))


calls = Console(
    model=Call,
    name=N_("Calls"),
    category=N_("Calls"),
    icon="fa-bullhorn",
    listed=("number", "title", "state", "scope", "caller_unit", "list_item", "sent_at", "accept_due", "resolve_due"),
    order=("created_at", "desc"),
    shown=(
        "number",
        "title",
        "state",
        "scope",
        "direction",
        "caller_unit",
        "list_item",
        "assigned_matter",
        "module",
        "category",
        "description",
        "files",
        "place_unit",
        "place",
        "latitude",
        "longitude",
        "source",
        "imported",
        "is_cross_region",
        "occurred_at",
        "created_at",
        "sent_at",
        "accept_due",
        "accepted_at",
        "resolve_due",
        "resolved_at",
        "confirmed_at",
        "rate_due",
        "closed_at",
        "provisional",
        "reopened",
        "rounds",
    ),
    form=(
        "title",
        "list_item",
        "assigned_matter",
        "module",
        "scope",
        "description",
        "files",
        "place_unit",
        "place",
        "latitude",
        "longitude",
        "occurred_at",
        "source",
        "is_cross_region",
    ),
    among={
        "list_item": usable_items,
        "assigned_matter": matters_in_force,
        "module": modules_with_contacts,
        "place_unit": own_places,
    },
    offered=("module",),
    searched=(
        "number",
        "title",
        "state",
        "scope",
        "category",
        "caller_unit",
        "place_unit",
        "list_item",
        "sent_at",
        "direction",
        "source",
        "imported",
    ),
    derived=(Derived(name="platform", label=N_("Platform of the item"), criterion=PLATFORM, words=PlatformKind),),
    deadlines={"accept_due": ("accepted_at",), "resolve_due": ("resolved_at",), "rate_due": ("closed_at",)},
    rests=resting,
    charts=(
        Chart(by="sent_at", per="month", kind="line", split="scope", title=N_("Calls by month and scope")),
        Chart(by="state", kind="pie", title=N_("Calls by state")),
        Chart(by="category", title=N_("Calls by category")),
        Chart(
            by="caller_unit",
            split="category",
            title=N_("Calls by caller and category"),
            definition=N_("Numbers only: townships are not ranked."),
        ),
    ),
    related=(
        Related(
            model=CallAssignment,
            by="call",
            listed=(
                "department",
                "role",
                "state",
                "respond_due",
                "promised_due",
                "failure_kind",
                "responsible",
                "result",
            ),
        ),
        Related(
            model=MutualRating,
            by="call",
            listed=("rater_unit", "ratee_unit", "state", "rate_due", "level", "comment"),
            order="id",
            empty=N_("When the call is confirmed as solved, both sides rate each other; the other's word is sealed."),
        ),
        Related(
            model=CaseAssessment,
            by="call",
            listed=("unit", "responded_on_time", "resolved", "satisfied", "points"),
            order="id",
            empty=N_("Written when the call closes: of every unit involved, at the same time."),
        ),
        Related(model=CoordinationCase, by="call"),
        Related(model=SupervisionOrder, by="call"),
        Related(model=Reminder, by="call"),
        Related(model=Nudge, by="call", listed=("unit", "assignment", "number", "at", "movement")),
        Related(model=IrregularAssignmentReport, by="reported_call", listed=("reporter", "state", "reported_at")),
        Related(model=HotlineTicket, by="call", listed=("external_key", "source", "title", "state", "answer_due")),
    ),
    links=(WAITS, RATE, TURNS, RESULTS, SCOPES, PROPOSE, ACCOUNT),
    instead=PROPOSE_NEW,
    carries=("title",),
    workflow=CALL,
    kinds=Kinds(by=("list_item",), column="extra", variant=of_item),
    begins=calling_unit,
    prepare=prepare_call,
    follow=watch_clue,
    forget=forget_call,
    empty=N_("No call yet. A township writes one when a matter is beyond its powers: the list says who must answer."),
)

assignments = Console(
    model=CallAssignment,
    name=N_("Assignments"),
    category=N_("Calls"),
    icon="fa-inbox",
    listed=("call", "department", "role", "state", "respond_due", "promised_due", "failure_kind"),
    order=("dispatched_at", "desc"),
    form=(),
    links=(MORE_TIME, SUPERVISE),
    searched=(
        "state",
        "role",
        "failure_kind",
        "department",
        "respond_due",
        "dispatched_at",
        "cited_item",
        "no_item_covers",
        "rejected_at",
        "ruled_unit",
    ),
    deadlines={
        "respond_due": ("responded_at",),
        "promised_due": ("resolved_at", "pause_due"),  # no time runs out while the clock rests
        "pause_due": (),
    },
    charts=(
        Chart(by="department", split="state", title=N_("Assignments by department and state")),
        Chart(
            by="department",
            split="failure_kind",
            title=N_("No response, late response, inaction"),
            definition=N_("Found by the console: the response limit passed; answered after it; the promise passed."),
        ),
        Chart(
            by="department",
            sums=("cases", "fines", "confiscations"),
            title=N_("Results of enforcement by department"),
            definition=N_("As reported with the result of a part."),
        ),
        Chart(
            by="cited_item",
            split="state",
            title=N_("Items cited in refusals"),
            definition=N_("Also refusals that were taken back by a ruling since; without an item: none was cited."),
        ),
    ),
    related=(
        Related(model=Pause, by="assignment", listed=("reason", "paused_at", "resumed_at")),
        Related(model=Extension, by="assignment", listed=("days", "state", "reason", "due_before", "due_after")),
        Related(model=SupervisionOrder, by="assignment", listed=("level", "state", "reason", "issued_at", "due")),
        Related(model=Nudge, by="assignment", listed=("number", "at", "moved_at", "minutes", "movement")),
    ),
    workflow=ASSIGNMENT,
    empty=N_("Nothing has been dispatched to you."),
)
