"""The working calendar and the time limits."""

from app.engine.declare import Console
from models.base import N_
from models.calendar import CalendarDay, ReminderStep, TimeLimit, WorkingWindow
from models.rules.calendar import counties, prepare_county_row, prepare_limit, prepare_window
from models.rules.ladder import prepare_step

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
    listed=("clock", "scope", "amount", "unit", "basis", "region"),
    form=("clock", "scope", "amount", "unit", "basis", "region"),
    order=("clock", "asc"),
    among={"region": counties},
    prepare=prepare_limit,
)

reminder_steps = Console(
    model=ReminderStep,
    name=N_("Reminder ladder"),
    category=N_("Settings"),
    icon="fa-stairs",
    listed=("job", "level", "name", "point", "amount", "unit", "duty_officer", "heads", "supervision", "leaders"),
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
        "source",
        "region",
    ),
    order=("level", "asc"),
    among={"region": counties},
    prepare=prepare_step,
    empty=N_("No step. Without a ladder units are reminded once, a working day before the end."),
)
