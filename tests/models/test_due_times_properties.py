"""Whatever happens to a call, its due times are those that its history gives, and the ledger waits for just those."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from models.calendar import Clock, LimitUnit
from models.calls import AssignmentRole, AssignmentState, Call, CallAssignment, CallState
from models.coordination import CaseState, CoordinationCase
from models.ledger import Job, Promise, PromiseState
from models.organisation import Duty
from models.queries.calendar import DEFAULT_WINDOWS, limits_of
from models.recorder import Origin, RecorderEntry, set_origin
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.deadlines import WorkingCalendar
from models.rules.due_times import KINDS, outcome, running
from models.rules.ladder import OVER
from models.segments import Extension, ExtensionState
from models.words import CallScope
from models.workflow import Refused
from tests.make import LIMITS, NOW, WORKFLOWS, Make

STORIES = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # a story of the database's is shrunk in minutes, not in seconds
    suppress_health_check=list(HealthCheck),
)
BEGINNINGS = [CallState.in_progress, CallState.dispatched, CallState.draft, CallState.forwarded]
LEFT_OUT = ("withdraw", "attach", "nudge", "start", "return_for_correction")
"""What ends a story at its beginning, or moves no due time."""

WATCHED = {
    ("call", "accept_due"): (Job.accept_watch, {CallState.submitted}),
    ("call", "rate_due"): (Job.rating_watch, {CallState.resolved}),
    ("call_assignment", "respond_due"): (Job.respond_remind, {AssignmentState.pending}),
    ("call_assignment", "promised_due"): (Job.promise_remind, {AssignmentState.responded, AssignmentState.working}),
    ("coordination_case", "negotiation_due"): (Job.case_escalate, {CaseState.negotiating}),
    ("coordination_case", "filing_due"): (Job.case_filing_remind, {CaseState.filing_review}),
}
SINGLE = {Job.extension_watch}
"""The clocks that look once, and so in their first step."""


class History:
    """Due times from the recorder's entries alone: which moves were made, when, and what was promised or granted."""

    def __init__(self, entries: list[RecorderEntry], scope: CallScope) -> None:
        self.calendar, self.scope = WorkingCalendar(DEFAULT_WINDOWS), scope
        self.day_and_night = scope is CallScope.emergency
        self.due: dict[tuple[str, int, str], datetime | None] = {}
        self.paused: dict[int, datetime] = {}
        self.leads: dict[int, bool] = {}
        self.asked: dict[int, tuple[int, int]] = {}
        for entry in entries:
            if entry.subject_type == "call_assignment" and "role" in entry.after:
                self.leads[entry.subject_id] = entry.after["role"] == AssignmentRole.lead
            tell = getattr(self, f"{entry.subject_type}_{entry.action}", None)
            if tell is not None:
                tell(entry)

    def limit(self, entry: RecorderEntry, column: str, clock: Clock) -> None:
        of_call = clock in (Clock.accept, Clock.respond, Clock.resolve)
        amount, unit = LIMITS[clock, self.scope if of_call else None]
        self.due[entry.subject_type, entry.subject_id, column] = self.calendar.add(entry.at, amount, unit).at

    def call_send(self, entry):
        self.limit(entry, "accept_due", Clock.accept)

    def call_dispatch(self, entry):
        self.limit(entry, "resolve_due", Clock.resolve)

    call_not_solved = call_ruled = call_dispatch

    def call_confirm(self, entry):
        self.limit(entry, "rate_due", Clock.rate)

    def call_assignment_create(self, entry):
        self.limit(entry, "respond_due", Clock.respond)

    call_assignment_bind = call_assignment_create

    def call_assignment_respond(self, entry):
        said = datetime.fromisoformat(entry.after["promised_due"])
        self.due["call_assignment", entry.subject_id, "promised_due"] = said

    def call_assignment_reopen(self, entry):
        self.limit(entry, "promised_due", Clock.resolve)

    def call_assignment_pause(self, entry):
        self.paused[entry.subject_id] = entry.at

    def call_assignment_resume(self, entry):
        unit = LimitUnit.minute if self.day_and_night else LimitUnit.working_hour
        since = self.paused.pop(entry.subject_id)
        self.move(entry, entry.subject_id, lambda due: self.calendar.rested(due, since, entry.at, unit).at)

    def extension_create(self, entry):
        self.asked[entry.subject_id] = entry.after["assignment_id"], entry.after["days"]

    def extension_approve(self, entry):
        part, days = self.asked[entry.subject_id]
        unit = LimitUnit.day if self.day_and_night else LimitUnit.working_day
        self.move(entry, part, lambda due: self.calendar.add(due, days, unit).at)

    def move(self, entry, part, change):
        """What moves a promise moves the whole call with it, if it is the lead's."""
        keys = [("call_assignment", part, "promised_due")]
        keys += [("call", entry.call_id, "resolve_due")] if self.leads[part] else []
        for key in keys:
            self.due[key] = change(self.due[key])

    def coordination_case_notify_parties(self, entry):
        self.limit(entry, "negotiation_due", Clock.negotiate)

    def coordination_case_send_back(self, entry):
        self.limit(entry, "negotiation_due", Clock.negotiate)
        self.due["coordination_case", entry.subject_id, "filing_due"] = None

    def coordination_case_agree(self, entry):
        self.limit(entry, "filing_due", Clock.file)

    def coordination_case_disagree(self, entry):
        self.limit(entry, "coordination_due", Clock.coordinate)

    def coordination_case_file(self, entry):
        self.limit(entry, "execution_due", Clock.execute)

    coordination_case_issue_opinion = coordination_case_order_execution = coordination_case_file


class LivingCall(RuleBasedStateMachine):
    """One call, with all that its clocks may go through, at any hour of any day."""

    make: Make

    @initialize(state=st.sampled_from(BEGINNINGS), scope=st.sampled_from(CallScope), helped=st.booleans())
    def begin(self, state, scope, helped):
        make, self.session, self.now = self.make, self.make.session, NOW
        set_origin(self.session, Origin(at=NOW))
        self.units = [make.department() for _ in range(3)]
        self.helpers = self.units[1:2] if helped else []
        self.call = make.call(lead=self.units[0], cooperating=self.helpers, state=state, scope=scope)
        duties = (Duty.county_office, Duty.supervision_office, Duty.editorial_office)
        self.people = [make.actor(unit) for unit in (self.call.caller_unit, *self.units, *map(make.office, duties))]

    def rows(self):
        of_call = (
            select(model).where(model.call_id == self.call.id).order_by(model.id)
            for model in (CallAssignment, CoordinationCase, Extension)
        )
        return [self.call, *(row for query in of_call for row in self.session.scalars(query))]

    @rule(minutes=st.integers(0, 4 * 24 * 60), data=st.data())
    def press(self, minutes, data):
        """A button that somebody is shown, some time later."""
        self.later(minutes)
        buttons = [
            (row, transition.name, actor)
            for row in reversed(self.rows())
            for actor in self.people
            for transition in WORKFLOWS[type(row)].open_to(row, actor)
            if transition.name not in LEFT_OUT
        ]
        if buttons:
            row, name, actor = buttons[data.draw(st.integers(0, len(buttons) - 1), label="button")]
            answers = self.answers(row, name, data)
            self.attempt(WORKFLOWS[type(row)].move, row, name, actor=actor, now=self.now, answers=answers)

    @rule(hours=st.integers(0, 30), days=st.integers(1, 20), data=st.data())
    def ask_for_more_time(self, hours, days, data):
        self.later(hours * 60)
        parts = [row for row in self.rows() if isinstance(row, CallAssignment) and row.promised_due is not None]
        if parts:
            part = parts[data.draw(st.integers(0, len(parts) - 1), label="part")]
            try:
                self.make.extension(part, days=days, at=self.now)
            except Refused:
                self.session.rollback()

    @rule(minutes=st.integers(0, 600))
    def say_that_it_is_not_solved(self, minutes):
        """Whoever is at work reports a result, and the caller sends it back."""
        self.later(minutes)
        whose = self.make.whose
        for part in reversed(self.make.assignments(self.call)):
            if part.state in (AssignmentState.responded, AssignmentState.working):
                self.attempt(ASSIGNMENT.move, part, "resolve", actor=whose(part, "resolve"), now=self.now,
                             answers={"result": "Done."})  # fmt: skip
        self.attempt(CALL.move, self.call, "not_solved", actor=whose(self.call, "not_solved"), now=self.now)

    def later(self, minutes):
        self.now += timedelta(minutes=minutes)
        set_origin(self.session, Origin(at=self.now))

    def attempt(self, move, *args, **kwargs):
        try:
            move(self.session, *args, **kwargs)
        except Refused:
            self.session.rollback()
        else:
            self.session.commit()

    def teardown(self):
        self.session.rollback()  # of a story that failed in the middle

    def answers(self, row, name, data):
        match name:
            case "dispatch":
                return {"lead_department_id": self.units[0], "cooperating_department_ids": self.helpers}
            case "respond":
                return {
                    "promised_due": self.now + timedelta(minutes=data.draw(st.integers(1, 20_000), label="promise"))
                }
            case "reject":
                return {"reason": "Not ours.", "no_item_covers": True}
            case "reassign":
                asked = {part.department for part in self.make.assignments(row.call)}
                return {"department_id": next((unit for unit in self.units if unit not in asked), self.units[0])}
        return {
            "reason": "A drawing.", "result": "Done.", "ruled_unit_id": self.units[2], "ruling": "It is theirs.",
            "agreement": "x", "opinion": "x", "responsible_unit_id": self.units[0], "filing_number": "1",
            "level": "satisfied",
        }  # fmt: skip

    @invariant()
    def the_due_times_are_those_of_the_history(self):
        of_call = select(RecorderEntry).where(RecorderEntry.call_id == self.call.id).order_by(RecorderEntry.id)
        self.session.expire_all()
        told = History(list(self.session.scalars(of_call)), self.call.scope)
        rows = {(row.__tablename__, row.id): row for row in self.rows()}
        for (table, key, column), due in told.due.items():
            row = rows[table, key]
            if column != "accept_due" or row.state is not CallState.returned:
                assert getattr(row, column) == due, (table, column, row.state)

    @invariant()
    def the_ledger_waits_for_just_those(self):
        planned = select(Promise).where(Promise.state == PromiseState.planned)
        waiting = {
            (one.subject_type, one.subject_id, one.job): one.due_at
            for one in self.session.scalars(planned)
            if one.step == (1 if one.job in SINGLE else OVER)
        }
        for row in self.rows():
            for (table, column), (job, states) in WATCHED.items():
                if table == row.__tablename__:
                    runs = row.state in states
                    assert waiting.get((table, row.id, job)) == (getattr(row, column) if runs else None), (
                        table,
                        column,
                    )
            if isinstance(row, Extension):
                asked = row.answer_due if row.state is ExtensionState.asked else None
                assert waiting.get(("extension", row.id, Job.extension_watch)) == asked

    @invariant()
    def what_counts_anew_counts_the_same(self):
        region = self.call.region_id
        limits = limits_of(self.session, region)
        for kind in KINDS:
            of_call = (kind.model.id if kind.model is Call else kind.model.call_id) == self.call.id
            for clock in running(self.session, kind, region, self.now, of_call):
                assert outcome(self.session, clock, limits).at == clock.stored, (kind.model, kind.due)


@pytest.mark.long
def test_whatever_happens_recomputed_from_history_a_due_time_is_the_stored_one(make):
    make.county()
    LivingCall.make = make
    run_state_machine_as_test(LivingCall, settings=STORIES)
