"""What the promises of one batch cause: found out row by row, written in a few statements."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from jobs.cards import Card, counted_up
from models import recorder
from models.base import N_
from models.ledger import Job, Promise
from models.notices import Audience, Outbox
from models.organisation import Duty, Unit
from models.queries.calendar import calendar_of, ladder_of
from models.recorder import ORIGIN, Origin, plain
from models.rules.ladder import BEFORE_END, LADDER, OVER, SOON, hearers
from models.rules.rounds import iso
from models.supervision import Reminder
from models.words import CallScope

log = logging.getLogger("jobs.watch")

AT_ONCE: Mapping[str, datetime | None] = {"not_before": None, "mail_after": None}
DIGEST_AFTER = timedelta(minutes=5)
"""How long after work begins the digest of the morning goes out."""

ALOUD = N_("%(unit)s: %(step)s for %(call)s, due by %(due)s.")
"""What others than the unit hear of a step of its ladder."""


def quiet_hours(session: Session, region_id: int, now: datetime) -> Mapping[str, datetime | None]:
    """When to speak in a county at the earliest: in working hours; and when by mail: in the digest of a morning."""
    calendar = calendar_of(session, region_id)
    at = calendar.next_working_moment(now)
    return {"not_before": at if at > now else None, "mail_after": calendar.next_morning(at) + DIGEST_AFTER}


def insert_new(session: Session, model: type[Any]) -> Any:
    """An insert that leaves out what is there already: of two sweeps at once, the second has nothing to add."""
    insert_ = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert_(model).on_conflict_do_nothing()


class Done(NamedTuple):
    """What one transaction found to do, and in how many cases there was something to it."""

    found: int
    did: int


class Fired(NamedTuple):
    """A promise whose moment came: claimed by this transaction, and by no other."""

    id: int
    subject_id: int
    region_id: int
    step: int
    occurrence: int
    due_at: datetime


Pair = tuple[Fired, Any]
"""A promise with its subject."""


class Batch:
    """The claimed promises of one job, all on subjects of one kind, and what is to be written for them."""

    def __init__(self, session: Session, job: Job, model: type[Any], now: datetime, fired: Sequence[Fired]) -> None:
        self.session, self.job, self.model, self.now, self.fired = session, job, model, now, fired
        self.kept: set[int] = set()
        self._reminders: dict[tuple[int, int], dict[str, Any]] = {}
        self._messages: dict[str, dict[str, Any]] = {}
        self._promises: list[dict[str, Any]] = []
        self._entries: list[dict[str, Any]] = []
        self._hours: dict[int, Mapping[str, datetime | None]] = {}

    def waiting(self, *still: ColumnElement[bool], options: Sequence[ORMOption] = ()) -> list[Pair]:
        """The promises whose subjects are still as they were when it was planned; the others have no effect."""
        ids = [promise.subject_id for promise in self.fired]
        query = select(self.model).where(self.model.id.in_(ids), *still).options(*options)
        found = {row.id: row for row in self.session.scalars(query.execution_options(populate_existing=True))}
        return [(promise, found[promise.subject_id]) for promise in self.fired if promise.subject_id in found]

    def steps(self, pairs: Sequence[Pair], due: str) -> tuple[list[Pair], list[Pair]]:
        """Those to be told that the end is near, and those past it. After silence there is only the end to tell."""
        ends = [(pair, pair[0].step, getattr(pair[1], due)) for pair in pairs]
        soon = [pair for pair, step, end in ends if step == SOON and end and end > self.now]
        return soon, [pair for pair, step, end in ends if step == OVER and end and end <= self.now]

    def change(
        self, pairs: Sequence[Pair], *still: ColumnElement[bool], action: str = "", **values: Any
    ) -> list[tuple[Fired, Any, Row[Any]]]:
        """Change those that are still so, in one statement, and record each; with the columns as they are now."""
        if not pairs:
            return []
        statement = (
            update(self.model)
            .where(self.model.id.in_([subject.id for _, subject in pairs]), *still)
            .values(**values, version=self.model.version + 1)
            .returning(self.model.id, *(getattr(self.model, name) for name in values))
            .execution_options(synchronize_session=False)
        )
        now = {row.id: row for row in self.session.execute(statement)}
        changed = [(promise, subject, now[subject.id]) for promise, subject in pairs if subject.id in now]
        for promise, subject, row in changed:
            before = {name: getattr(subject, name) for name in values}
            self.record(promise, subject, before, {name: getattr(row, name) for name in values}, action=action)
        return changed

    def record(
        self,
        promise: Fired,
        subject: Any,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        *,
        action: str = "",
    ) -> None:
        """The promise has an effect, which the recorder notes on its subject."""
        self.kept.add(promise.id)
        self.note(subject, before or {}, after or {}, action=action)

    def note(self, row: Any, before: dict[str, Any], after: dict[str, Any], *, action: str = "") -> None:
        """An entry in the recorder, as a flush would leave it: the columns that differ."""
        differ = [name for name in after if name != "version" and before.get(name) != after[name]]
        origin: Origin = self.session.info.get(ORIGIN, Origin())
        self._entries.append(
            {
                "chain": row.region_id,
                "at": self.now,
                "user_id": None,
                "unit_id": None,
                "ip": origin.ip,
                "place": origin.place,
                "subject_type": row.__tablename__,
                "subject_id": row.id,
                "call_id": call_id(row),
                "action": action or self.job.value,
                "before": {name: plain(before.get(name)) for name in differ},
                "after": {name: plain(after[name]) for name in differ},
                "note": "",
                "request_id": origin.request_id,
            }
        )

    def remind(
        self, promise: Fired, subject: Any, unit_id: int | None, due: datetime, reason: str, message: str, **say: Any
    ) -> None:
        """A reminder (催办) to a unit that has to act, and the message of it; without a call, the message alone.

        Unless it is about an emergency, it waits for working hours, and goes by mail in the digest of a morning.
        """
        self.tell(promise, subject, unit_id, message, due=due, later=self.quiet(promise.region_id, subject), **say)
        if unit_id is not None and call_id(subject) is not None:
            self._reminders[promise.id, unit_id] = {
                "region_id": promise.region_id,
                "promise_id": promise.id,
                "job": self.job,
                "step": promise.step,
                "call_id": call_id(subject),
                "unit_id": unit_id,
                "due_at": due,
                "sent_at": self.now,
                "message": reason,
            }

    def warn(
        self, promise: Fired, subject: Any, unit_id: int | None, due: datetime, reason: str, message: str, **say: Any
    ) -> None:
        """The end is near: a reminder to those on duty, and its entry in the recorder."""
        self.record(promise, subject)
        self.remind(promise, subject, unit_id, due, reason, message, audience=Audience.duty_officer, **say)

    def tell(
        self,
        promise: Fired,
        subject: Any,
        unit_id: int | None,
        message: str,
        *,
        audience: Audience = Audience.everyone,
        due: datetime | None = None,
        later: Mapping[str, datetime | None] = AT_ONCE,
        **details: str,
    ) -> None:
        """A message to a unit: for one promise never two. Without such a unit, the rest happens all the same."""
        if unit_id is None:
            log.warning("County %d has no office to hear of %s %d", promise.region_id, self.job, promise.subject_id)
            return
        subject_type = subject.__tablename__
        key = f"{self.job}:{subject_type}:{subject.id}:{promise.step}.{promise.occurrence}:{unit_id}"
        self._messages[key] = {
            "key": key,
            "region_id": promise.region_id,
            "unit_id": unit_id,
            "audience": audience,
            "subject_type": subject_type,
            "subject_id": subject.id,
            "message": message,
            "details": details | ({"due": iso(due)} if due else {}),
            "created_at": self.now,
            **later,
        }

    def quiet(self, region_id: int, subject: Any) -> Mapping[str, datetime | None]:
        """When to speak of it at the earliest, and when by mail: of an emergency at once."""
        if is_emergency(subject):
            return AT_ONCE
        if region_id not in self._hours:
            self._hours[region_id] = quiet_hours(self.session, region_id, self.now)
        return self._hours[region_id]

    def climb(self, pairs: Sequence[Pair], due: str, before: str, after: str, aloud: str = ALOUD) -> None:
        """The steps of the county's ladder: as it stands now, to whom it says, of what it was planned for.

        `before` and `after` are the sentences while there is time, and when there is none; `aloud` is that for others.
        The unit is the subject's.
        """
        offices = self.offices()
        cards: list[Card] = []
        for promise, subject in pairs:
            ladder = ladder_of(self.session, promise.region_id).get(self.job, [])
            row = next((row for row in ladder if row.level == promise.step - LADDER), None)
            end = getattr(subject, due)
            if row is None or end is None or (row.point in BEFORE_END and end <= self.now):
                continue
            self.record(promise, subject)
            message, unit_id = (before if end > self.now else after), unit_of(subject)
            cards.append(
                Card(promise.subject_id, promise.region_id, promise.occurrence, unit_id, call_id(subject), row.level)
            )
            say: dict[str, Any] = {
                "call": str(getattr(subject, "call", subject)),
                "unit": str(unit_of(subject, named=True)),
                "step": row.name,
            }
            for duty, audience in hearers(row).items():
                if duty is None:
                    self.remind(promise, subject, unit_id, end, row.name, message, audience=audience, **say)
                    continue
                office, later = offices.get((promise.region_id, duty)), self.quiet(promise.region_id, subject)
                self.tell(promise, subject, office, aloud, audience=audience, due=end, later=later, **say)
        self._promises += counted_up(self.session, self.job, cards, [promise.id for promise in self.fired], self.now)

    def plan(self, subject: Any, job: Job, moments: Sequence[datetime]) -> None:
        """The first clock of a row that this batch has made."""
        self._promises += [
            {
                "region_id": subject.region_id,
                "job": job,
                "subject_type": subject.__tablename__,
                "subject_id": subject.id,
                "step": step,
                "occurrence": 1,
                "due_at": due_at,
            }
            for step, due_at in enumerate(moments, start=1)
        ]

    def plan_again(self, promise: Fired, subject: Any, due_at: datetime) -> None:
        """The same once more, at another time."""
        self._promises.append(
            {
                "region_id": promise.region_id,
                "job": self.job,
                "subject_type": subject.__tablename__,
                "subject_id": subject.id,
                "step": promise.step,
                "occurrence": promise.occurrence + 1,
                "due_at": due_at,
            }
        )

    def offices(self) -> dict[tuple[int | None, Duty | None], int]:
        """The offices of the counties concerned, by county and standing task."""
        regions = {promise.region_id for promise in self.fired}
        query = select(Unit).where(Unit.region_id.in_(regions), Unit.duty.is_not(None))
        return {(unit.region_id, unit.duty): unit.id for unit in self.session.scalars(query)}

    def write(self) -> None:
        """Everything gathered. The recorder comes last: it lets a county's writers through one at a time."""
        idle = [promise.id for promise in self.fired if promise.id not in self.kept]
        if idle:
            moved_on = update(Promise).where(Promise.id.in_(idle)).values(cause="moved on")
            self.session.execute(moved_on.execution_options(synchronize_session=False))
        rows_of: tuple[tuple[type[Any], list[dict[str, Any]]], ...] = (
            (Reminder, list(self._reminders.values())),
            (Outbox, list(self._messages.values())),
            (Promise, self._promises),
        )
        for model, rows in rows_of:
            if rows:
                self.session.execute(insert(model).execution_options(render_nulls=True), rows)  # one statement for all
        recorder.append(self.session, self._entries)


def call_id(row: Any) -> int | None:
    """The call that a row belongs to, if it belongs to one."""
    belongs_to: int | None = row.id if row.__tablename__ == "call" else getattr(row, "call_id", None)
    return belongs_to


def is_emergency(row: Any) -> bool:
    call = row if row.__tablename__ == "call" else vars(row).get("call")  # where it was read with its subject
    return call is not None and call.scope is CallScope.emergency


def unit_of(row: Any, *, named: bool = False) -> Any:
    """The unit whose turn it is: its key, or itself."""
    side = "department" if hasattr(row, "department_id") else "unit"
    return getattr(row, side if named else f"{side}_id")
