"""Quotas of posts, the establishment bank that moves them, and the internal organs of townships."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.establishment import (
    BankEntryKind,
    InternalOrgan,
    InternalOrgPlan,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.queries.choices import draft_plans, own_townships, serving_units
from models.rules.establishment import BANK_ENTRY, follow_entry, forget_quota, prepare_entry, prepare_quota
from models.rules.internal_organs import ORG_PLAN, forget_plan, prepare_organ, prepare_plan

staffing_quotas = Console(
    model=StaffingQuota,
    name=N_("Establishment quotas"),
    category=N_("Agencies and people"),
    icon="fa-id-card-clip",
    listed=("unit", "kind", "approved", "count"),
    shown=("unit", "kind", "approved", "count"),
    form=("unit", "kind", "approved"),
    searched=("unit", "kind", "count"),
    among={"unit": serving_units},
    charts=(
        Chart(by="unit", split="kind", sums=("count",), title=N_("Posts by unit and kind")),
        Chart(
            by="unit",
            sums=("count",),
            only={"kind": "turnover"},
            title=N_("Turnover posts by township"),
            definition=N_("Posts that the establishment bank has lent, and that were not taken back."),
        ),
    ),
    prepare=prepare_quota,
    forget=forget_quota,
    empty=N_("No quota yet. The editorial office enters how many posts each unit may fill."),
)

staffing_bank_entries = Console(
    model=StaffingBankEntry,
    name=N_("Establishment bank"),
    category=N_("Agencies and people"),
    icon="fa-piggy-bank",
    listed=("booked_at", "kind", "unit", "quota", "count", "balance", "state", "until_on", "document"),
    shown=(
        "kind",
        "state",
        "unit",
        "quota",
        "count",
        "balance",
        "until_on",
        "document",
        "reason",
        "allocation",
        "booked_at",
        "remind_at",
    ),
    form=("kind", "unit", "quota", "count", "until_on", "document", "reason"),
    searched=("kind", "unit", "quota", "state", "until_on", "document"),
    order=("id", "desc"),
    among={"unit": serving_units},
    words={
        "kind": (BankEntryKind.deposit, BankEntryKind.allocation),
        "quota": (QuotaKind.public_institution, QuotaKind.turnover),
    },
    charts=(
        Chart(by="kind", split="quota", sums=("count",), title=N_("Posts moved, by movement")),
        Chart(by="unit", split="kind", sums=("count",), title=N_("Posts moved, by unit")),
        Chart(by="booked_at", per="month", kind="line", split="kind", sums=("count",), title=N_("Posts by month")),
    ),
    related=(
        Related(
            model=StaffingBankEntry,
            by="allocation",
            listed=("booked_at", "count", "document", "reason"),
            order="id",
            title=N_("Taken back of it"),
        ),
    ),
    workflow=BANK_ENTRY,
    prepare=prepare_entry,
    follow=follow_entry,
    empty=N_("Nothing is booked yet. Units pay in posts that they can spare; others are given them, or lent them."),
)

internal_org_plans = Console(
    model=InternalOrgPlan,
    name=N_("Internal organisation plans"),
    category=N_("Townships and villages"),
    icon="fa-diagram-project",
    listed=("title", "unit", "state", "proposed_at", "decided_at", "document"),
    form=("unit", "title", "reason"),
    searched=("title", "unit", "state"),
    among={"unit": own_townships},
    charts=(Chart(by="state", title=N_("Internal organisation plans by state")),),
    links=(
        Link(
            label=N_("Posts of the plan, and the quota"),
            endpoint="PostsOfPlan.page",
            icon="fa-scale-balanced",
            summed_up=True,
        ),
    ),
    related=(
        Related(
            model=InternalOrgan,
            by="plan",
            listed=("name", "kind", "posts", "duties"),
            order="id",
            empty=N_("Name the offices and the public institutions, with the posts of each."),
        ),
    ),
    workflow=ORG_PLAN,
    prepare=prepare_plan,
    forget=forget_plan,
    empty=N_("No plan yet. A township proposes which organs it has; the editorial office approves it in the quota."),
)

internal_organs = Console(
    model=InternalOrgan,
    name=N_("Internal organs"),
    category=N_("Townships and villages"),
    listed=("plan", "name", "kind", "posts", "duties"),
    form=("plan", "name", "kind", "posts", "duties"),
    searched=("plan", "name", "kind"),
    among={"plan": draft_plans},
    charts=(Chart(by="plan", split="kind", title=N_("Internal organs by plan and kind")),),
    prepare=prepare_organ,
    in_menu=False,
)
