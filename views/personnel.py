"""Personnel changes of dispatched staff, and what townships may transfer out a year."""

from app.engine.declare import Chart, Console, Derived
from models.base import N_
from models.personnel import PersonnelChange, TransferPlan
from models.queries.choices import bodies, own_agencies, own_staff, townships
from models.queries.staffing import IS_CONSULTED
from models.rules.changes import CHANGE
from models.rules.personnel import forget_transfer_plan, prepare_change, prepare_transfer_plan

FORM = (
    *("staff", "kind", "reason", "explanation", "effective_on", "to_agency", "new_post", "as_head"),
    *("to_unit", "ends_on", "exception_reason"),
)

personnel_changes = Console(
    model=PersonnelChange,
    name=N_("Personnel changes"),
    category=N_("Agencies and people"),
    icon="fa-right-left",
    listed=("staff", "kind", "reason", "state", "township", "township_opinion", "before_term", "effective_on"),
    shown=(
        *("staff", "state", "kind", "reason", "explanation", "effective_on", "department", "township"),
        *("from_agency", "post_before", "head_before"),
        *("to_agency", "new_post", "as_head", "to_unit", "ends_on", "before_term", "before_service"),
        *("exception_reason", "asked_at", "township_opinion", "opinion_text", "opinion_at", "negotiated_plan"),
        *("decision", "decided_at", "plan", "effective_at"),
    ),
    form=FORM,
    searched=(
        *("staff", "kind", "reason", "state", "department", "township", "township_opinion", "before_term"),
        *("before_service", "effective_on", "decided_at"),
    ),
    derived=(Derived(name="consulted", label=N_("Township consulted"), criterion=IS_CONSULTED),),
    among={"staff": own_staff, "to_agency": own_agencies, "to_unit": bodies},
    charts=(
        Chart(
            by="kind",
            split="consulted",
            share=True,
            only={"state": "effective"},
            title=N_("Personnel changes on which the township was consulted"),
        ),
        Chart(by="township_opinion", split="kind", title=N_("Personnel changes by the township's word")),
        Chart(by="reason", split="kind", title=N_("Personnel changes by reason")),
        Chart(by="kind", split="before_term", share=True, title=N_("Personnel changes within the term of two years")),
    ),
    workflow=CHANGE,
    prepare=prepare_change,
    intake=None,  # one is proposed for somebody, with its reason
    empty=N_("No personnel change. A department proposes one for somebody, and asks the township before it decides."),
    about="staff",
)

transfer_plans = Console(
    model=TransferPlan,
    name=N_("Transfer plans"),
    category=N_("Agencies and people"),
    listed=("township", "year", "planned_replenishment", "transferred_out"),
    form=("township", "year", "planned_replenishment"),
    searched=("township", "year"),
    among={"township": townships},
    charts=(
        Chart(
            by="year",
            sums=("planned_replenishment", "transferred_out"),
            ranked=False,
            title=N_("Transfers out against planned replenishment"),
        ),
    ),
    prepare=prepare_transfer_plan,
    forget=forget_transfer_plan,
    empty=N_("No plan yet. The editorial office enters how many people each township is to get in a year."),
)
