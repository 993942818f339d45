"""Mutual ratings, and what a closed call says of each unit: both are written by rules alone."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.ratings import CaseAssessment, MutualRating
from models.rules.ratings import RATING

ratings = Console(
    model=MutualRating,
    name=N_("Mutual ratings"),
    category=N_("Calls"),
    icon="fa-face-smile",
    listed=("call", "rater_unit", "ratee_unit", "state", "rate_due", "level", "given_at", "revealed_at"),
    shown=(
        "call",
        "assignment",
        "direction",
        "rater_unit",
        "ratee_unit",
        "state",
        "rate_due",
        "provisional",
        "level",
        "timeliness",
        "quality",
        "attitude",
        "comment",
        "given_at",
        "revealed_at",
    ),
    form=(),
    searched=("state", "level", "direction", "rater_unit", "ratee_unit", "call", "rate_due", "revealed_at"),
    deadlines={"rate_due": ("given_at", "revealed_at")},
    charts=(
        Chart(
            by="level",
            kind="pie",
            known=True,
            title=N_("Ratings by level"),
            definition=N_("Only what has been rated; what is sealed counts for its giver alone."),
        ),
        Chart(by="revealed_at", per="month", kind="line", split="direction", title=N_("Ratings revealed by month")),
    ),
    about="call",
    workflow=RATING,
    empty=N_("Nothing to rate. When a call is confirmed as solved, both sides rate each other."),
)

assessments = Console(
    model=CaseAssessment,
    name=N_("Case assessments"),
    category=N_("Calls"),
    icon="fa-clipboard-check",
    listed=("call", "unit", "responded_on_time", "resolved", "satisfied", "points", "assessed_at"),
    form=(),
    searched=("unit", "call", "responded_on_time", "resolved", "satisfied", "points", "assessed_at"),
    charts=(
        Chart(
            by="assessed_at",
            per="month",
            kind="line",
            split="satisfied",
            title=N_("Assessments by month"),
            definition=N_("One for each unit involved in a closed call, departments and townships alike."),
        ),
    ),
    about="call",
    empty=N_("No call has closed. Closing one assesses every unit involved."),
)
