"""The register of responsibility statements."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.irregular import IrregularAssignmentReport
from models.queries.choices import departments, open_statements, townships
from models.rules.statements import STATEMENT, prepare_signatory, prepare_statement
from models.statements import ResponsibilityStatement, StatementTownship

responsibility_statements = Console(
    model=ResponsibilityStatement,
    name=N_("Responsibility statements"),
    category=N_("Burden"),
    icon="fa-file-signature",
    listed=("title", "state", "department", "year", "signed_on", "basis"),
    form=("title", "department", "year", "signed_on", "basis", "file"),
    searched=("title", "state", "department", "year"),
    among={"department": departments},
    charts=(
        Chart(by="department", split="state", title=N_("Responsibility statements by department and state")),
        Chart(by="year", title=N_("Responsibility statements by year")),
    ),
    related=(
        Related(model=StatementTownship, by="statement"),
        Related(
            model=IrregularAssignmentReport,
            by="responsibility_statement",
            listed=("title", "state", "disguise", "department"),
        ),
    ),
    workflow=STATEMENT,
    prepare=prepare_statement,
    empty=N_("No statement is registered."),
)

statement_townships = Console(
    model=StatementTownship,
    name=N_("Townships that signed"),
    category=N_("Burden"),
    listed=("statement", "township"),
    form=("statement", "township"),
    among={"statement": open_statements, "township": townships},
    prepare=prepare_signatory,
    in_menu=False,
)
