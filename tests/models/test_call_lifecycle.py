"""Whatever people press, in whatever order, the recorder tells the whole story and no timer outlives its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from models.actor import Actor
from models.calls import ENDED, AssignmentRole, AssignmentState, Call, CallAssignment, CallState
from models.coordination import CoordinationCase
from models.ledger import Promise, PromiseState
from models.organisation import Duty
from models.recorder import RecorderEntry, verify
from models.workflow import Refused
from tests.make import CALL_PATHS, NOW, WORKFLOWS, Make
from tests.models.look import entries

QUICK = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # a story of the database's is shrunk in minutes, not in seconds
    suppress_health_check=list(HealthCheck),
)
BEGINNINGS = [state for state in reversed(CALL_PATHS) if state not in ENDED]
SETTLED = (AssignmentState.resolved, AssignmentState.upheld, AssignmentState.reassigned, AssignmentState.rejected)


class CallLife(RuleBasedStateMachine):
    """One call, everyone who may have to do with it, and a stranger."""

    make: Make
    call: Call
    people: list[Actor]
    strangers: list[Actor]

    @initialize(state=st.sampled_from(BEGINNINGS))
    def begin(self, state):
        make, self.session, self.now = self.make, self.make.session, NOW
        self.units = [make.department() for _ in range(3)]
        lead, helper, _ = self.units
        self.call = make.call(make.township(), lead=lead, cooperating=[helper], state=state)
        offices = (Duty.county_office, Duty.supervision_office, Duty.editorial_office)
        units = (self.call.caller_unit, *self.units, *map(make.office, offices))
        self.people = [make.actor(unit) for unit in units]
        self.strangers = [make.actor(make.township()), make.actor(make.office(Duty.leadership))]

    def _entries(self) -> int:
        return self.session.scalar(select(func.count(RecorderEntry.id)))

    def subjects(self) -> list[Call | CallAssignment | CoordinationCase]:
        of_call = [
            select(model).where(model.call_id == self.call.id).order_by(model.id)
            for model in (CallAssignment, CoordinationCase)
        ]
        return [self.call, *(row for query in of_call for row in self.session.scalars(query))]

    @rule(data=st.data(), hours=st.integers(0, 60))
    def press_what_is_offered(self, data, hours):
        """A button that somebody is shown, some time later. Guards may still refuse it."""
        self.now += timedelta(hours=hours)
        buttons = [
            (subject, transition.name, actor)
            for subject in reversed(self.subjects())  # what came last is pressed most
            for actor in self.people
            for transition in WORKFLOWS[type(subject)].open_to(subject, actor)
            if transition.name != "withdraw"  # it would end most stories at their beginning
        ]
        if buttons:
            index = data.draw(st.integers(0, len(buttons) - 1), label="button")
            self.press(*buttons[index], data)

    @rule(data=st.data())
    def press_anything(self, data):
        """Any move, by anybody, at any time."""
        subjects = self.subjects()
        subject = subjects[data.draw(st.integers(0, len(subjects) - 1), label="subject")]
        name = data.draw(st.sampled_from(sorted(WORKFLOWS[type(subject)].transitions)), label="move")
        everyone = self.people + self.strangers
        actor = everyone[data.draw(st.integers(0, len(everyone) - 1), label="actor")]
        assert not self.press(subject, name, actor, data) or actor not in self.strangers, "a stranger moved it"

    def press(self, subject, name, actor, data) -> bool:
        answers = self.answers(subject, name, data)
        before, count = subject.state, self._entries()
        try:
            WORKFLOWS[type(subject)].move(
                self.session, subject, name, actor=actor, now=self.now, answers=answers, note="because"
            )
        except Refused:
            self.session.rollback()
            assert (subject.state, self._entries()) == (before, count), "a refusal changes nothing"
            return False
        self.session.commit()
        last = entries(self.session, subject)[-1]
        moved = last.before.get("state", before), last.after.get("state", before)  # a nudge leaves all as it is
        assert (last.action, *moved) == (name, before, subject.state)
        assert before not in ENDED or not isinstance(subject, Call), "an ended call moved"
        return True

    def answers(self, subject, name, data):
        units = st.integers(0, 2).map(lambda n: self.units[n])
        match name:
            case "dispatch":
                lead = data.draw(units, label="lead")
                helpers = data.draw(st.sets(st.integers(0, 2), max_size=2), label="helpers")
                return {"lead_department_id": lead, "cooperating_department_ids": [self.units[n] for n in helpers]}
            case "respond":
                return {"promised_due": self.now + timedelta(hours=data.draw(st.integers(-1, 99), label="hours"))}
            case "resolve":
                return {"result": "Done."}
            case "reject":
                unit = data.draw(st.none() | units, label="named")
                return {"reason": "Not ours.", "no_item_covers": True, "proposed_unit_id": unit}
            case "reassign":
                asked = {part.department for part in self.make.assignments(subject.call)}
                free = [unit for unit in self.units if unit not in asked] or [self.make.department()]
                return {"department_id": free[0]}
            case "agree" | "issue_opinion":
                holder = data.draw(units, label="holder")
                return {"agreement": "x", "opinion": "x", "responsible_unit_id": holder}
            case "file":
                return {"filing_number": "1"}
        files = [self.make.file(self.units[0])] if name == "attach" else []
        return {"reason": "A drawing.", "ruled_unit_id": self.units[0], "ruling": "It is theirs.", "file_ids": files}

    @invariant()
    def a_round_has_one_lead(self):
        leads = select(CallAssignment.round, func.count()).where(
            CallAssignment.call_id == self.call.id,
            CallAssignment.role == AssignmentRole.lead,
            CallAssignment.state != AssignmentState.reassigned,
        )
        found = dict(self.session.execute(leads.group_by(CallAssignment.round)).all())
        assert found == dict.fromkeys(range(1, self.call.rounds + 1), 1)

    @invariant()
    def no_timer_outlives_its_reason(self):
        planned = select(Promise.subject_type, Promise.subject_id).where(Promise.state == PromiseState.planned)
        waiting = set(map(tuple, self.session.execute(planned)))
        for subject in self.subjects():
            ended = isinstance(subject, CallAssignment) and subject.state in SETTLED
            if ended or subject.state in ("closed", "withdrawn"):
                assert (subject.__tablename__, subject.id) not in waiting
        under_way = (CallState.dispatched, CallState.in_progress)  # whether it is solved in time
        watched = (CallState.submitted, *under_way, CallState.resolved)  # accepted; solved; rated
        assert ("call", self.call.id) not in waiting or self.call.state in watched

    @precondition(lambda self: self.call.state in (CallState.resolved, CallState.awaiting_confirmation))
    @invariant()
    def what_is_finished_is_finished_by_all(self):
        states = {part.state for part in self.make.assignments(self.call)}
        assert states <= set(SETTLED) - {AssignmentState.rejected}
        assert AssignmentState.resolved in states

    @precondition(lambda self: self.call.state is CallState.rejected)
    @invariant()
    def what_is_rejected_is_rejected_by_all(self):
        assert all(part.state in SETTLED for part in self.make.assignments(self.call))

    def teardown(self):
        """The recorder replays to the present, and has not been touched."""
        for subject in self.subjects():
            first, *moves = entries(self.session, subject)
            state = first.after["state"]
            for entry in moves:
                assert entry.before.get("state", state) == state
                state = entry.after.get("state", state)
            assert state == subject.state
        assert verify(self.session) == []


@pytest.mark.long
def test_whatever_people_press(make):
    make.county()
    CallLife.make = make
    run_state_machine_as_test(CallLife, settings=QUICK)
