"""Assigned matters: proposed by departments, approved twice, carried out by townships; and their cap."""

from app.engine.declare import Chart, Console, Related
from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterTownship
from models.base import N_
from models.irregular import IrregularAssignmentReport
from models.queries.choices import other_departments, own_draft_matters, townships
from models.rules.assigned import MATTER, prepare_cap, prepare_matter, prepare_part

assigned_matters = Console(
    model=AssignedMatter,
    name=N_("Assigned matters"),
    category=N_("Burden"),
    icon="fa-clipboard-check",
    listed=("title", "state", "kind", "lead_department", "starts_on", "ends_on", "in_force_at"),
    shown=(
        "title",
        "state",
        "kind",
        "category",
        "content",
        "lead_department",
        "starts_on",
        "ends_on",
        "basis",
        "file",
        "submitted_at",
        "committee_number",
        "committee_at",
        "government_number",
        "government_at",
        "in_force_at",
        "ended_at",
    ),
    form=("title", "content", "category", "kind", "starts_on", "ends_on", "basis", "file"),
    searched=("title", "category", "state", "kind", "lead_department", "starts_on", "ends_on"),
    charts=(
        Chart(by="lead_department", split="state", title=N_("Assigned matters by lead department and state")),
        Chart(by="category", title=N_("Assigned matters by category")),
    ),
    related=(
        Related(model=MatterTownship, by="matter"),
        Related(model=MatterDepartment, by="matter"),
        Related(
            model=IrregularAssignmentReport, by="assigned_matter", listed=("title", "state", "disguise", "department")
        ),
    ),
    workflow=MATTER,
    prepare=prepare_matter,
    empty=N_("No assigned matter. What is not in the list reaches townships in this way, or not at all."),
)

matter_departments = Console(
    model=MatterDepartment,
    name=N_("Participating departments"),
    category=N_("Burden"),
    listed=("matter", "unit"),
    form=("matter", "unit"),
    among={"matter": own_draft_matters, "unit": other_departments},
    prepare=prepare_part,
    in_menu=False,
)

matter_townships = Console(
    model=MatterTownship,
    name=N_("Townships of assigned matters"),
    category=N_("Burden"),
    listed=("matter", "township"),
    form=("matter", "township"),
    among={"matter": own_draft_matters, "township": townships},
    prepare=prepare_part,
    in_menu=False,
)

assigned_matter_caps = Console(
    model=AssignedMatterCap,
    name=N_("Caps of assigned matters"),
    category=N_("Burden"),
    icon="fa-gauge-high",
    listed=("year", "township", "most"),
    form=("year", "township", "most"),
    order=("year", "desc"),
    among={"township": townships},
    prepare=prepare_cap,
    empty=N_("No cap is set: any number of matters may be assigned."),
)
