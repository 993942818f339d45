"""«My desk»: what waits for the unit acted for, by due time, and what it waits for. One statement for each pile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select

from models.actor import Actor
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, CallSource, CallState
from models.coordination import CaseParty, CaseState, CoordinationCase
from models.roles import RoleName
from models.supervision import OrderState, SupervisionOrder

A, C, S = AssignmentState, CaseState, CallState
MOST = 50


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one kind that lie on a desk: what is to be done with them, and the column that says by when, if any."""

    title: str
    query: Select[Any]
    due: Any | None
    mine: bool
    """Whether they wait for this desk; else it waits for them."""


def piles(actor: Actor) -> Iterator[Pile]:
    """What may lie on the actor's desk, according to their roles."""
    if RoleName.county_dispatcher in actor.roles:
        yield from _of_county_office(actor)
    if RoleName.supervisor in actor.roles:
        yield from _of_supervision_office(actor)
    if RoleName.editorial_officer in actor.roles:
        yield from _of_editorial_office(actor)
    if actor.roles & {
        RoleName.township_head,
        RoleName.township_operator,
        RoleName.department_head,
        RoleName.department_staff,
        RoleName.agency_head,
        RoleName.agency_staff,
    }:
        yield from _of_answering_unit(actor)
        yield from _of_caller(actor)
    if actor.roles & {RoleName.grid_worker, RoleName.community_commissioner}:
        yield from _of_grid(actor)


def _pile(
    model: Any, title: str, where: ColumnElement[bool], due: Any = None, *, since: Any = None, mine: bool = True
) -> Pile:
    """The most urgent first: by due time; where there is none, by what they have been waiting `since`."""
    by_due = () if due is None else (due.is_(None), due)
    waiting = () if since is None else (since,)
    return Pile(title, select(model).where(where).order_by(*by_due, *waiting, model.id).limit(MOST), due, mine)


def _settled(*more: ColumnElement[bool]) -> Exists:
    """The call's last rejection led to a case, and the case is settled."""
    case = CoordinationCase
    done = or_(case.filed_at.is_not(None), case.decided_at.is_not(None))
    return exists().where(case.call_id == Call.id, case.round == Call.rounds, done, *more)


# A case may find that the duty is the caller's own: then nobody else is to be asked again.
DUTY_IS_THE_CALLERS = (Call.state == S.forwarded) & _settled(
    CoordinationCase.responsible_unit_id == Call.caller_unit_id
)


def _of_county_office(actor: Actor) -> Iterator[Pile]:
    here = Call.region_id == actor.region_id
    yield _pile(Call, N_("Accept or return"), here & (Call.state == S.submitted), Call.accept_due)
    yield _pile(Call, N_("Dispatch"), here & (Call.state == S.accepted), Call.resolve_due, since=Call.accepted_at)
    again = here & (Call.state == S.forwarded) & _settled() & ~DUTY_IS_THE_CALLERS
    title = N_("Dispatch again: the case has a duty holder")
    yield _pile(Call, title, again, Call.resolve_due, since=Call.accepted_at)
    rejected = and_(
        CallAssignment.region_id == actor.region_id,
        CallAssignment.state == A.rejected,
        CallAssignment.call.has((Call.rounds == CallAssignment.round) & Call.state.in_((S.dispatched, S.in_progress))),
    )
    yield _pile(CallAssignment, N_("Rule on a rejection"), rejected, since=CallAssignment.rejected_at)
    waiting = here & Call.state.in_((S.dispatched, S.in_progress))
    yield _pile(Call, N_("With the departments"), waiting, Call.resolve_due, mine=False)


def _of_supervision_office(actor: Actor) -> Iterator[Pile]:
    here = CoordinationCase.region_id == actor.region_id
    case, title = CoordinationCase, N_("Notify the parties")
    yield _pile(case, title, here & (case.state == C.opened), since=case.forwarded_at)
    yield _pile(case, N_("Order execution"), here & case.state.in_((C.filed, C.decided)), case.execution_due)
    yield _pile(case, N_("Watch the execution"), here & (case.state == C.supervising), case.execution_due)
    order = SupervisionOrder
    replied = (order.region_id == actor.region_id) & (order.state == OrderState.replied)
    yield _pile(order, N_("Verify a reply"), replied, since=order.replied_at)
    yield _pile(
        case, N_("The parties negotiate"), here & (case.state == C.negotiating), case.negotiation_due, mine=False
    )


def _of_editorial_office(actor: Actor) -> Iterator[Pile]:
    case = CoordinationCase
    here = case.region_id == actor.region_id
    yield _pile(case, N_("Review and file"), here & (case.state == C.filing_review), case.filing_due)
    yield _pile(
        case, N_("Coordinate, and issue the opinion"), here & (case.state == C.coordinating), case.coordination_due
    )
    yield _pile(
        case, N_("The parties negotiate"), here & (case.state == C.negotiating), case.negotiation_due, mine=False
    )


def _of_answering_unit(actor: Actor) -> Iterator[Pile]:
    part = CallAssignment
    ours = part.department_id.in_(actor.unit_ids)
    yield _pile(part, N_("Respond, or reject"), ours & (part.state == A.pending), part.respond_due)
    yield _pile(
        part, N_("Work, and report the result"), ours & part.state.in_((A.responded, A.working)), part.promised_due
    )
    order = SupervisionOrder
    pressed = order.unit_id.in_(actor.unit_ids) & order.state.in_((OrderState.issued, OrderState.acknowledged))
    yield _pile(order, N_("Reply to a supervision order"), pressed, since=order.issued_at)


def _of_caller(actor: Actor) -> Iterator[Pile]:
    ours = Call.caller_unit_id.in_(actor.unit_ids)
    yield _pile(
        Call,
        N_("Send a draft, or correct what was returned"),
        ours & Call.state.in_((S.draft, S.returned)),
        since=Call.created_at,
    )
    yield _pile(
        Call,
        N_("Confirm, or say that it is not solved"),
        ours & (Call.state == S.awaiting_confirmation),
        since=Call.resolved_at,
    )
    own = N_("The duty is yours: withdraw the call, and handle it")
    yield _pile(Call, own, ours & DUTY_IS_THE_CALLERS, Call.resolve_due)
    yield _pile(Call, N_("Rejected: forward or withdraw"), ours & (Call.state == S.rejected), Call.resolve_due)
    case = CoordinationCase
    party = case.id.in_(select(CaseParty.case_id).where(CaseParty.unit_id.in_(actor.unit_ids)))
    yield _pile(case, N_("Negotiate"), party & (case.state == C.negotiating), case.negotiation_due)
    yield _pile(Call, N_("Waiting for acceptance"), ours & (Call.state == S.submitted), Call.accept_due, mine=False)
    underway = ours & Call.state.in_((S.accepted, S.dispatched, S.in_progress, S.forwarded)) & ~DUTY_IS_THE_CALLERS
    yield _pile(Call, N_("With the county and its departments"), underway, Call.resolve_due, mine=False)


def _of_grid(actor: Actor) -> Iterator[Pile]:
    """What a grid worker has noticed; the township above sends it, and answers for it."""
    clues = Call.place_unit_id.in_(actor.unit_ids) & (Call.source == CallSource.grid)
    drafts = clues & Call.state.in_((S.draft, S.returned))
    yield _pile(Call, N_("Complete a clue: the township sends it"), drafts, since=Call.created_at)
    sent = clues & Call.state.not_in((S.draft, S.returned))
    yield _pile(Call, N_("What became of your clues"), sent, since=Call.sent_at.desc(), mine=False)
