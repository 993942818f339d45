"""Requests of data, their fields, and to whom they go."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.queries.choices import matters_in_force, own_draft_requests, townships, usable_items
from models.requests import DataRequest, DataRequestField, DataRequestTownship
from models.rules.requests import (
    REQUEST,
    compare_field,
    compare_request,
    forget_field,
    prepare_addressee,
    prepare_field,
    prepare_request,
)

data_requests = Console(
    model=DataRequest,
    name=N_("Data requests"),
    category=N_("Burden"),
    icon="fa-table-list",
    listed=("title", "state", "department", "subject", "period", "asked", "repeated", "sent_at"),
    shown=(
        "title",
        "state",
        "department",
        "subject",
        "period",
        "list_item",
        "assigned_matter",
        "asked",
        "repeated",
        "places",
        "sent_at",
    ),
    form=("title", "subject", "year", "month", "list_item", "assigned_matter"),
    searched=("title", "state", "department", "subject", "year"),
    among={"list_item": usable_items, "assigned_matter": matters_in_force},
    charts=(
        Chart(by="department", split="state", title=N_("Data requests by department")),
        Chart(by="sent_at", per="month", kind="line", title=N_("Data requests sent by month")),
    ),
    related=(
        Related(model=DataRequestField, by="request", listed=("label", "code", "held_in")),
        Related(model=DataRequestTownship, by="request"),
    ),
    workflow=REQUEST,
    prepare=prepare_request,
    follow=compare_request,
    empty=N_("No request. Before you ask, look here whether somebody has the data."),
)

data_request_fields = Console(
    model=DataRequestField,
    name=N_("Requested fields"),
    category=N_("Burden"),
    icon="fa-list",
    listed=("label", "code", "request", "held_in"),
    form=("request", "label", "code"),
    searched=("label", "code", "request", "held_in"),
    among={"request": own_draft_requests},
    prepare=prepare_field,
    follow=compare_field,
    forget=forget_field,
)

data_request_townships = Console(
    model=DataRequestTownship,
    name=N_("Townships that are to report"),
    category=N_("Burden"),
    listed=("request", "township"),
    form=("request", "township"),
    among={"request": own_draft_requests, "township": townships},
    prepare=prepare_addressee,
    in_menu=False,
)
