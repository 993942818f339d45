"""The working calendar and the time limits."""

from app.engine.declare import Console, Link, Related
from models.base import N_
from models.calendar import CalendarDay, ReminderStep, TimeLimit, WorkingWindow
from models.limits import DueRevision, LimitRehearsal, RevisionState
from models.rules.calendar import counties, prepare_county_row, prepare_window
from models.rules.ladder import LADDERED, prepare_step
from models.rules.limits import LIMIT, bodies_of_counties, items_in_force, prepare_limit
from models.rules.revisions import REVISION, forget_revision, prepare_revision, preview_revision

calendar_days = Console(
    model=CalendarDay,
    name=N_("Calendar days"),
    category=N_("Settings"),
    icon="fa-calendar-days",
    listed=("day", "is_working", "note", "region"),
    form=("day", "is_working", "note", "region"),
    order=("day", "desc"),
    among={"region": counties},
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
    listed=("reason", "state", "looked_at", "running", "earlier", "later", "overdue", "moved", "region"),
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

reminder_steps = Console(
    model=ReminderStep,
    name=N_("Reminder ladder"),
    category=N_("Settings"),
    icon="fa-stairs",
    listed=(
        "job",
        "level",
        "name",
        "point",
        "amount",
        "unit",
        "duty_officer",
        "heads",
        "supervision",
        "leaders",
        "county_office",
    ),
    form=(
        "job",
        "level",
        "name",
        "point",
        "amount",
        "unit",
        "duty_officer",
        "heads",
        "supervision",
        "leaders",
        "county_office",
        "after_count",
        "of_level",
        "within",
        "source",
        "region",
    ),
    order=("level", "asc"),
    among={"region": counties},
    words={"job": LADDERED},
    prepare=prepare_step,
    empty=N_("No step. Without a ladder units are reminded once, a working day before the end."),
)
