"""Who sees and sets a county's working days, hours and time limits."""

from __future__ import annotations

from sqlalchemy import false, select, true

from models.actor import REGION_ID
from models.calendar import CalendarDay, LimitState, ReminderLadder, ReminderStep, TimeLimit, WorkingWindow
from models.door import Scope
from models.ladders import LadderRehearsal, LadderRehearsalCall, LadderRehearsalLine
from models.limits import DueRevision, LimitRehearsal, RevisionState
from models.scope.calls import my_call_ids
from models.scope.reach import ADMINS, DISPATCHERS, MANAGERS, of_county, only, reach

DRAFTED = ReminderLadder.state == LimitState.draft
OF_COUNTY = ReminderLadder.region_id == REGION_ID
PREVIEWED = DueRevision.state == RevisionState.previewed

SCOPES: dict[type, Scope] = {
    CalendarDay: Scope(
        sees=of_county(CalendarDay),
        writes=lambda roles: (
            true() if roles & ADMINS else CalendarDay.region_id == REGION_ID if roles & MANAGERS else false()
        ),
    ),
    WorkingWindow: Scope(sees=of_county(WorkingWindow), writes=only(ADMINS, true())),
    TimeLimit: Scope(sees=of_county(TimeLimit), writes=only(ADMINS, TimeLimit.state == LimitState.draft)),
    LimitRehearsal: Scope(sees=of_county(LimitRehearsal)),
    DueRevision: Scope(
        sees=of_county(DueRevision),
        writes=lambda roles: (
            PREVIEWED
            if roles & ADMINS
            else PREVIEWED & (DueRevision.region_id == REGION_ID)
            if roles & MANAGERS
            else false()
        ),
    ),
    ReminderLadder: Scope(
        sees=of_county(ReminderLadder),
        writes=lambda roles: DRAFTED if roles & ADMINS else DRAFTED & OF_COUNTY if roles & DISPATCHERS else false(),
    ),
    ReminderStep: Scope(
        sees=of_county(ReminderStep),
        writes=lambda roles: (
            ReminderStep.ladder_id.in_(select(ReminderLadder.id).where(DRAFTED))
            if roles & ADMINS
            else ReminderStep.ladder_id.in_(select(ReminderLadder.id).where(DRAFTED, OF_COUNTY))
            if roles & DISPATCHERS
            else false()
        ),
    ),
    LadderRehearsal: Scope(sees=of_county(LadderRehearsal)),
    LadderRehearsalLine: Scope(sees=of_county(LadderRehearsalLine)),
    LadderRehearsalCall: Scope(
        sees=reach(
            county=LadderRehearsalCall.region_id == REGION_ID,
            own=(LadderRehearsalCall.region_id == REGION_ID) & LadderRehearsalCall.call_id.in_(my_call_ids),
        )
    ),
}
