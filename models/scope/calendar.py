"""Who sees and sets a county's working days, hours and time limits."""

from __future__ import annotations

from sqlalchemy import false, true

from models.actor import REGION_ID
from models.calendar import CalendarDay, LimitState, ReminderStep, TimeLimit, WorkingWindow
from models.door import Scope
from models.limits import DueRevision, LimitRehearsal, RevisionState
from models.scope.reach import ADMINS, DISPATCHERS, MANAGERS, of_county, only

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
    ReminderStep: Scope(
        sees=of_county(ReminderStep),
        writes=lambda roles: (
            true() if roles & ADMINS else ReminderStep.region_id == REGION_ID if roles & DISPATCHERS else false()
        ),
    ),
}
