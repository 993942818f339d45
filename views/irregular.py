"""Reports of irregular assignments."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.irregular import IrregularAssignmentReport
from models.queries.choices import binding_statements, calls_upon_us, departments, matters_upon_us, requests_upon_us
from models.rules.irregular import REPORT, follow_report, prepare_report

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
        "data_request",
        "reported_call",
    ),
    searched=("title", "state", "department", "disguise", "reported_at"),
    among={
        "department": departments,
        "assigned_matter": matters_upon_us,
        "responsibility_statement": binding_statements,
        "data_request": requests_upon_us,
        "reported_call": calls_upon_us,
    },
    charts=(
        Chart(by="disguise", split="state", title=N_("Reports by disguise")),
        Chart(by="department", split="state", title=N_("Reports by department")),
    ),
    workflow=REPORT,
    prepare=prepare_report,
    follow=follow_report,
    empty=N_("No report. A department learns of one only when there is a finding on it."),
)
