"""The register of the departments' “three-fixed” documents: kept by the editorial office, read by the county."""

from app.engine.declare import Console
from models.base import N_
from models.queries.choices import departments
from models.rules.calendar import prepare_county_row
from models.three_fixed import ThreeFixedDocument

three_fixed_documents = Console(
    model=ThreeFixedDocument,
    name=N_("Three-fixed documents"),
    category=N_("Lists"),
    icon="fa-scale-balanced",
    listed=("unit", "document_number", "issued_on", "file"),
    searched=("unit", "document_number", "issued_on", "functions"),
    among={"unit": departments},
    order=("issued_on", "desc"),
    prepare=prepare_county_row,
    empty=N_("No document is registered. The editorial office keeps the register."),
)
