"""Which rows an actor may see, and which of them write: two criteria per table, or a reason why all may see them all.

A role sees as far as its reach: the whole deployment, its county, or what concerns its own units
(requirements B6). Almost everything hangs on the calls one may see; what a visible row points at is
visible too, or is in the public directory, else the page would show a gap.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, false, or_, select, true, union
from sqlalchemy.orm import aliased

from models.actor import REGION_ID, UNIT_ID, UNIT_IDS, USER_ID
from models.calendar import CalendarDay, TimeLimit, WorkingWindow
from models.calls import AssignmentState, Call, CallAssignment, CallCounter, CallSource, CallState, Direction
from models.coordination import CaseParty, CoordinationCase
from models.door import Roles, Scope
from models.ledger import Promise
from models.lists import DutyList, ItemCooperation, ListItem, ListState
from models.notices import Notice, Outbox
from models.organisation import Posting, Unit
from models.recorder import RecorderEntry, RecorderHead
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.supervision import Reminder, SupervisionOrder

Criterion = ColumnElement[bool]


def reach(*, county: Criterion, own: Criterion) -> Callable[[Roles], Criterion]:
    """All of it, one county of it, or one's own: as far as the roles go."""

    def sees(roles: Roles) -> Criterion:
        if roles & EVERYWHERE:
            return true()
        if not roles & COUNTY:
            return own
        return county if roles <= COUNTY else or_(county, own)

    return sees


def only(roles_that_may: frozenset[RoleName], criterion: Criterion) -> Callable[[Roles], Criterion]:
    """The criterion for those roles, and nothing for the others."""
    return lambda roles: criterion if roles & roles_that_may else false()


def everyone(criterion: Criterion) -> Callable[[Roles], Criterion]:
    return lambda roles: criterion


# A clue is a draft that a grid worker writes for the township above.
is_clue = and_(
    Call.state == CallState.draft,
    Call.source == CallSource.grid,
    Call.direction == Direction.township_to_department,
)

# A call concerns its caller, the grid it is in, who has a part in it, and the parties of its case.
MY_CALLS = union(
    select(Call.id).where(Call.caller_unit_id.in_(UNIT_IDS)),
    select(Call.id).where(Call.place_unit_id.in_(UNIT_IDS), or_(Call.state != CallState.draft, is_clue)),
    select(CallAssignment.call_id).where(
        CallAssignment.department_id.in_(UNIT_IDS), CallAssignment.state != AssignmentState.reassigned
    ),
    select(CoordinationCase.call_id)
    .join(CaseParty, CaseParty.case_id == CoordinationCase.id)
    .where(CaseParty.unit_id.in_(UNIT_IDS)),
).subquery("my_calls")
my_call_ids = select(MY_CALLS.c.id)

# Items of another county become known with the call across counties that cites them.
afar = select(Call.id).where(Call.is_cross_region, Call.id.in_(my_call_ids))
cited_from_afar = select(
    union(
        select(Call.list_item_id.label("item_id")).where(Call.id.in_(afar)),
        select(CallAssignment.cited_item_id).where(CallAssignment.call_id.in_(afar)),
    )
    .subquery("cited")
    .c.item_id
)
lists_from_afar = select(ListItem.duty_list_id).where(ListItem.id.in_(cited_from_afar))

# A grid worker writes for the township above the grid.
_me, _above = aliased(Unit), aliased(Unit)
above_me = select(_above.id).where(_me.id == UNIT_ID, _me.path.startswith(_above.path))

MANAGERS = frozenset({RoleName.list_manager})
ADMINS = frozenset({RoleName.admin})

SCOPED: dict[type, Scope] = {
    Call: Scope(
        sees=reach(
            # A draft is its writer's until it is sent.
            county=and_(Call.region_id == REGION_ID, Call.state != CallState.draft),
            own=Call.id.in_(my_call_ids),
        ),
        writes=everyone(
            or_(
                and_(Call.caller_unit_id.in_(UNIT_IDS), Call.state.in_([CallState.draft, CallState.returned])),
                and_(Call.place_unit_id.in_(UNIT_IDS), Call.caller_unit_id.in_(above_me), is_clue),
            )
        ),
    ),
    CallAssignment: Scope(
        sees=reach(county=CallAssignment.region_id == REGION_ID, own=CallAssignment.call_id.in_(my_call_ids))
    ),
    CoordinationCase: Scope(
        sees=reach(county=CoordinationCase.region_id == REGION_ID, own=CoordinationCase.call_id.in_(my_call_ids))
    ),
    CaseParty: Scope(
        sees=reach(
            county=CaseParty.region_id == REGION_ID,
            own=CaseParty.case_id.in_(select(CoordinationCase.id).where(CoordinationCase.call_id.in_(my_call_ids))),
        )
    ),
    Reminder: Scope(sees=reach(county=Reminder.region_id == REGION_ID, own=Reminder.call_id.in_(my_call_ids))),
    SupervisionOrder: Scope(
        sees=reach(county=SupervisionOrder.region_id == REGION_ID, own=SupervisionOrder.call_id.in_(my_call_ids))
    ),
    # Once published, everyone's in the county to cite. A draft is the editorial office's.
    DutyList: Scope(
        sees=reach(
            county=DutyList.region_id == REGION_ID,
            own=or_(
                and_(DutyList.region_id == REGION_ID, DutyList.state == ListState.published),
                DutyList.id.in_(lists_from_afar),
            ),
        ),
        writes=only(MANAGERS, and_(DutyList.region_id == REGION_ID, DutyList.state == ListState.draft)),
    ),
    ListItem: Scope(
        sees=reach(
            county=ListItem.region_id == REGION_ID,
            own=or_(
                and_(ListItem.region_id == REGION_ID, ListItem.state == ListState.published),
                ListItem.id.in_(cited_from_afar),
            ),
        ),
        writes=only(MANAGERS, and_(ListItem.region_id == REGION_ID, ListItem.state == ListState.draft)),
    ),
    ItemCooperation: Scope(
        sees=reach(
            county=ItemCooperation.region_id == REGION_ID,
            own=ItemCooperation.list_item_id.in_(
                select(ListItem.id).where(ListItem.region_id == REGION_ID, ListItem.state == ListState.published)
            ),
        ),
        writes=only(
            MANAGERS,
            and_(
                ItemCooperation.region_id == REGION_ID,
                ItemCooperation.list_item_id.in_(select(ListItem.id).where(ListItem.state == ListState.draft)),
            ),
        ),
    ),
    CalendarDay: Scope(
        sees=reach(county=CalendarDay.region_id == REGION_ID, own=CalendarDay.region_id == REGION_ID),
        writes=lambda roles: (
            true() if roles & ADMINS else CalendarDay.region_id == REGION_ID if roles & MANAGERS else false()
        ),
    ),
    WorkingWindow: Scope(
        sees=reach(county=WorkingWindow.region_id == REGION_ID, own=WorkingWindow.region_id == REGION_ID),
        writes=only(ADMINS, true()),
    ),
    TimeLimit: Scope(
        sees=reach(county=TimeLimit.region_id == REGION_ID, own=TimeLimit.region_id == REGION_ID),
        writes=only(ADMINS, true()),
    ),
    Notice: Scope(sees=everyone(Notice.user_id == USER_ID), writes=everyone(Notice.user_id == USER_ID)),
    Promise: Scope(sees=reach(county=Promise.region_id == REGION_ID, own=false())),
    Outbox: Scope(sees=reach(county=false(), own=false())),
    CallCounter: Scope(sees=reach(county=false(), own=false())),
    RecorderEntry: Scope(
        sees=reach(
            county=RecorderEntry.chain == REGION_ID,
            own=or_(RecorderEntry.call_id.in_(my_call_ids), RecorderEntry.unit_id.in_(UNIT_IDS)),
        )
    ),
    RecorderHead: Scope(sees=reach(county=RecorderHead.chain == REGION_ID, own=false())),
}

PUBLIC: dict[type, str] = {
    Unit: "the directory: which units there are, and their names",
    Posting: "read to learn who is acting, before anyone is; its page needs a permission of its own",
}
