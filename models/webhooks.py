"""Webhooks: addresses of an office platform or a messenger that hear of what the console tells units (TS-32)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.notices import Outbox
from models.organisation import Unit


class MessageKind(Word):
    """About what a message is."""

    everything = "everything", N_("Everything")
    calls = "calls", N_("Calls")
    coordination = "coordination", N_("Coordination cases")
    supervision = "supervision", N_("Supervision and circulars")
    burden = "burden", N_("What is asked of townships")
    lists = "lists", N_("Lists and duty admissions")
    tickets = "tickets", N_("Hotline tickets")


class WebhookState(Word):
    """Whether messages go there."""

    off = "off", N_("Switched off"), "muted"
    on = "on", N_("Switched on"), "done"


class Webhook(Regional, Model):
    """Where messages of a county go, and of which kind. Only `models.rules.webhooks` assigns `state` and `secret`."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("region_id", "address", "kind", name="uq_webhook_address_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Platform")})
    address: Mapped[str] = mapped_column(
        String(300),
        info={
            "label": N_("Web address"),
            "help": N_(
                "It begins with https://, or in a private network with http:// and a number; without a password."
            ),
        },
    )
    kind: Mapped[MessageKind] = mapped_column(
        default=MessageKind.everything, info={"label": N_("Which messages go there")}
    )
    state: Mapped[WebhookState] = mapped_column(
        default=WebhookState.off, info={"label": N_("State"), "protected": True}
    )
    secret: Mapped[str] = mapped_column(String(200), default="", info={"protected": True, "secret": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    region: Mapped[Unit] = relationship(foreign_keys="Webhook.region_id", info={"label": N_("County")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class Delivery(Word):
    """What became of one message on its way."""

    waiting = "waiting", N_("Waiting"), "info"
    sent = "sent", N_("Sent"), "done"
    given_up = "given_up", N_("Given up"), "danger"


class WebhookDelivery(Regional, Model):
    """One message on its way to one address: sent at least once, always under the same key."""

    __tablename__ = "webhook_delivery"
    __recorded__ = False  # a consequence: its cause is recorded
    __table_args__ = (
        UniqueConstraint("outbox_id", "webhook_id", name="uq_webhook_delivery"),
        Index("ix_webhook_delivery_waiting", "id", postgresql_where=text("outcome = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    subject_type: Mapped[str] = mapped_column(
        String(40), info={"label": N_("Kind of record"), "coded": True, "protected": True}
    )
    subject_id: Mapped[int] = mapped_column(info={"label": N_("Record"), "protected": True})
    outcome: Mapped[Delivery] = mapped_column(
        default=Delivery.waiting, info={"label": N_("What became of it"), "protected": True}
    )
    created_at: Mapped[datetime] = mapped_column(info={"label": N_("Written"), "protected": True})
    sent_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Sent"), "protected": True})
    tries: Mapped[int] = mapped_column(default=0, info={"label": N_("Tries"), "protected": True})
    retry_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Tried again at"), "protected": True})
    error: Mapped[str] = mapped_column(
        String(300), default="", info={"label": N_("What went wrong"), "protected": True}
    )

    webhook: Mapped[Webhook] = relationship(info={"label": N_("Webhook"), "protected": True})
    outbox: Mapped[Outbox] = relationship(info={"protected": True})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Told to"), "protected": True})

    def __str__(self) -> str:
        return f"{self.webhook} {self.subject_type} {self.subject_id}"
