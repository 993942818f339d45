"""Who sees and sets a county's working days, hours and time limits."""

from __future__ import annotations

from sqlalchemy import false, true

from models.actor import REGION_ID
from models.calendar import CalendarDay, ReminderStep, TimeLimit, WorkingWindow
from models.door import Scope
from models.scope.reach import ADMINS, DISPATCHERS, MANAGERS, of_county, only

SCOPES: dict[type, Scope] = {
    CalendarDay: Scope(
        sees=of_county(CalendarDay),
        writes=lambda roles: (
            true() if roles & ADMINS else CalendarDay.region_id == REGION_ID if roles & MANAGERS else false()
        ),
    ),
    WorkingWindow: Scope(sees=of_county(WorkingWindow), writes=only(ADMINS, true())),
    TimeLimit: Scope(sees=of_county(TimeLimit), writes=only(ADMINS, true())),
    ReminderStep: Scope(
        sees=of_county(ReminderStep),
        writes=lambda roles: (
            true() if roles & ADMINS else ReminderStep.region_id == REGION_ID if roles & DISPATCHERS else false()
        ),
    ),
}
