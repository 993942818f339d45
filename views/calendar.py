"""The working calendar and the time limits."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.calendar import CalendarDay, ReminderLadder, ReminderStep, TimeLimit, WorkingWindow
from models.ladders import LadderRehearsal, LadderRehearsalCall, LadderRehearsalLine
from models.limits import DueRevision, LimitRehearsal, RevisionState
from models.rules.calendar import counties, prepare_county_row, prepare_window
from models.rules.ladder import LADDERED
from models.rules.ladders import (
    LADDER_OF_CLOCK,
    drafts,
    follow_ladder,
    forget_ladder,
    held_as_draft,
    prepare_ladder,
    prepare_ladder_step,
)
from models.rules.limits import LIMIT, bodies_of_counties, items_in_force, prepare_limit
from models.rules.revisions import REVISION, forget_revision, prepare_revision, preview_revision

ANEW = Link(
    label=N_("See what would move"),
    endpoint="DueRevisionPage.add",
    icon="fa-arrows-rotate",
    takes="",
    further=lambda row: {"region": row.region_id} | ({"reason": str(row)} if isinstance(row, CalendarDay) else {}),
    needs=("can_add", "DueRevision"),
)
"""A changed day or hour moves nothing by itself: whoever has entered all of them looks, then has a job count anew."""

calendar_days = Console(
    model=CalendarDay,
    name=N_("Calendar days"),
    category=N_("Settings"),
    icon="fa-calendar-days",
    listed=("day", "is_working", "note", "region"),
    form=("day", "is_working", "note", "region"),
    order=("day", "desc"),
    among={"region": counties},
    links=(ANEW,),
    prepare=prepare_county_row,
    empty=N_("Nothing beyond the announced calendar. Enter a day that differs from it."),
)

working_windows = Console(
    model=WorkingWindow,
    name=N_("Working hours"),
    category=N_("Settings"),
    icon="fa-clock",
    form=("weekday", "starts", "ends", "region"),
    order=("weekday", "asc"),
    among={"region": counties},
    links=(ANEW,),
    prepare=prepare_window,
)

time_limits = Console(
    model=TimeLimit,
    name=N_("Time limits"),
    category=N_("Settings"),
    icon="fa-hourglass-half",
    listed=("clock", "position", "scope", "list_item", "category", "department", "amount", "unit", "state", "region"),
    shown=(
        "clock",
        "position",
        "state",
        "scope",
        "list_item",
        "category",
        "department",
        "amount",
        "unit",
        "basis",
        "region",
    ),
    form=("clock", "position", "scope", "list_item", "category", "department", "amount", "unit", "basis", "region"),
    searched=("clock", "state", "scope", "list_item", "category", "department", "region"),
    order=("clock", "asc"),
    among={"region": counties, "list_item": items_in_force, "department": bodies_of_counties},
    related=(
        Related(
            model=LimitRehearsal,
            by="time_limit",
            listed=(
                "rehearsed_at",
                "supposes",
                "past_matched",
                "past_late",
                "open_earlier",
                "open_later",
                "open_overdue",
            ),
        ),
    ),
    links=(Link(label=N_("What would move"), endpoint="RuleMoves.page", icon="fa-arrows-left-right"),),
    workflow=LIMIT,
    prepare=prepare_limit,
)

limit_rehearsals = Console(
    model=LimitRehearsal,
    name=N_("Rehearsals of limit rules"),
    category=N_("Settings"),
    icon="fa-flask",
    listed=("time_limit", "supposes", "rehearsed_at", "past_matched", "past_late", "open_matched", "open_overdue"),
    shown=(
        "time_limit",
        "supposes",
        "rehearsed_at",
        "past_calls",
        "past_matched",
        "past_earlier",
        "past_later",
        "past_late",
        "open_clocks",
        "open_matched",
        "open_earlier",
        "open_later",
        "open_overdue",
        "busiest_unit",
        "busiest_matched",
        "fingerprint",
    ),
    form=(),
    searched=("time_limit", "supposes", "rehearsed_at", "busiest_unit"),
    about="time_limit",
    in_menu=False,
)

due_revisions = Console(
    model=DueRevision,
    name=N_("Due times counted anew"),
    category=N_("Settings"),
    icon="fa-arrows-rotate",
    listed=("reason", "time_limit", "state", "looked_at", "running", "earlier", "later", "overdue", "moved", "region"),
    form=("reason", "region"),
    searched=("reason", "state", "looked_at", "region"),
    among={"region": counties},
    links=(Link(label=N_("What would move"), endpoint="RevisionMoves.page", icon="fa-arrows-left-right"),),
    workflow=REVISION,
    prepare=prepare_revision,
    follow=preview_revision,
    forget=forget_revision,
    intake=None,
    empty=N_("Nothing was counted anew. After a change of working days or hours, add a line to see what would move."),
    passing=(RevisionState.waiting,),
)

STEP = ("level", "name", "point", "amount", "unit")
COUNT = ("after_count", "of_level", "within")
HEAR = ("duty_officer", "heads", "supervision", "leaders", "county_office")

reminder_ladders = Console(
    model=ReminderLadder,
    name=N_("Reminder ladder"),
    category=N_("Settings"),
    icon="fa-stairs",
    listed=("job", "state", "basis", "region"),
    form=("job", "basis", "region"),
    searched=("job", "state", "region"),
    order=("job", "asc"),
    among={"region": counties},
    words={"job": LADDERED},
    related=(
        Related(model=ReminderStep, by="ladder", listed=(*STEP, *HEAR, "after_count"), order="level"),
        Related(
            model=LadderRehearsal,
            by="ladder",
            listed=("quarter", "supposes", "sent", "sent_now", "to_leaders", "to_leaders_now", "rehearsed_at"),
        ),
    ),
    workflow=LADDER_OF_CLOCK,
    prepare=prepare_ladder,
    follow=follow_ladder,
    forget=forget_ladder,
    intake=None,
    empty=N_("No ladder. Without one units are reminded once, a working day before the end."),
)

reminder_steps = Console(
    model=ReminderStep,
    name=N_("Steps of the ladders"),
    category=N_("Settings"),
    icon="fa-stairs",
    listed=("ladder", *STEP, *HEAR, *COUNT),
    form=("ladder", *STEP, *COUNT, *HEAR, "source"),
    searched=("ladder", "level", "name", "region"),
    order=("level", "asc"),
    among={"ladder": drafts},
    about="ladder",
    prepare=prepare_ladder_step,
    forget=held_as_draft,
    in_menu=False,
)

ladder_rehearsals = Console(
    model=LadderRehearsal,
    name=N_("Rehearsals of ladders"),
    category=N_("Settings"),
    icon="fa-flask",
    listed=("ladder", "quarter", "supposes", "sent", "sent_now", "to_leaders", "to_leaders_now", "rehearsed_at"),
    shown=(
        "ladder",
        "quarter",
        "supposes",
        "rehearsed_at",
        "clocks",
        "sent",
        "sent_now",
        "busiest_day",
        "busiest_sent",
        "busiest_day_now",
        "busiest_sent_now",
        "to_leaders",
        "to_leaders_now",
        "fingerprint",
    ),
    form=(),
    searched=("ladder", "quarter", "supposes", "rehearsed_at"),
    about="ladder",
    related=(
        Related(
            model=LadderRehearsalLine,
            by="rehearsal",
            listed=("level", "unit", "audience", "sent", "sent_now"),
            order="id",
        ),
        Related(model=LadderRehearsalCall, by="rehearsal", listed=("call", "reached_at", "reached_at_now"), order="id"),
    ),
    in_menu=False,
)

ladder_rehearsal_lines = Console(
    model=LadderRehearsalLine,
    name=N_("Who would have heard"),
    category=N_("Settings"),
    icon="fa-bullhorn",
    listed=("rehearsal", "level", "unit", "audience", "sent", "sent_now"),
    form=(),
    searched=("rehearsal", "level", "unit", "audience"),
    charts=(
        Chart(by="level", title=N_("Reminders by step"), sums=("sent", "sent_now")),
        Chart(by="unit", title=N_("Reminders by unit"), sums=("sent", "sent_now")),
    ),
    in_menu=False,
)

ladder_rehearsal_calls = Console(
    model=LadderRehearsalCall,
    name=N_("Calls that would have reached the leaders"),
    category=N_("Settings"),
    icon="fa-arrow-up-right-dots",
    listed=("rehearsal", "call", "reached_at", "reached_at_now"),
    form=(),
    searched=("rehearsal", "call"),
    in_menu=False,
)
