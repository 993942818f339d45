"""Which addresses hear of messages, and with which shared secret they can tell that it is this console (TS-32)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.roles import RoleName
from models.rules.calendar import prepare_county_row
from models.webhooks import MessageKind, Webhook, WebhookDelivery, WebhookState
from models.workflow import Ask, Refused, Step, Transition, Workflow

S, K = WebhookState, MessageKind
SHORTEST, LONGEST = 16, 200

SUBJECTS: Mapping[MessageKind, tuple[str, ...]] = {
    K.calls: ("call", "call_assignment", "extension", "mutual_rating"),
    K.coordination: ("coordination_case", "joint_meeting"),
    K.supervision: ("supervision_order", "rectification_order", "circular"),
    K.burden: ("assigned_matter", "responsibility_statement", "data_request"),
    K.lists: ("duty_list", "list_adjustment", "duty_admission", "admission_opinion", "guarantee_measure"),
    K.tickets: ("hotline_ticket",),
}
"""The tables that a kind of message is about. What stands in none is told to whom everything is."""


CONFIDENTIAL = (
    *("irregular_assignment_report", "agency_staff", "personnel_change", "head_adjustment_suggestion"),
    *("evaluation_sheet", "sheet_score", "agency_aggregate", "score_appeal"),
    *("accountability_case", "accountability_unit", "staff_appraisal"),
)
"""Who reports whom leaves the console by no hook (LX-17), nor what is about a person (B6) or accountability."""


def prepare_webhook(session: Session, hook: Webhook, actor: Actor, now: datetime) -> None:
    """An address goes by https, and holds nobody's password. Raises `Refused`, naming the field."""
    prepare_county_row(session, hook, actor, now)
    hook.address = (hook.address or "").strip()
    if not is_address(hook.address):
        raise Refused(
            N_("Write an address such as https://oa.example.gov.cn/hook, without a user or a password in it."),
            field="address",
        )
    moved = any(inspect(hook).attrs[name].history.deleted for name in ("address", "region_id"))
    if moved and session.scalar(select(WebhookDelivery.id).where(WebhookDelivery.webhook_id == hook.id).limit(1)):
        raise Refused(
            N_("Messages were meant for this address. Declare the other as an address of its own."),
            field="address",
        )
    if hook.state is S.on:
        raise Refused(N_("Switch it off first: what was agreed with one address is not sent to another."))


def is_address(address: str) -> bool:
    """Whether it is one that messages may be sent to, as it is written: without encryption only to a private number."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    named = bool(parts.hostname) and parts.username is None and parts.password is None and not parts.fragment
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_private(parts.hostname or ""))
    return secure and plain and named and port != 0


def is_private(host: str) -> bool:
    """Whether it is the number of a machine in a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def administrator(hook: Webhook, actor: Actor) -> bool:
    return RoleName.admin in actor.roles


def _is_strong(hook: Webhook, step: Step) -> None:
    secret = step.answers["secret"]
    if not SHORTEST <= len(secret) <= LONGEST or not (secret.isascii() and secret.isprintable()):
        raise Refused(
            N_("A secret has between %(least)s and %(most)s letters, digits and signs."),
            field="secret",
            least=SHORTEST,
            most=LONGEST,
        )


def _agreed(hook: Webhook, step: Step) -> None:
    hook.secret = step.answers["secret"]


def _forgotten(hook: Webhook, step: Step) -> None:
    hook.secret = ""


WEBHOOK = Workflow(
    Webhook,
    Transition(
        name="switch_on_hook",
        label=N_("Switch on, with a secret"),
        source=frozenset({S.off}),
        target=S.on,
        by=administrator,
        asks=(
            Ask(
                name="secret",
                label=N_("Shared secret"),
                help=N_("Tell the platform the same one: it signs each message. It is never shown again."),
            ),
        ),
        guard=_is_strong,
        effect=_agreed,
        tone="done",
    ),
    Transition(
        name="switch_off_hook",
        label=N_("Switch off"),
        source=frozenset({S.on}),
        target=S.off,
        by=administrator,
        effect=_forgotten,
        tone="warn",
        help=N_("The secret is forgotten. What waits is sent when it is switched on again."),
    ),
)
