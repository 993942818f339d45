"""What a county's ledger should hold, by what its people did: a second reading of the rules."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from benchmarks.year.days import before, earlier, later, rested, share

Key = tuple[str, str, int, int, int, int]
"""Job, kind of record, record, step, occurrence, unit."""


def moved(due: datetime, paused: datetime, at: datetime, emergency: bool) -> datetime:
    """What a pause makes of a moment that was still to come."""
    if due <= paused:
        return due
    return due + (at - paused) if emergency else rested(due, paused, at)


@dataclass
class Ledger:
    """Clocks by (job, kind of record, record), and the rows as far as clocks ask about them."""

    limits: Mapping[tuple[str, str | None], tuple[int, str]]
    ladder: Mapping[str, list[SimpleNamespace]]
    offices: Mapping[str, int]
    messages: set[Key] = field(default_factory=set)
    reminders: set[Key] = field(default_factory=set)
    rows: dict[tuple[str, int], SimpleNamespace] = field(default_factory=dict)
    clocks: dict[tuple[str, str, int], tuple[int, dict[int, datetime]]] = field(default_factory=dict)
    heap: list[tuple[datetime, int, str, str, int, int, int]] = field(default_factory=list)
    cards: Counter[tuple[int, int, str, int]] = field(default_factory=Counter)
    given: set[tuple[Any, ...]] = field(default_factory=set)
    levels: dict[int, list[SimpleNamespace]] = field(default_factory=lambda: defaultdict(list))
    serial: Iterator[int] = field(default_factory=count)

    def plan(self, job: str, table: str, key: int, due: Mapping[int, datetime], occurrence: int = 0) -> None:
        occurrence = occurrence or self.clocks.get((job, table, key), (0, {}))[0] + 1
        self.clocks[job, table, key] = occurrence, dict(due)
        for step, moment in due.items():
            heapq.heappush(self.heap, (moment, next(self.serial), job, table, key, occurrence, step))

    def cancel(self, job: str, table: str, key: int) -> None:
        self.clocks[job, table, key] = self.clocks.get((job, table, key), (0, {}))[0], {}

    def again(self, at: datetime, fired: Any, due: datetime) -> None:
        """The same step once more; what else the clock waits for stays."""
        _, _, job, table, key, occurrence, step = fired
        waiting = self.clocks[job, table, key][1]
        self.clocks[job, table, key] = occurrence + 1, waiting | {step: due}
        heapq.heappush(self.heap, (due, next(self.serial), job, table, key, occurrence + 1, step))

    def limit(self, clock: str, at: datetime, scope: str | None = None) -> datetime:
        return later(at, *self.limits.get((clock, scope), self.limits[clock, None]))

    def climb(self, job: str, start: datetime, end: datetime, scope: str) -> dict[int, datetime]:
        found, awake = {2: end}, scope == "emergency"
        for row in self.ladder[job]:
            if row.point == "by_count":
                continue
            days = row.amount * timedelta(days=1)
            if row.point == "after_end":
                found[10 + row.level] = end + days if awake else later(end, row.amount, row.unit)
                continue
            early = end - days if awake else earlier(end, row.amount)
            if row.point == "before_end" and early > start:
                found[10 + row.level] = early
                continue
            percent = row.amount if row.point == "part_of_limit" else 75
            found[10 + row.level] = start + (end - start) * percent / 100 if awake else share(start, end, percent)
        return found

    def tell(self, fired: Any, unit: int, table: str = "", key: int = 0) -> None:
        _, _, job, of_table, of_key, occurrence, step = fired
        self.messages.add((job, table or of_table, key or of_key, step, occurrence, unit))

    def remind(self, fired: Any, unit: int) -> None:
        self.tell(fired, unit)
        _, _, job, table, key, occurrence, step = fired
        self.reminders.add((job, table, key, step, occurrence, unit))

    # What people do

    def call_write(self, at: datetime, key: int, scope: str, caller: int) -> None:
        self.rows["call", key] = SimpleNamespace(state="draft", scope=scope, caller=caller, reopened=0, parts=[])
        if scope == "emergency":
            self.plan("accept_watch", "call", key, {1: self.limit("accept", at, scope)})

    def call_send(self, at: datetime, key: int) -> None:
        call = self.rows["call", key]
        call.state, call.due = "submitted", self.limit("accept", at, call.scope)
        self.plan("accept_watch", "call", key, {1: before(at, call.due), 2: call.due})

    def call_accept(self, at: datetime, key: int) -> None:
        self.rows["call", key].state = "accepted"
        self.cancel("accept_watch", "call", key)

    def call_dispatch(self, at: datetime, key: int, parts: list[tuple[int, int, str]]) -> None:
        call = self.rows["call", key]
        for part, unit, role in parts:
            due = self.limit("respond", at, call.scope)
            self.rows["call_assignment", part] = SimpleNamespace(
                state="pending", call=call, call_id=key, unit=unit, respond=due, failure="", promised=None, asked={}
            )
            call.parts += [part] if role == "lead" else []
            self.plan("respond_remind", "call_assignment", part, self.climb("respond_remind", at, due, call.scope))
        self.whole(at, key, self.limit("resolve", at, call.scope))

    def whole(self, at: datetime, key: int, due: datetime) -> None:
        """The limit of the whole call, which moves with the promise of the lead."""
        self.rows["call", key].solve = due
        self.plan("resolve_watch", "call", key, {1: before(at, due), 2: due})

    def promise(self, at: datetime, key: int) -> None:
        """Planned anew whenever something happens: the ladder, and silence for ten working days."""
        part = self.rows["call_assignment", key]
        silent = later(at, 10, "working_day")
        steps = self.climb("promise_remind", at, part.promised, part.call.scope)
        steps |= {3: silent} if silent < part.promised else {}
        self.plan("promise_remind", "call_assignment", key, steps)

    def call_assignment_respond(self, at: datetime, key: int, promised: datetime) -> None:
        part = self.rows["call_assignment", key]
        part.state, part.promised = "responded", promised
        part.failure = "late" if at > part.respond else part.failure
        self.cancel("respond_remind", "call_assignment", key)
        self.promise(at, key)

    def call_assignment_start(self, at: datetime, key: int) -> None:
        self.promise(at, key)

    def call_assignment_pause(self, at: datetime, key: int) -> None:
        part = self.rows["call_assignment", key]
        part.state, part.paused = "paused", at
        self.cancel("promise_remind", "call_assignment", key)
        self.plan("pause_watch", "call_assignment", key, {1: later(at, 5, "working_day")})

    def call_assignment_resume(self, at: datetime, key: int) -> None:
        part = self.rows["call_assignment", key]
        part.state = "working"
        emergency = part.call.scope == "emergency"
        part.promised = moved(part.promised, part.paused, at, emergency)
        if key in part.call.parts:
            self.whole(at, part.call_id, moved(part.call.solve, part.paused, at, emergency))
        self.cancel("pause_watch", "call_assignment", key)
        self.promise(at, key)

    def call_assignment_resolve(self, at: datetime, key: int) -> None:
        self.rows["call_assignment", key].state = "resolved"
        self.cancel("promise_remind", "call_assignment", key)
        for asked in self.rows["call_assignment", key].asked:
            self.cancel("extension_watch", "extension", asked)

    def call_assignment_reject(self, at: datetime, key: int) -> None:
        part = self.rows["call_assignment", key]
        part.state, part.failure = "rejected", "late" if at > part.respond else part.failure
        self.cancel("respond_remind", "call_assignment", key)

    def extension_ask(self, at: datetime, key: int, part: int, days: int) -> None:
        self.rows["extension", key] = SimpleNamespace(part=part, days=days)
        self.rows["call_assignment", part].asked[key] = days
        self.plan("extension_watch", "extension", key, {1: later(at, 1, "working_day")})

    def extension_refuse(self, at: datetime, key: int) -> None:
        self.cancel("extension_watch", "extension", key)

    def extension_approve(self, at: datetime, key: int) -> None:
        self.extension_refuse(at, key)
        asked = self.rows["extension", key]
        part = self.rows["call_assignment", asked.part]
        unit = "day" if part.call.scope == "emergency" else "working_day"
        part.promised = later(part.promised, asked.days, unit)
        if asked.part in part.call.parts:
            self.whole(at, part.call_id, later(part.call.solve, asked.days, unit))
        if part.state != "paused":
            self.promise(at, asked.part)

    def call_not_solved(self, at: datetime, key: int) -> None:
        call = self.rows["call", key]
        call.reopened += 1
        part = self.rows["call_assignment", call.parts[0]]
        part.state, part.promised = "working", self.limit("resolve", at, call.scope)
        self.whole(at, key, part.promised)
        part.failure = "inaction" if call.reopened >= 2 else part.failure
        self.promise(at, call.parts[0])

    def call_confirm(self, at: datetime, key: int, owed: list[tuple[int, int, int]]) -> None:
        call = self.rows["call", key]
        call.state, call.rate_due = "resolved", self.limit("rate", at)
        call.owed = {rating: rater for rating, rater, _ in owed}
        call.pairs = list(zip(owed[::2], owed[1::2], strict=True))
        self.rows.update({("mutual_rating", rating): SimpleNamespace(call=key) for rating in call.owed})
        self.plan("rating_watch", "call", key, {1: before(at, call.rate_due, 2), 2: call.rate_due})

    def mutual_rating_rate(self, at: datetime, key: int) -> None:
        call = self.rows["call", self.rows["mutual_rating", key].call]
        del call.owed[key]
        if not call.owed:
            call.state = "closed"
            self.cancel("rating_watch", "call", self.rows["mutual_rating", key].call)

    def call_forward(self, at: datetime, key: int, parties: list[int]) -> None:
        self.rows["coordination_case", key] = SimpleNamespace(state="opened", parties=parties, due=None)

    def case(self, at: datetime, key: int, state: str, clock: str) -> Any:
        case = self.rows["coordination_case", key]
        case.state, case.due = state, self.limit(clock, at)
        for job in ("case_escalate", "case_filing_remind", "case_execution_watch"):
            self.cancel(job, "coordination_case", key)
        return case

    def coordination_case_notify_parties(self, at: datetime, key: int) -> None:
        case = self.case(at, key, "negotiating", "negotiate")
        self.plan("case_escalate", "coordination_case", key, {1: before(at, case.due), 2: case.due})

    def coordination_case_agree(self, at: datetime, key: int) -> None:
        case = self.case(at, key, "filing_review", "file")
        self.plan("case_filing_remind", "coordination_case", key, {1: before(at, case.due), 2: case.due})

    def coordination_case_file(self, at: datetime, key: int) -> None:
        case = self.case(at, key, "filed", "execute")
        self.plan("case_execution_watch", "coordination_case", key, {1: case.due})

    def coordination_case_order_execution(self, at: datetime, key: int) -> None:
        case = self.case(at, key, "supervising", "execute")
        self.plan("case_execution_watch", "coordination_case", key, {1: case.due})

    def coordination_case_executed(self, at: datetime, key: int) -> None:
        self.case(at, key, "closed", "execute")

    def supervision_order_found(self, at: datetime, key: int, part: int) -> None:
        """The number that an order got: until now it was known by its part alone."""
        order = next(order for order in self.levels[part] if not order.key)
        order.key, self.rows["supervision_order", key] = key, order
        clock = self.clocks.pop(("supervision_escalate", "supervision_order", -order.serial))
        self.plan("supervision_escalate", "supervision_order", key, clock[1])

    def supervision_order_acknowledge(self, at: datetime, key: int) -> None:
        self.rows["supervision_order", key].state = "acknowledged"

    def supervision_order_reply(self, at: datetime, key: int) -> None:
        self.rows["supervision_order", key].state = "replied"
        self.cancel("supervision_escalate", "supervision_order", key)

    def supervision_order_send_back(self, at: datetime, key: int) -> None:
        order = self.rows["supervision_order", key]
        order.state, order.due = "acknowledged", later(at, 3, "working_day")
        self.plan("supervision_escalate", "supervision_order", key, {1: order.due})

    def supervision_order_verify(self, at: datetime, key: int) -> None:
        self.rows["supervision_order", key].state = "verified"

    def supervision_order_close(self, at: datetime, key: int) -> None:
        self.rows["supervision_order", key].state = "closed"
