"""Notices by mail: claimed, sent outside any transaction, and marked; to a server, or into a folder."""

from __future__ import annotations

import hashlib
import hmac
import logging
import smtplib
import ssl
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rq.timeouts import BaseTimeoutException
from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.orm import Session

from config import Settings, settings
from jobs.chinese import chinese
from jobs.watch import Done
from models.base import N_, User
from models.notices import Notice, one_stop
from models.rules.deadlines import SHANGHAI

log = logging.getLogger("jobs.mail")

BATCH = 20
CLAIM = timedelta(minutes=5)
"""For so long a mail is one worker's. What a slow server leaves of a batch by then is anybody's again."""

TIMEOUT, PATIENCE = 10.0, 120.0
"""Seconds for one answer of the server, and for a batch: with the last mail under way it ends within the claim."""

TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
SUBJECT_LENGTH = 80
SENDER = "huying@localhost"
DIGEST = N_("Reminders of today: %(count)s")
FOOT = N_("Sign in to Huying to read more. Do not reply to this mail.")


class Away(Exception):
    """No mail can leave at present, whoever it is for."""


class Mailing(NamedTuple):
    """A notice on its way to one address."""

    id: int
    email: str
    message: str
    details: dict[str, Any]
    tries: int
    bundle: int = 0
    """Whose digest of the morning it belongs to, if it does."""


class Sink(Protocol):
    """Where mails go."""

    def send(self, mail: EmailMessage) -> None:
        """Raises `Away` where no mail can leave, and anything else where this one cannot."""


@dataclass(frozen=True, slots=True)
class FileSink:
    """A file for each mail, named after its Message-ID, so that a mail sent again is still one file."""

    folder: Path

    def send(self, mail: EmailMessage) -> None:
        """Write it, whole or not at all."""
        name = f"{str(mail['Message-ID']).strip('<>')}.eml"
        draft = self.folder / f".{name}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(mail.as_bytes())
            draft.replace(self.folder / name)
        except OSError as error:
            raise Away(f"The folder of mails cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class SmtpSink:
    """A mail server."""

    host: str
    port: int
    starttls: bool = True
    user: str | None = None
    password: str | None = None

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over; a server that accepts it and is then slow to say good-bye has accepted it."""
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            try:
                self._sign_in(server)
                server.send_message(mail)
                with suppress(OSError):
                    server.quit()
            finally:
                server.close()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
            raise  # about this mail
        except OSError as error:  # any other SMTPException is one too
            raise Away(f"{self.host}:{self.port}: {_told(error)}") from error

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self.starttls:
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password or "")


def sink_of(settings: Settings) -> Sink:
    """The mail server that is set; the folder `mail` of the data directory if none is."""
    if not settings.smtp_host:
        return FileSink(settings.data_dir / "mail")
    return SmtpSink(
        settings.smtp_host,
        settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def send_mails(session: Session, now: datetime, sink: Sink) -> Done:
    """Send one batch; commits the claim, and then what became of it.

    What a crash leaves unmarked is sent again when its claim runs out, with the same Message-ID.
    """
    mailings = _claim(session, now)
    session.commit()
    sent: list[int] = []
    failed: list[tuple[Mailing, str]] = []
    ends = time.monotonic() + PATIENCE
    try:
        for bundle in _bundles(mailings):
            if time.monotonic() > ends:
                raise Away("the server is too slow")  # noqa: TRY301
            try:
                sink.send(digest(bundle, now) if len(bundle) > 1 else letter(bundle[0], now))
            except (Away, BaseTimeoutException):
                raise
            except Exception as error:
                log.warning("Notice %d could not be mailed: %s", bundle[0].id, _told(error))
                failed += [(mailing, _told(error)) for mailing in bundle]
            else:
                sent += [mailing.id for mailing in bundle]
    except Away as away:
        log.warning("No mail can leave: %s", away)
        return Done(0, len(sent))  # the others wait for their claim to run out, and lose no try
    finally:
        _mark(session, now, sent, failed)
    return Done(len(mailings), len(sent))


def letter(mailing: Mailing, now: datetime) -> EmailMessage:
    """The mail of a notice, in Chinese. Raises `ValueError` for an address that is none."""
    text = _text(mailing)
    return _letter(mailing, " ".join(text.split()), text, now)


def digest(bundle: list[Mailing], now: datetime) -> EmailMessage:
    """One mail for all that waits for a person this morning, in Chinese."""
    lines = [f"{number}. {_text(mailing)}" for number, mailing in enumerate(bundle, start=1)]
    subject = chinese(DIGEST) % {"count": len(bundle)}
    return _letter(bundle[0], subject, "\n\n".join((subject, *lines)), now)


def _bundles(mailings: list[Mailing]) -> list[list[Mailing]]:
    """Mail by mail: each notice its own, but those of one person's digest together."""
    bundles: dict[tuple[int, int], list[Mailing]] = defaultdict(list)
    for mailing in mailings:
        bundles[mailing.bundle, 0 if mailing.bundle else mailing.id].append(mailing)
    return list(bundles.values())


def _text(mailing: Mailing) -> str:
    return one_stop(chinese(mailing.message) % _shown(mailing.details))


def _letter(mailing: Mailing, line: str, text: str, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("呼应", addr_spec=settings().mail_from or SENDER)
    mail["To"] = Address(addr_spec=mailing.email)
    mail["Subject"] = line if len(line) <= SUBJECT_LENGTH else f"{line[: SUBJECT_LENGTH - 1]}…"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<notice-{mailing.id}@{_deployment()}.huying>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{text}\n\n{chinese(FOOT)}\n")
    return mail


def _claim(session: Session, now: datetime) -> list[Mailing]:
    due = and_(
        Notice.mailed_at.is_(None),
        Notice.mail_tries < TRIES,
        or_(Notice.mail_after.is_(None), Notice.mail_after <= now),
    )
    waiting = (
        select(Notice.id, Notice.user_id, Notice.bundled)
        .join(User, User.id == Notice.user_id)
        .where(
            due,
            User.active,
            User.email != "",
        )
        .order_by(Notice.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Notice)
        .cte("waiting")
    )
    beside = Notice.bundled & Notice.user_id.in_(select(waiting.c.user_id).where(waiting.c.bundled))
    claim = (
        update(Notice)
        .where(or_(Notice.id.in_(select(waiting.c.id)), beside), due)
        .values(mail_after=now + CLAIM)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    claimed = session.scalars(claim).all()
    bundle = case((Notice.bundled, Notice.user_id), else_=0)
    columns = (Notice.id, User.email, Notice.message, Notice.details, Notice.mail_tries, bundle)
    rows = select(*columns).join(User, User.id == Notice.user_id).where(Notice.id.in_(claimed)).order_by(Notice.id)
    return [Mailing(*row) for row in session.execute(rows)] if claimed else []


def _mark(session: Session, now: datetime, sent: list[int], failed: list[tuple[Mailing, str]]) -> None:
    if sent:
        done = update(Notice).where(Notice.id.in_(sent)).values(mailed_at=now, mail_error="")
        session.execute(done.execution_options(synchronize_session=False))
    if failed:
        session.execute(update(Notice), [_put_off(mailing, error, now) for mailing, error in failed])
    session.commit()


def _put_off(mailing: Mailing, error: str, now: datetime) -> dict[str, object]:
    tries = mailing.tries + 1
    if tries == TRIES:
        log.error("Notice %d is given up: %s", mailing.id, error)
    wait = min(FIRST_WAIT * 2**tries, LONGEST_WAIT)
    return {"id": mailing.id, "mail_tries": tries, "mail_error": error, "mail_after": now + wait}


def _told(error: Exception) -> str:
    """What went wrong, in a few words: never what was sent, nor with which password."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{type(error).__name__} {', '.join(str(code) for code, _ in error.recipients.values())}"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__} {reason or ''}".strip()[:300]


def _shown(details: dict[str, Any]) -> dict[str, Any]:
    due = details.get("due")
    if not isinstance(due, str):
        return details
    local = datetime.fromisoformat(due).astimezone(SHANGHAI)
    ends_a_day = (local.hour, local.minute) == (0, 0)
    said = f"{local - timedelta(days=1):%Y-%m-%d} 24:00" if ends_a_day else f"{local:%Y-%m-%d %H:%M}"
    return details | {"due": said}


@cache
def _deployment() -> str:
    """A name by which a receiver tells this deployment's mails from another's."""
    return hmac.new(settings().recorder_key.encode(), b"mail", hashlib.sha256).hexdigest()[:12]
