"""The four platforms of townships, and their meetings."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.platforms import Platform, PlatformMeeting
from models.queries.choices import own_platforms, own_townships
from models.rules.minutes import forget_meeting
from models.rules.platforms import GATHERING, follow_gathering, prepare_gathering, prepare_platform

platforms = Console(
    model=Platform,
    name=N_("Four platforms"),
    category=N_("Townships and villages"),
    icon="fa-table-cells-large",
    listed=("unit", "kind", "scope", "lead_post"),
    form=("unit", "kind", "scope", "lead_post"),
    searched=("unit", "kind", "scope"),
    among={"unit": own_townships},
    charts=(Chart(by="unit", split="kind", title=N_("Platforms by township")),),
    related=(
        Related(
            model=PlatformMeeting,
            by="platform",
            listed=("meets_at", "title", "state", "minutes_at"),
            empty=N_("It has not met yet."),
        ),
    ),
    prepare=prepare_platform,
    empty=N_("No platform yet. A township says of each of the four what belongs to it."),
)

platform_meetings = Console(
    model=PlatformMeeting,
    name=N_("Meetings of platforms"),
    category=N_("Townships and villages"),
    icon="fa-comments",
    listed=("title", "unit", "kind", "platform", "state", "meets_at", "minutes_at"),
    form=("unit", "kind", "platform", "title", "meets_at", "place", "agenda"),
    searched=("title", "unit", "kind", "platform", "state", "meets_at", "agenda"),
    order=("id", "desc"),
    among={"unit": own_townships, "platform": own_platforms},
    deadlines={"minutes_due": ("minutes_at",)},
    charts=(
        Chart(by="meets_at", per="month", kind="line", split="kind", title=N_("Meetings of platforms by month")),
        Chart(by="unit", split="state", title=N_("Meetings of platforms by township")),
    ),
    workflow=GATHERING,
    prepare=prepare_gathering,
    follow=follow_gathering,
    forget=forget_meeting,
    empty=N_("No meeting yet. Each platform meets regularly; all four meet together."),
)
