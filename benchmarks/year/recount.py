"""An independent recount of a year: which reminders, escalations and alarms were due, against what the tables hold."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.year.days import CHINA, later
from benchmarks.year.ledger import Ledger
from benchmarks.year.people import Fact

JOBS = (
    "accept_watch", "respond_remind", "promise_remind", "resolve_watch", "pause_watch", "extension_watch",
    "supervision_escalate", "case_escalate", "case_filing_remind", "case_execution_watch", "rating_watch",
)  # fmt: skip
"""In the order in which a sweep has them."""

REMINDERS = """
SELECT p.job, p.subject_type, p.subject_id, p.step, p.occurrence, r.unit_id, count(*)
FROM reminder r JOIN promise p ON p.id = r.promise_id GROUP BY 1, 2, 3, 4, 5, 6
"""
MESSAGES = """
SELECT o.key, count(n.id) + CASE WHEN o.not_before > :now THEN 1 ELSE 0 END
FROM outbox o LEFT JOIN notice n ON n.outbox_id = o.id
WHERE o.key LIKE '%:%:%:%.%:%' GROUP BY o.id, o.key, o.not_before
"""
"""What waits for working hours is no notice yet, and not missed."""
ORDERS = "SELECT assignment_id, level FROM supervision_order WHERE issued_by_id IS NULL ORDER BY id"
OVERDUE = """
SELECT p.job, p.subject_type, p.subject_id, p.step, p.occurrence FROM promise p
WHERE p.state = 'planned' AND p.due_at <= :now AND p.job IN ('{}')
""".format("', '".join(JOBS))
LADDERS = """
SELECT l.job, s.* FROM reminder_step s JOIN reminder_ladder l ON l.id = s.ladder_id
WHERE l.region_id = :region AND l.state = 'in_force' ORDER BY s.level
"""
HIGHEST = 9
NAMED = 10
"""How many of a kind are named."""


class Recount(Ledger):
    """What each sweep had to do, from what people had done until then."""

    def follow(self, log: Iterable[Fact]) -> None:
        for fact in log:
            getattr(self, fact.what.replace(".", "_"))(fact.at, fact.key, **fact.more)

    def sweep(self, now: datetime, key: int) -> None:
        due = []
        while self.heap and self.heap[0][0] <= now:
            fired = heapq.heappop(self.heap)
            occurrence, waiting = self.clocks.get(fired[2:5], (0, {}))
            if fired[5] == occurrence and waiting.get(fired[6]) == fired[0]:
                due.append(fired)
                del waiting[fired[6]]
        for job in JOBS:
            getattr(self, job)(now, [fired for fired in due if fired[2] == job])

    def accept_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            call, step = self.rows["call", fired[4]], fired[6]
            if call.state == "draft":
                self.remind(fired, call.caller)
                self.remind(fired, self.offices["leadership"])
            elif call.state == "submitted" and (step == 1) == (call.due > now):
                self.remind(fired, self.offices["county_office"])
                if step == 2 and call.scope == "emergency":
                    self.remind(fired, self.offices["leadership"])

    def respond_remind(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            part, step = self.rows["call_assignment", fired[4]], fired[6]
            if part.state != "pending":
                continue
            if step >= 10:
                self.rung(now, fired, due, part, part.respond)
            elif not part.failure:
                part.failure = "no_response"
                self.remind(fired, part.unit)
                self.remind(fired, self.offices["county_office"])
                self.tell(fired, self.offices["supervision_office"])
                self.tell(fired, part.call.caller)

    def promise_remind(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            part, step = self.rows["call_assignment", fired[4]], fired[6]
            if part.state not in ("responded", "working"):
                continue
            if step >= 10:
                self.rung(now, fired, due, part, part.promised)
            elif step == 2 or part.failure != "inaction":
                part.failure = "inaction"
                self.remind(fired, part.unit)
                self.tell(fired, self.offices["supervision_office"])
                if step == 2:
                    self.tell(fired, self.offices["county_office"])
                    self.tell(fired, part.call.caller)
                    self.supervise(now, fired[4], part.unit)

    def resolve_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            call, step = self.rows["call", fired[4]], fired[6]
            lead = self.rows["call_assignment", call.parts[-1]]
            if lead.state not in ("pending", "responded", "working") or (lead.promised and lead.promised <= call.solve):
                continue
            if step == 1 and lead.promised and call.solve > now:
                self.remind(fired, lead.unit)
            elif step == 2:
                self.remind(fired, lead.unit)
                for unit in (self.offices["county_office"], self.offices["supervision_office"], call.caller):
                    self.tell(fired, unit)

    def rung(self, now: datetime, fired: Any, due: list[Any], part: Any, end: datetime) -> None:
        """A step of the ladder. What counts before the end is not said after it."""
        row = next(row for row in self.ladder[fired[2]] if row.level == fired[6] - 10)
        if row.point in ("part_of_limit", "before_end") and end <= now:
            return
        if row.duty_officer or row.heads:
            self.remind(fired, part.unit)
        for hears, office in ((row.supervision, "supervision_office"), (row.leaders, "leadership"),
                              (row.county_office, "county_office")):  # fmt: skip
            if hears:
                self.tell(fired, self.offices[office])
        of = {"call": part.call_id, "year": (now + CHINA).year}
        self.cards.update((part.unit, row.level, within, key) for within, key in of.items())
        for above in self.ladder[fired[2]]:
            if above.of_level == row.level:
                number = self.cards[part.unit, row.level, above.within, of[above.within]]
                due += self.reached(now, fired, above) if number == above.after_count else []

    def reached(self, now: datetime, fired: Any, row: Any) -> list[Any]:
        """A step that is taken by count, at once, and never twice of one clock."""
        step, waiting = 10 + row.level, self.clocks[fired[2:5]][1]
        if waiting.pop(step, None) is None and (row.point != "by_count" or (*fired[2:6], step) in self.given):
            return []
        self.given.add((*fired[2:6], step))
        return [(now, next(self.serial), *fired[2:6], step)]

    def supervise(self, now: datetime, part: int, unit: int) -> None:
        """The open order rises; without one, the first is issued."""
        standing = next((order for order in self.levels[part] if order.state != "closed"), None)
        if standing is not None:
            standing.level = min(HIGHEST, standing.level + 1)
            return
        acknowledge, due = later(now, 1, "working_day"), later(now, 3, "working_day")
        order = SimpleNamespace(key=0, serial=next(self.serial) + 1, unit=unit, state="issued", level=1,
                                acknowledge=acknowledge, due=due)  # fmt: skip
        self.levels[part].append(order)
        steps = dict(enumerate(sorted({acknowledge, due}), start=1))
        self.clocks["supervision_escalate", "supervision_order", -order.serial] = 1, steps

    def supervision_escalate(self, now: datetime, due: list[Any]) -> None:
        for fired in {fired[4]: fired for fired in due}.values():  # of two looks at once, the later
            order = self.rows["supervision_order", fired[4]]
            unread = order.state == "issued" and order.acknowledge <= now
            if not unread and not (order.state in ("issued", "acknowledged") and order.due <= now):
                continue
            order.level = min(HIGHEST, order.level + 1)
            self.remind(fired, order.unit)
            self.tell(fired, self.offices["supervision_office"])
            if order.level >= 3:
                self.tell(fired, self.offices["leadership"])
            if order.level >= 4:
                self.tell(fired, self.offices["county_office"])
            if order.due <= now:
                self.again(now, fired, later(now, 3, "working_day"))

    def pause_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            self.remind(fired, self.rows["call_assignment", fired[4]].call.caller)
            self.tell(fired, self.offices["county_office"])
            self.again(now, fired, later(now, 5, "working_day"))

    def extension_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            self.tell(fired, self.rows["call_assignment", self.rows["extension", fired[4]].part].unit)

    def case_escalate(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            case = self.rows["coordination_case", fired[4]]
            if fired[6] == 1 and case.due > now:
                for unit in case.parties:
                    self.remind(fired, unit)
            elif fired[6] == 2:
                for unit in (self.offices["editorial_office"], self.offices["supervision_office"], *case.parties):
                    self.tell(fired, unit)
                case.state = "coordinating"

    def case_filing_remind(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            if (fired[6] == 1) == (self.rows["coordination_case", fired[4]].due > now):
                self.remind(fired, self.offices["editorial_office"])

    def case_execution_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            case = self.rows["coordination_case", fired[4]]
            if case.state == "supervising":
                self.remind(fired, case.parties[1])
            self.remind(fired, self.offices["supervision_office"])
            self.again(now, fired, self.limit("execute", now))

    def rating_watch(self, now: datetime, due: list[Any]) -> None:
        for fired in due:
            call = self.rows["call", fired[4]]
            if fired[6] == 1 and call.rate_due > now:
                for unit in set(call.owed.values()):
                    self.tell(fired, unit)
            elif fired[6] == 2:
                call.state = "closed"
                for pair in call.pairs:
                    given = [one for one in pair if one[0] not in call.owed]
                    if len(given) == 1:  # of two, the seal was lifted when the second came
                        self.tell(fired, given[0][2], "mutual_rating", given[0][0])


def compare(connection: Connection, log: Iterable[Fact], now: datetime) -> dict[str, Any]:
    """How much was due, missed, and doubled (too often, or not due at all); `amiss` names the first of them."""
    told = Recount(*_settings(connection))
    told.follow(log)
    found: dict[str, Counter[Any]] = {"reminder": Counter[Any](), "message": Counter[Any]()}
    for *key, times in connection.execute(text(REMINDERS)):
        found["reminder"][tuple(key)] += times
    for key, times in connection.execute(text(MESSAGES), {"now": now}):
        job, table, row, step, unit = key.split(":")
        number, _, occurrence = step.partition(".")
        if job in JOBS:
            found["message"][job, table, int(row), int(number), int(occurrence), int(unit)] += times
    found["order"] = Counter(tuple(row) for row in connection.execute(text(ORDERS)))
    orders = Counter((part, order.level) for part, several in told.levels.items() for order in several)
    due: dict[str, Counter[Any]] = {
        "reminder": Counter(told.reminders),
        "message": Counter(told.messages),
        "order": orders,
    }
    missed = {kind: due[kind] - found[kind] for kind in due}
    doubled = {kind: found[kind] - due[kind] for kind in due}
    figures: dict[str, Any] = {f"{kind}s_due": sum(count.values()) for kind, count in due.items()}
    figures |= {
        "missed": sum(map(Counter.total, missed.values())),
        "doubled": sum(map(Counter.total, doubled.values())),
    }
    figures["amiss"] = [
        [name, kind, *key]
        for name, several in (("missed", missed), ("doubled", doubled))
        for kind, counted in several.items()
        for key in sorted(counted)[:NAMED]
    ]
    figures["overdue"] = len(connection.execute(text(OVERDUE), {"now": now}).all())
    return figures


def _settings(connection: Connection) -> tuple[Any, Any, dict[str, int]]:
    """The limits, the ladder and the offices, as the county has set them."""
    region = connection.execute(text("SELECT id FROM unit WHERE code = '330329'")).scalar_one()
    here = {"region": region}
    in_force = "SELECT clock, scope, amount, unit FROM time_limit WHERE region_id = :region AND state = 'in_force'"
    limits = {(row.clock, row.scope): (row.amount, row.unit) for row in connection.execute(text(in_force), here)}
    ladder: dict[str, list[Any]] = {}
    rows = text(LADDERS)
    for row in connection.execute(rows, here).mappings():
        ladder.setdefault(row["job"], []).append(SimpleNamespace(**row))
    offices = text("SELECT duty, id FROM unit WHERE region_id = :region AND duty IS NOT NULL")
    return limits, ladder, {row.duty: row.id for row in connection.execute(offices, here)}
