"""Every console, in menu order. To add one: declare it in its file, name it here."""

from views.calendar import calendar_days, time_limits, working_windows
from views.calls import assignments, calls
from views.coordination import cases, parties
from views.lists import cooperations, duty_lists, list_items
from views.organisation import postings, units
from views.records import promises, recorder_entries
from views.supervision import reminders, supervision_orders

CONSOLES = (
    calls,
    assignments,
    cases,
    parties,
    supervision_orders,
    reminders,
    list_items,
    duty_lists,
    cooperations,
    units,
    postings,
    calendar_days,
    working_windows,
    time_limits,
    promises,
    recorder_entries,
)
