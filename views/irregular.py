"""Reports of irregular assignments."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.irregular import IrregularAssignmentReport
from models.queries.choices import binding_statements, departments, matters_in_force
from models.rules.irregular import REPORT, prepare_report

irregular_reports = Console(
    model=IrregularAssignmentReport,
    name=N_("Reports of irregular assignments"),
    category=N_("Burden"),
    icon="fa-hand",
    listed=("title", "state", "department", "disguise", "reporter", "reported_at", "cancelled"),
    form=(
        "title",
        "department",
        "disguise",
        "evidence",
        "file",
        "assigned_matter",
        "responsibility_statement",
    ),
    searched=("title", "state", "department", "disguise", "reported_at"),
    among={
        "department": departments,
        "assigned_matter": matters_in_force,
        "responsibility_statement": binding_statements,
    },
    charts=(
        Chart(by="disguise", split="state", title=N_("Reports by disguise")),
        Chart(by="department", split="state", title=N_("Reports by department")),
    ),
    workflow=REPORT,
    prepare=prepare_report,
    empty=N_("No report. A department learns of one only when there is a finding on it."),
)
