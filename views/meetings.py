"""Joint meetings: who sits in them, what lies before them, how they voted."""

from app.engine.declare import Chart, Console, Related
from models.admissions import DutyAdmission
from models.base import N_
from models.meetings import JointMeeting, MeetingMember, MeetingVote
from models.queries.choices import county_bodies, open_cases, planned_meetings
from models.rules.meetings import MEETING, forget_member, prepare_meeting, prepare_member, seat_parties
from models.rules.minutes import forget_meeting

meetings = Console(
    model=JointMeeting,
    name=N_("Joint meetings"),
    category=N_("Admissions"),
    icon="fa-people-group",
    listed=("title", "kind", "state", "meets_at", "place", "quorum", "minutes_at"),
    form=("title", "kind", "case", "meets_at", "place", "quorum", "file"),
    among={"case": open_cases},
    searched=("title", "kind", "state", "meets_at", "case"),
    deadlines={"meets_at": ("minutes_at",)},
    charts=(Chart(by="meets_at", per="month", kind="line", split="kind", title=N_("Joint meetings by month")),),
    related=(
        Related(
            model=MeetingMember,
            by="meeting",
            order="id",
            empty=N_("Name the units that sit in the meeting: only they vote."),
        ),
        Related(model=DutyAdmission, by="meeting", listed=("number", "title", "state", "applicant")),
        Related(model=MeetingVote, by="meeting"),
    ),
    workflow=MEETING,
    prepare=prepare_meeting,
    follow=seat_parties,
    forget=forget_meeting,
    empty=N_("No joint meeting has been called."),
)

members = Console(
    model=MeetingMember,
    name=N_("Members of joint meetings"),
    category=N_("Admissions"),
    listed=("meeting", "unit"),
    form=("meeting", "unit"),
    among={"meeting": planned_meetings, "unit": county_bodies},
    prepare=prepare_member,
    forget=forget_member,
    in_menu=False,
)

votes = Console(
    model=MeetingVote,
    name=N_("Votes"),
    category=N_("Admissions"),
    listed=("meeting", "admission", "unit", "ballot", "reason", "cast_at"),
    form=(),
    searched=("ballot", "unit", "admission", "meeting"),
    charts=(Chart(by="unit", split="ballot", title=N_("Votes by member")),),
    in_menu=False,
)
