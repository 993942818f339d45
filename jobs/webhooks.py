"""Messages to the addresses of other platforms: claimed, sent outside any transaction, and marked (TS-32)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rq.timeouts import BaseTimeoutException
from sqlalchemy import and_, insert, inspect, literal, or_, select, update
from sqlalchemy.orm import Session, joinedload

from config import Settings, settings
from jobs.chinese import chinese
from jobs.watch import Done
from models.base import Model
from models.notices import Outbox
from models.organisation import Unit
from models.rules.webhooks import CONFIDENTIAL, SUBJECTS, is_address
from models.webhooks import Delivery, MessageKind, Webhook, WebhookDelivery, WebhookState

log = logging.getLogger("jobs.webhooks")

BATCH = 20
CLAIM = timedelta(minutes=5)
TIMEOUT, PATIENCE = 10.0, 120.0
"""Seconds for one answer, and for a batch: with the last message under way it ends within the claim."""

LONGEST_ANSWER = 20.0
"""Seconds after which a message is cut off, however slowly its answer drips."""

TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""Addresses that hold another one, which nobody has looked at."""

INTERNET = ipaddress.ip_network("2000::/3")
"""All of the newer addresses that lead there."""

COPIED = ("region_id", "unit_id", "subject_type", "subject_id", "created_at")


class Sending(NamedTuple):
    """A message on its way to one address."""

    id: int
    key: str
    unit: str
    subject_type: str
    subject_id: int
    created_at: datetime
    tries: int
    address: str
    secret: str


class NotSent(Exception):
    """The address is none to send to, or did not take it: why, in words for the administrator."""


def address_messages(session: Session, outbox_ids: Sequence[int]) -> None:
    """Of messages that go out now, one delivery for each address that hears of their kind."""
    meant = [Webhook.kind == MessageKind.everything]
    meant += [and_(Webhook.kind == kind, Outbox.subject_type.in_(names)) for kind, names in SUBJECTS.items()]
    there = and_(Webhook.region_id == Outbox.region_id, Webhook.state == WebhookState.on, or_(*meant))
    columns = [getattr(Outbox, name) for name in COPIED]
    rows = select(Outbox.id, Webhook.id, *columns, literal("waiting"), literal(0), literal("")).join(Webhook, there)
    rows = rows.where(Outbox.subject_type.not_in(CONFIDENTIAL))
    names = ["outbox_id", "webhook_id", *COPIED, "outcome", "tries", "error"]
    session.execute(insert(WebhookDelivery).from_select(names, rows.where(Outbox.id.in_(outbox_ids))))


def send_webhooks(session: Session, now: datetime) -> Done:
    """Send one batch; commits the claim, and then what became of it.

    What a crash leaves unmarked is sent again when its claim runs out, under the same key.
    """
    sendings = _claim(session, now)
    bodies = _bodies(session, sendings)
    session.commit()
    sent: list[Sending] = []
    failed: list[tuple[Sending, str]] = []
    ends = time.monotonic() + PATIENCE
    try:
        for sending in sendings:
            if time.monotonic() > ends:
                break  # the others wait for their claim to run out, and lose no try
            if sending.address in {other.address for other, _ in failed}:
                continue  # neither do those that go where one has just failed
            try:
                post(sending, bodies[sending.id], settings())
            except BaseTimeoutException:
                raise
            except (NotSent, OSError, http.client.HTTPException, ValueError) as error:
                said = str(error) if isinstance(error, NotSent) else type(error).__name__
                log.warning("Message %d could not be sent: %s", sending.id, said)
                failed.append((sending, said))
            else:
                sent.append(sending)
    finally:
        _mark(session, now, sent, failed)
    return Done(0 if failed else len(sendings), len(sent))  # what fails holds nobody up: the rest goes next time


def post(sending: Sending, body: bytes, settings: Settings) -> None:
    """Send it to where the address leads, if that may be; it follows no redirection. Raises `NotSent` or `OSError`."""
    parts = urlsplit(sending.address)
    if not is_address(sending.address):
        raise NotSent("the address does not begin with https://")
    host, secure = parts.hostname or "", parts.scheme == "https"
    connection = _Pinned(host, parts.port or (443 if secure else 80), secure, settings.webhooks_private)
    clock = threading.Timer(LONGEST_ANSWER, connection.cut)
    clock.daemon = True
    clock.start()
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request("POST", path, body, _headers(sending, body))
        answer = connection.getresponse()
        if not 200 <= answer.status < 300:
            raise NotSent(f"it answered {answer.status}")
    finally:
        clock.cancel()
        connection.close()


def _headers(sending: Sending, body: bytes) -> dict[str, str]:
    moment = str(int(time.time()))
    signed = hmac.new(sending.secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Huying",
        "Idempotency-Key": sending.key,
        "X-Huying-Timestamp": moment,
        "X-Huying-Signature": f"sha256={signed}",
    }


class _Pinned(http.client.HTTPConnection):
    """It connects to the very number that was looked at: a name may lead elsewhere a moment later."""

    def __init__(self, host: str, port: int, secure: bool, private: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.secure, self.private = secure, private

    def connect(self) -> None:
        number = _number_of(self.host, self.port, self.private)
        self.sock = socket.create_connection((number, self.port), TIMEOUT)
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """Whoever waits for it is told at once that it is over."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _number_of(host: str, port: int, private: bool) -> str:
    """Where the name leads. Raises `NotSent` if one of its numbers lies in a network that nobody may be sent into."""
    numbers = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(map(is_public, numbers)):
        raise NotSent("the address leads into a private network, and HUYING_WEBHOOKS_PRIVATE is not set")
    return numbers[0]


def is_public(number: str) -> bool:
    """Whether it lies in the internet, and not in this machine, its network, or in a tunnel to one."""
    found = ipaddress.ip_address(number.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    inside = any(found in network for network in TUNNELS if network.version == found.version)
    known = found.version == 4 or found in INTERNET
    return found.is_global and known and not found.is_multicast and not inside


def _claim(session: Session, now: datetime) -> list[Sending]:
    due = and_(
        WebhookDelivery.outcome == Delivery.waiting,
        or_(WebhookDelivery.retry_at.is_(None), WebhookDelivery.retry_at <= now),
    )
    waiting = (
        select(WebhookDelivery.id)
        .join(Webhook, and_(Webhook.id == WebhookDelivery.webhook_id, Webhook.state == WebhookState.on))
        .where(due)
        .order_by(WebhookDelivery.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
        .cte("waiting")
    )
    claim = (
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(select(waiting.c.id)), due)
        .values(retry_at=now + CLAIM)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    )
    claimed = session.scalars(claim).all()
    columns = (Outbox.key, Unit.name, *(getattr(WebhookDelivery, name) for name in (*COPIED[2:], "tries")))
    rows = (
        select(WebhookDelivery.id, *columns, Webhook.address, Webhook.secret)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .join(Outbox, Outbox.id == WebhookDelivery.outbox_id)
        .join(Unit, Unit.id == WebhookDelivery.unit_id)
        .where(WebhookDelivery.id.in_(claimed))
        .order_by(WebhookDelivery.id)
    )
    return [Sending(*row) for row in session.execute(rows)] if claimed else []


def _bodies(session: Session, sendings: Sequence[Sending]) -> dict[int, bytes]:
    """What is sent: number, title, state and link of the record, and whom it is told to. No text that people wrote."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for sending in sendings:
        wanted[sending.subject_type].add(sending.subject_id)
    found = {name: _subjects(session, name, keys) for name, keys in wanted.items()}
    return {s.id: _body(s, found[s.subject_type].get(s.subject_id)) for s in sendings}


def _subjects(session: Session, name: str, keys: set[int]) -> dict[int, Any]:
    """The records of one table, with the calls that they are about: one statement for each table."""
    model = next(mapper.class_ for mapper in Model.registry.mappers if mapper.class_.__tablename__ == name)
    about = [joinedload(model.call)] if "call" in inspect(model).relationships else []
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(keys)).options(*about))}


def _body(sending: Sending, row: Any) -> bytes:
    named = row if hasattr(row, "title") else getattr(row, "call", None)
    state = getattr(row, "state", None)
    said = {
        "key": sending.key,
        "kind": sending.subject_type,
        "number": getattr(named, "number", None) or getattr(named, "external_key", None) or "",
        "title": getattr(named, "title", None) or "",
        "state": str(state) if state is not None else "",
        "state_label": chinese(state.label) if state is not None else "",
        "unit": sending.unit,
        "at": sending.created_at.isoformat(),
        "link": f"{settings().public_url}/{sending.subject_type}/{sending.subject_id}",
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _mark(session: Session, now: datetime, sent: list[Sending], failed: list[tuple[Sending, str]]) -> None:
    """Of two that sent the same, the one that comes first says what became of it: one statement for each outcome."""
    alike: dict[tuple[int, str], list[int]] = defaultdict(list)
    for sending, error in [*((sending, "") for sending in sent), *failed]:
        alike[sending.tries, error].append(sending.id)
    for (seen, error), keys in alike.items():
        session.execute(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.id.in_(keys),
                WebhookDelivery.outcome == Delivery.waiting,
                WebhookDelivery.tries == seen,
            )
            .values(tries=seen + 1, **_became(seen + 1, error, now))
            .execution_options(synchronize_session=False)
        )
    session.commit()


def _became(tries: int, error: str, now: datetime) -> dict[str, Any]:
    """What is written down about messages that went wrong so, or that arrived (an empty error), at this try."""
    if not error:
        return {"outcome": Delivery.sent, "sent_at": now, "retry_at": None, "error": ""}
    if tries < TRIES:
        return {"retry_at": now + min(FIRST_WAIT * 2**tries, LONGEST_WAIT), "error": error[:300]}
    log.error("Messages are given up: %s", error)
    return {"outcome": Delivery.given_up, "retry_at": None, "error": error[:300]}
