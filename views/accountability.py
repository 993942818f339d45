"""Cases of accountability: the judges' desk, and each unit's own part."""

from app.engine.declare import Chart, Console, Link, Related
from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityUnit
from models.base import N_
from models.queries.choices import calls_of_county, cases_of_county, items_ever, townships_ever
from models.rules.accountability import ACCOUNTABILITY, PART, open_accountability, prepare_accountability

PRINT = Link(
    label=N_("As a Word document"),
    endpoint="AccountabilityPrint.document",
    icon="fa-file-word",
    needs=("can_read", "AccountabilityCase"),
)

accountability_cases = Console(
    model=AccountabilityCase,
    name=N_("Cases of accountability"),
    category=N_("Supervision"),
    icon="fa-scale-unbalanced",
    listed=("number", "title", "state", "happened_on", "item", "township", "views_due", "concluded_at"),
    shown=(
        *("number", "state", "title", "happened_on", "facts", "call", "coordination_case", "township", "item"),
        *("opened_by", "opened_at", "analysis", "analysed_at", "views_due", "concluded_at"),
    ),
    form=("title", "happened_on", "facts", "call", "coordination_case", "list_item", "township"),
    searched=("number", "title", "state", "happened_on", "township", "item", "concluded_at"),
    among={
        "call": calls_of_county,
        "coordination_case": cases_of_county,
        "list_item": items_ever,
        "township": townships_ever,
    },
    deadlines={"views_due": ("concluded_at",)},
    charts=(
        Chart(by="state", kind="pie", title=N_("Cases of accountability by state")),
        Chart(by="opened_at", per="month", title=N_("Cases of accountability by month")),
    ),
    related=(
        Related(
            model=AccountabilityUnit,
            by="case",
            listed=("unit", "responsibility", "share", "deeds", "failures", "viewed_at", "finding"),
            order="id",
            title=N_("Units involved"),
        ),
    ),
    links=(PRINT,),
    workflow=ACCOUNTABILITY,
    prepare=prepare_accountability,
    follow=open_accountability,
    intake=None,  # one is opened for an event, and its units hear of it at once
    empty=N_("No case. The assessment office or the discipline inspection opens one for an event."),
)

accountability_units = Console(
    model=AccountabilityUnit,
    name=N_("Units held to account"),
    category=N_("Supervision"),
    listed=("case", "unit", "responsibility", "share", "deeds", "failures", "state", "finding"),
    shown=(
        *("case", "unit", "responsibility", "state", "demanded", "deeds", "failures", "share", "weighing"),
        *("view", "viewed_at", "finding", "duty_cited", "what_was_done", "against_record", "found_at"),
    ),
    form=(),
    searched=("case", "unit", "responsibility", "state", "finding", "found_at"),
    charts=(Chart(by="responsibility", split="finding", title=N_("Findings by responsibility")),),
    related=(
        Related(
            model=AccountabilityDeed,
            by="part",
            listed=("at", "subject_type", "action", "is_late", "note"),
            order="id",
            title=N_("What the recorder knows"),
            empty=N_("The recorder knows of nothing that this unit did, or failed to do, in the matter."),
        ),
    ),
    about="case",
    workflow=PART,
    intake=None,
    in_menu=False,
)

accountability_deeds = Console(
    model=AccountabilityDeed,
    name=N_("Deeds on record"),
    category=N_("Supervision"),
    listed=("part", "at", "subject_type", "action", "is_late", "note"),
    form=(),
    searched=("part", "at", "is_late"),
    intake=None,
    in_menu=False,
)
