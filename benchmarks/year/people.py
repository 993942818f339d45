"""What people do in a county in a year: calls are sent, answered, left lying, paused, disputed; by the real moves."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks.year.desk import Desk
from models.actor import Actor
from models.base import Role, User
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.coordination import CaseState, CoordinationCase
from models.door import system_session
from models.item_words import ListState
from models.lists import DutyList, ListItem
from models.organisation import LOCAL, Duty, Posting, Unit
from models.ratings import MutualRating
from models.recorder import Origin, set_origin
from models.roles import RoleName
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.clues import prepare_call, watch_clue
from models.rules.coordination import COORDINATION
from models.rules.lists import LIST
from models.rules.ratings import RATING
from models.rules.rounds import current, latest_case
from models.rules.segments import EXTENSION, ask_for_it, prepare_extension
from models.rules.supervision import SUPERVISION
from models.seeds.reference import seed
from models.segments import Extension, ExtensionState
from models.supervision import OrderState, SupervisionOrder
from models.words import CallScope
from models.workflow import Workflow

COUNTY = "330329"
WORKFLOWS: dict[type[Any], Workflow] = {
    Call: CALL,
    CallAssignment: ASSIGNMENT,
    CoordinationCase: COORDINATION,
    Extension: EXTENSION,
    MutualRating: RATING,
    SupervisionOrder: SUPERVISION,
}
OFFICES = {
    Duty.county_office: RoleName.county_dispatcher,
    Duty.supervision_office: RoleName.supervisor,
    Duty.editorial_office: RoleName.editorial_officer,
    Duty.leadership: RoleName.leader,
}
SWIFT = {CallScope.emergency: 0.05, CallScope.key: 0.4, CallScope.complex: 1.0}
"""How long things take, beside what is not urgent."""

Life = Iterator[datetime]
"""Asks to be woken at a moment, then acts, and asks again."""


class Fact(NamedTuple):
    """Something that happened: a move of a person, or a sweep."""

    at: datetime
    what: str
    key: int = 0
    more: dict[str, Any] = {}


class People:
    """A county and all who work there; `log` tells what they did, in order, beside what the console records.

    `by_hand`: how many calls of a hundred are sent, accepted and dispatched by moves, and not as one of a set.
    """

    def __init__(self, engine: Engine, begins: datetime, seed_of: int, by_hand: int) -> None:
        self.engine, self.dice, self.log = engine, random.Random(seed_of), list[Fact]()
        self.by_hand = by_hand
        self.now, self.serial, self.orders = begins, count(), 0
        self.waiting: list[tuple[datetime, int, Life]] = []
        self.session = self._open()
        self._found_county()
        self.session.commit()

    # Time

    def expect(self, at: datetime, life: Life) -> None:
        heapq.heappush(self.waiting, (at, next(self.serial), life))

    def live_until(self, moment: datetime) -> None:
        """All that happens until then, in its order; committed when it is over, as nobody sweeps meanwhile."""
        self.session = self._open()
        while self.waiting and self.waiting[0][0] <= moment:
            at, _, life = heapq.heappop(self.waiting)
            self.now = max(self.now, at)
            set_origin(self.session, Origin(at=self.now))
            wake = next(life, None)
            if wake is not None:
                self.expect(wake, life)
        self.desk.write(self.session)
        self.session.commit()
        self.session.close()
        self.now = moment

    def notice_orders(self) -> None:
        """What the sweep has ordered, departments have to answer."""
        with self._open() as session:
            found = session.scalars(select(SupervisionOrder.id).where(SupervisionOrder.id > self.orders)).all()
        for key in sorted(found):
            self.orders = key
            self.expect(self.now, self._supervised(key))

    def _open(self) -> Session:
        return system_session(self.engine)

    def _in(self, hours: float) -> datetime:
        """About so many hours later; of a working day most things are done by day."""
        at = self.now + timedelta(hours=hours * self.dice.uniform(0.5, 1.5), seconds=self.dice.randrange(60))
        hour = (at + timedelta(hours=8)).hour
        return at if hours < 2 or 8 <= hour < 18 else at + timedelta(hours=self.dice.uniform(9, 14))

    def _chance(self, of_a_hundred: int) -> bool:
        return self.dice.randrange(100) < of_a_hundred

    # The county

    def _found_county(self) -> None:
        session = self.session
        seed(session, self.now)
        county = session.scalars(select(Unit).where(Unit.code == COUNTY)).one()
        self.region = county.id
        here = session.scalars(select(Unit).where(Unit.region_id == county.id).order_by(Unit.id)).all()
        self.actors: dict[int, Actor] = {}
        self.offices: dict[Duty, int] = {unit.duty: unit.id for unit in here if unit.duty}
        names = {name: self._role(name) for name in (*OFFICES.values(), RoleName.township_operator,
                                                    RoleName.department_staff)}  # fmt: skip
        for unit in here:
            usual = RoleName.township_operator if unit.unit_type in LOCAL else RoleName.department_staff
            role = OFFICES.get(unit.duty, usual) if unit.duty else usual
            user = User(first_name=unit.code, last_name="（演示）", username=unit.code, active=True,
                        email=f"{unit.code}@example.org")  # fmt: skip
            session.add(Posting(user=user, unit=unit, role=names[role], from_on=date(2020, 1, 1)))
            session.flush()
            self.actors[unit.id] = Actor(user.id, unit.id, county.id, (unit.id,), frozenset({role}))
        self.desk = Desk(session, county.id)
        self.towns = [unit.id for unit in here if unit.unit_type in LOCAL]
        self._publish(session.scalars(select(DutyList).where(DutyList.region_id == county.id)).one())
        items = select(ListItem).where(ListItem.region_id == county.id).order_by(ListItem.id)
        self.items = [(item.id, item.lead_department_id or 0, item.category) for item in session.scalars(items)]
        self.leads = sorted({lead for _, lead, _ in self.items if lead})

    def _role(self, name: RoleName) -> Role:
        return self.session.scalar(select(Role).where(Role.name == str(name))) or Role(name=str(name))

    def _publish(self, draft: DutyList) -> None:
        office = self.offices[Duty.editorial_office]
        actor = Actor(None, office, self.region, (office,), frozenset({RoleName.list_manager}))
        draft.rounds_done = draft.list_type.rounds  # as if everyone had been asked
        draft.issued_by, draft.document_number = "The editorial office", "1"
        for name in ("submit", "publish"):
            LIST.move(self.session, draft, name, actor=actor, now=self.now)
        assert draft.state is ListState.published

    # Moves

    def _press(self, row: Any, name: str, unit_id: int, **answers: Any) -> None:
        actor = self.actors[unit_id]
        set_origin(self.session, Origin(actor=actor, at=self.now))
        WORKFLOWS[type(row)].move(self.session, row, name, actor=actor, now=self.now, answers=answers, note="演示")
        self.session.flush()

    def _tell(self, what: str, key: int, **more: Any) -> None:
        self.log.append(Fact(self.now, what, key, more))

    def _do(self, row: Any, name: str, unit_id: int, **answers: Any) -> None:
        self._press(row, name, unit_id, **answers)
        self._tell(f"{row.__tablename__}.{name}", row.id)

    def _get(self, model: type[Any], key: int) -> Any:
        if self.desk.holds(model, key):
            self.desk.write(self.session)
        return self.session.get_one(model, key)

    # Lives

    def call(self, n: int) -> Life:
        """From the writing of a call to its end."""
        scope = self.dice.choices(list(SWIFT), (15, 25, 60))[0]
        town, (item, lead, category) = self.dice.choice(self.towns), self.dice.choice(self.items)
        if scope is CallScope.emergency or self._chance(self.by_hand):
            return self._call(n, scope, town, item, lead)
        return self._one_of_many(scope, town, item, lead, category)

    def _call(self, n: int, scope: CallScope, town: int, item: int, lead: int) -> Life:
        swift, office = SWIFT[scope], self.offices[Duty.county_office]
        call = Call(title=f"演示事项 {n}", scope=scope, list_item_id=item)
        prepare_call(self.session, call, self.actors[town], self.now)
        self.session.add(call)
        self.session.flush()
        watch_clue(self.session, call, self.actors[town], self.now)
        key = call.id
        self._tell("call.write", key, scope=scope.value, caller=town)
        if scope is CallScope.emergency and self._chance(15):  # an emergency that lies about
            yield self._in(3)
        self._do(self._get(Call, key), "send", town)
        yield self._in(swift * (3 if self._chance(85) else 30))
        self._do(self._get(Call, key), "accept", office)
        yield self._in(swift)
        helper = self.dice.choice(self.leads) if self._chance(15) else lead
        units = [self._get(Unit, helper)] if helper != lead else []
        self._press(self._get(Call, key), "dispatch", office, lead_department_id=self._get(Unit, lead),
                    cooperating_department_ids=units)  # fmt: skip
        parts = [(part.id, part.department_id, part.role.value) for part in current(self.session, self._get(Call, key))]
        self._dispatched(key, parts, swift)

    def _one_of_many(self, scope: CallScope, town: int, item: int, lead: int, category: str) -> Life:
        """The same, as one of a set."""
        swift, office = SWIFT[scope], self.actors[self.offices[Duty.county_office]]
        key = self.desk.send(self.session, self.now, scope, self.actors[town], item, category)
        self._tell("call.write", key, scope=scope.value, caller=town)
        self._tell("call.send", key)
        yield self._in(swift * (3 if self._chance(85) else 30))
        self.desk.accept(key, self.now, office)
        self._tell("call.accept", key)
        yield self._in(swift)
        part = self.desk.dispatch(self.session, key, self.now, office, lead)
        self._dispatched(key, [(part, lead, "lead")], swift)

    def _dispatched(self, key: int, parts: list[tuple[int, int, str]], swift: float) -> None:
        self._tell("call.dispatch", key, parts=parts)
        if len(parts) == 1 and self._chance(8):
            self.expect(self._in(swift * 6), self._disputed(key, parts[0][0], parts[0][1]))
            return
        for part, unit, role in parts:
            self.expect(self._in(swift * (6 if self._chance(80) else 60)), self._part(key, part, unit, role, swift))

    def _part(self, call: int, key: int, unit: int, role: str, swift: float) -> Life:
        """A department answers, works, waits, asks for time; and reports, the lead last."""
        promised = self._in(24 * self.dice.choice((1, 3, 5, 9, 20)) * max(swift, 0.2)) + timedelta(minutes=1)
        self._press(self._get(CallAssignment, key), "respond", unit, promised_due=promised)
        self._tell("call_assignment.respond", key, promised=promised)
        yield self._in(swift * 10)
        if self._chance(12):
            self._do(self._get(CallAssignment, key), "start", unit)
            yield self._in(swift * 10)
        if self._chance(12):
            self._ask(key, unit)
            yield self._in(swift * 10)
        if self._chance(12) and self._get(CallAssignment, key).promised_due > self.now:
            self._do_paused(key, unit)
            yield self._in(24 * self.dice.choice((1, 2, 9)) * swift)
            self._do(self._get(CallAssignment, key), "resume", unit)
        yield self._by(key)
        while role == "lead" and any(
            part.role.value != "lead" and part.state is not AssignmentState.resolved
            for part in current(self.session, self._get(Call, call))
        ):
            yield self._in(20 * swift)
        self._do(self._get(CallAssignment, key), "resolve", unit, result="演示")
        if role == "lead":
            self.expect(self._in(20 * swift), self._confirmed(call, key, unit, swift))

    def _by(self, key: int) -> datetime:
        """Most results come before their moment, some late, a few very late."""
        due: datetime = self._get(CallAssignment, key).promised_due
        left = max(due - self.now, timedelta(minutes=1))
        wait = left * self.dice.uniform(0.3, 0.95)
        if self._chance(14):
            wait = left + timedelta(days=self.dice.choice((0.2, 1, 3, 8)))
        return self.now + wait

    def _do_paused(self, key: int, unit: int) -> None:
        self._do(self._get(CallAssignment, key), "pause", unit, reason="演示")

    def _ask(self, key: int, unit: int) -> None:
        part = self._get(CallAssignment, key)
        if part.promised_due <= self.now:
            return
        asked = Extension(assignment_id=key, assignment=part, days=self.dice.randint(1, 5), reason="演示")
        set_origin(self.session, Origin(actor=self.actors[unit], at=self.now))
        with self.session.no_autoflush:
            prepare_extension(self.session, asked, self.actors[unit], self.now)
        self.session.add(asked)
        self.session.flush()
        ask_for_it(self.session, asked, self.actors[unit], self.now)
        self._tell("extension.ask", asked.id, part=key, days=asked.days)
        if self._chance(66):
            self.expect(self._in(6), self._answered(asked.id))

    def _answered(self, key: int) -> Life:
        asked, office = self._get(Extension, key), self.offices[Duty.county_office]
        if asked.state is ExtensionState.asked and office != asked.assignment.department_id:
            self._do(asked, "approve" if self._chance(60) else "refuse", office)
        yield from ()

    def _confirmed(self, key: int, part: int, unit: int, swift: float) -> Life:
        """The caller is content, or is not; then the sides rate each other, or keep silent."""
        call = self._get(Call, key)
        town = call.caller_unit_id
        if call.reopened < 2 and self._chance(7):
            self._do(call, "not_solved", town)
            yield self._by(part)
            self._do(self._get(CallAssignment, part), "resolve", unit, result="演示")
            self.expect(self._in(20 * swift), self._confirmed(key, part, unit, swift))
            return
        self._press(call, "confirm", town)
        of_call = select(MutualRating).where(MutualRating.call_id == key).order_by(MutualRating.id)
        owed = [(one.id, one.rater_unit_id, one.ratee_unit_id) for one in self.session.scalars(of_call)]
        self._tell("call.confirm", key, owed=owed)
        for rating, rater, _ in owed:
            if self._chance(25):
                yield self._in(16)
                if self._get(Call, key).state is CallState.resolved:
                    self._do(self._get(MutualRating, rating), "rate", rater, level="satisfied")

    def _disputed(self, key: int, part: int, unit: int) -> Life:
        """Rejected, forwarded, negotiated; agreed on and filed, or escalated by the clock; carried out, or not."""
        self._do(self._get(CallAssignment, part), "reject", unit, reason="演示", no_item_covers=True)
        town = self._get(Call, key).caller_unit_id
        yield self._in(20)
        self._press(self._get(Call, key), "forward", town)
        case = latest_case(self.session, key)
        assert case is not None
        key, office = case.id, self.offices[Duty.supervision_office]
        self._tell("call.forward", key, parties=[town, unit])
        yield self._in(20)
        self._do(self._get(CoordinationCase, key), "notify_parties", office)
        yield self._in(24 * self.dice.choice((3, 6, 25)))
        if self._get(CoordinationCase, key).state is not CaseState.negotiating:
            return
        self._do(self._get(CoordinationCase, key), "agree", town, agreement="演示")
        yield self._in(24 * self.dice.choice((1, 4, 9)))
        self._do(self._get(CoordinationCase, key), "file", self.offices[Duty.editorial_office], filing_number="1")
        yield self._in(24 * self.dice.choice((2, 18)))
        self._do(self._get(CoordinationCase, key), "order_execution", office)
        yield self._in(24 * self.dice.choice((8, 40)))
        self._do(self._get(CoordinationCase, key), "executed", office)

    def _supervised(self, key: int) -> Life:
        """A clock's order is acknowledged and replied to, soon, late, or very late; and verified, or sent back."""
        office, unit = self.offices[Duty.supervision_office], self._get(SupervisionOrder, key).unit_id
        self._tell("supervision_order.found", key, part=self._get(SupervisionOrder, key).assignment_id)
        yield self._in(12)
        if self._chance(60):
            self._do(self._get(SupervisionOrder, key), "acknowledge", unit)
        while self._get(SupervisionOrder, key).state is not OrderState.verified:
            yield self._in(24 * self.dice.choice((1, 2, 5, 14)))
            self._do(self._get(SupervisionOrder, key), "reply", unit, reply="演示")
            yield self._in(20)
            self._do(self._get(SupervisionOrder, key), "send_back" if self._chance(15) else "verify", office)
        yield self._in(20)
        self._do(self._get(SupervisionOrder, key), "close", office)


def working_hours(day: date, dice: random.Random) -> datetime:
    """A moment of that day in China, most of them by day."""
    hours = dice.uniform(8.5, 17.5) if dice.random() < 0.9 else dice.uniform(0, 24)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours - 8)
