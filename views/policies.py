"""The register of policy documents."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.policies import PolicyDocument
from models.rules.policies import prepare_policy

policy_documents = Console(
    model=PolicyDocument,
    name=N_("Policy documents"),
    category=N_("Lists"),
    icon="fa-file-lines",
    listed=("title", "document_number", "issuer", "level", "issued_on", "effective_from", "effective_to"),
    searched=("title", "document_number", "issuer", "level", "issued_on"),
    order=("issued_on", "desc"),
    charts=(Chart(by="level", kind="pie", title=N_("Policy documents by level")),),
    prepare=prepare_policy,
    empty=N_("No document is registered. The editorial office keeps the register."),
)
