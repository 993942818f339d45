"""Calls that come in by the dozen: sent, accepted and dispatched as sets, by the rules' own arithmetic, past the moves.

A real move costs 8 ms, and each call begins with four. What is left out is what no clock asks about: the messages.
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, text, update
from sqlalchemy.orm import Session

from models import recorder
from models.actor import Actor
from models.calendar import Clock
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState, Direction
from models.ledger import Job, Promise, PromiseState
from models.rules.clocks import due, soon
from models.rules.ladder import steps
from models.rules.matching import Matter
from models.words import CallScope

FREE = 10_000_000
"""Where the keys begin that the database gives by itself. Below they are ours."""

BEGIN = {
    "sqlite": f"INSERT INTO sqlite_sequence (name, seq) VALUES ('call', {FREE}), ('call_assignment', {FREE})",
    "postgresql": f"SELECT setval('call_id_seq', {FREE}), setval('call_assignment_id_seq', {FREE})",
}

CHANGED = ("state", "accepted_at", "resolve_from", "resolve_due", "rounds", "version")


class Desk:
    """What a morning brings, until it is written."""

    def __init__(self, session: Session, region_id: int) -> None:
        self.region_id, self.keys = region_id, count(1)
        session.connection().execute(text(BEGIN[session.get_bind().dialect.name]))
        self.calls: dict[int, dict[str, Any]] = {}
        self.fresh, self.changed, self.accepted = set[int](), set[int](), set[int]()
        self.parts: dict[int, dict[str, Any]] = {}
        self.promises: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []

    def send(self, session: Session, now: datetime, scope: CallScope, caller: Actor, item: int, category: str) -> int:
        key, matter = next(self.keys), Matter(scope, item, category)
        limit = due(session, self.region_id, Clock.accept, now, matter)
        self.calls[key] = {
            "id": key, "region_id": self.region_id, "number": f"B-{key}", "title": f"演示事项 {key}", "scope": scope,
            "state": CallState.submitted, "direction": Direction.township_to_department, "category": category,
            "created_at": now, "sent_at": now, "accept_due": limit.at, "caller_unit_id": caller.unit_id,
            "list_item_id": item, "accepted_at": None, "resolve_from": None, "resolve_due": None, "rounds": 0,
            "version": 1,
        }  # fmt: skip
        self.fresh.add(key)
        moments = {1: soon(session, self.region_id, now, limit.at), 2: limit.at}
        self._plan("call", key, Job.accept_watch, moments)
        self._note("call", key, key, "send", caller, now)
        return key

    def accept(self, key: int, now: datetime, office: Actor) -> None:
        self.calls[key] |= {"state": CallState.accepted, "accepted_at": now, "version": 2}
        self.changed.add(key)
        self.accepted.add(key)
        self._note("call", key, key, "accept", office, now)

    def dispatch(self, session: Session, key: int, now: datetime, office: Actor, lead: int) -> int:
        call, part = self.calls.pop(key), next(self.keys)
        matter = Matter(call["scope"], call["list_item_id"], call["category"], lead)
        call |= {"state": CallState.dispatched, "resolve_from": now, "rounds": 1, "version": 3}
        solve = call["resolve_due"] = due(session, self.region_id, Clock.resolve, now, matter).at
        self._plan("call", key, Job.resolve_watch, {1: soon(session, self.region_id, now, solve), 2: solve})
        limit = due(session, self.region_id, Clock.respond, now, matter).at
        self.parts[part] = {
            "id": part, "region_id": self.region_id, "call_id": key, "department_id": lead, "round": 1,
            "role": AssignmentRole.lead, "state": AssignmentState.pending, "dispatched_at": now, "respond_due": limit,
        }  # fmt: skip
        ladder = steps(session, self.region_id, Job.respond_remind, now, limit)
        self._plan("call_assignment", part, Job.respond_remind, ladder)
        self._note("call", key, key, "dispatch", office, now)
        self._note("call_assignment", part, key, "create", office, now)
        self.calls[key] = call
        self.changed.add(key)
        return part

    def holds(self, model: type[Any], key: int) -> bool:
        """Whether the row is not yet as it should be."""
        return key in (self.parts if model is CallAssignment else self.fresh | self.changed if model is Call else ())

    def write(self, session: Session) -> None:
        """Everything that waits, in a few statements."""
        if not self.entries:
            return
        for promise in self.promises:
            if promise["job"] is Job.accept_watch and promise["subject_id"] in self.accepted:
                promise |= {"state": PromiseState.cancelled, "cause": "accepted"}
        if earlier := sorted(self.changed - self.fresh):
            self._change(session, earlier)
        calls = [self.calls[key] for key in sorted(self.fresh)]
        for model, rows in ((Call, calls), (CallAssignment, list(self.parts.values())), (Promise, self.promises)):
            if rows:
                session.execute(insert(model), rows)
        recorder.append(session, self.entries)
        for part in self.parts.values():
            del self.calls[part["call_id"]]
        self.fresh, self.changed, self.accepted = set(), set(), set()
        self.parts, self.promises, self.entries = {}, [], []

    def _change(self, session: Session, keys: list[int]) -> None:
        """Calls that were written before; whether they are accepted is watched no more."""
        table = cast(Table, Call.__table__)
        values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in CHANGED}
        session.connection().execute(
            update(table).where(table.c.id == bindparam("key")).values(**values),
            [{"key": key} | {f"to_{name}": self.calls[key][name] for name in CHANGED} for key in keys],
        )
        of_calls = update(Promise).where(Promise.subject_type == "call", Promise.subject_id.in_(keys))
        over = of_calls.where(Promise.job == Job.accept_watch, Promise.state == PromiseState.planned)
        over = over.values(state=PromiseState.cancelled, cause="accepted")
        session.execute(over, execution_options={"synchronize_session": False})

    def _plan(self, table: str, key: int, job: Job, moments: dict[int, datetime]) -> None:
        self.promises += [
            {"region_id": self.region_id, "job": job, "subject_type": table, "subject_id": key, "step": step,
             "due_at": at, "state": PromiseState.planned, "cause": ""}
            for step, at in moments.items()
        ]  # fmt: skip

    def _note(self, table: str, key: int, call: int, action: str, actor: Actor, now: datetime) -> None:
        self.entries.append({
            "chain": self.region_id, "at": now, "user_id": actor.user_id, "unit_id": actor.unit_id, "ip": "",
            "place": "", "subject_type": table, "subject_id": key, "call_id": call, "action": action, "before": {},
            "after": {}, "note": "", "request_id": "",
        })  # fmt: skip
