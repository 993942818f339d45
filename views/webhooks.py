"""Addresses that hear of what the console tells units, and what became of each message on its way there."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.rules.calendar import counties
from models.rules.webhooks import WEBHOOK, prepare_webhook
from models.webhooks import Webhook, WebhookDelivery

webhooks = Console(
    model=Webhook,
    name=N_("Webhooks"),
    category=N_("Settings"),
    icon="fa-tower-broadcast",
    listed=("name", "kind", "state", "address", "region"),
    shown=("name", "kind", "state", "address", "region"),
    form=("region", "name", "address", "kind"),
    searched=("name", "kind", "state", "region"),
    among={"region": counties},
    related=(
        Related(
            model=WebhookDelivery,
            by="webhook",
            listed=("subject_type", "subject_id", "unit", "outcome", "tries", "retry_at", "error"),
        ),
    ),
    workflow=WEBHOOK,
    prepare=prepare_webhook,
    intake=None,
    empty=N_("Nothing is sent to another platform. Name its address, then switch it on with a shared secret."),
)

webhook_deliveries = Console(
    model=WebhookDelivery,
    name=N_("Messages to platforms"),
    category=N_("Records"),
    icon="fa-paper-plane",
    listed=("webhook", "subject_type", "subject_id", "unit", "outcome", "tries", "created_at", "sent_at", "error"),
    shown=(
        "webhook",
        "subject_type",
        "subject_id",
        "unit",
        "outcome",
        "tries",
        "created_at",
        "sent_at",
        "retry_at",
        "error",
    ),
    form=(),
    searched=("webhook", "outcome", "subject_type", "created_at"),
    charts=(Chart(by="webhook", split="outcome", title=N_("Messages to platforms by outcome")),),
    empty=N_("No message has gone to another platform."),
)
