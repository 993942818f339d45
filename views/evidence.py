"""The store of what was seen without anybody on the spot."""

from app.engine.declare import Chart, Console
from models.base import N_
from models.evidence import OffSiteEvidence
from models.queries.choices import own_units, published_items
from models.rules.registers import prepare_evidence

off_site_evidence = Console(
    model=OffSiteEvidence,
    name=N_("Off-site evidence"),
    category=N_("Townships and villages"),
    icon="fa-video",
    listed=("title", "source", "place", "seen_at", "list_item", "unit", "file"),
    form=("unit", "title", "source", "place", "seen_at", "list_item", "file"),
    searched=("title", "source", "unit", "seen_at", "list_item"),
    among={"unit": own_units, "list_item": published_items},
    charts=(
        Chart(by="source", kind="pie", title=N_("Off-site evidence by source")),
        Chart(by="seen_at", per="month", kind="line", title=N_("Off-site evidence by month")),
    ),
    prepare=prepare_evidence,
    empty=N_("Nothing is kept yet."),
)
