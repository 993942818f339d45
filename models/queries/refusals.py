"""Refusals: which of them is a call's second, and what became of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from models.calls import AssignmentState, CallAssignment


def refused_before() -> ColumnElement[bool]:
    """Whether a part's call was refused already: in an earlier round, or by whom the part was taken from."""
    part, before = CallAssignment, aliased(CallAssignment)
    refused = and_(before.rejected_at.is_not(None), before.call_id == part.call_id, before.id != part.id)
    earlier = or_(before.round < part.round, before.state == AssignmentState.reassigned)
    return select(before.id).where(refused, earlier).correlate(part).exists()


def overruled() -> ColumnElement[bool]:
    """Whether a ruling on the same call held who refused responsible."""
    part, ruling = CallAssignment, aliased(CallAssignment)
    of_call = and_(ruling.call_id == part.call_id, ruling.ruled_unit_id == part.department_id)
    return select(ruling.id).where(of_call).correlate(part).exists()


def followed() -> ColumnElement[bool]:
    """Whether the county office let a refusal stand: it excused the department, or gave the part to another."""
    gone = CallAssignment.state.in_((AssignmentState.upheld, AssignmentState.reassigned))
    return and_(gone, not_(overruled()))
