"""The second refusal of a call is ruled on, binding; a sentence for each rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.calls import AssignmentRole, AssignmentState, CallState
from models.notices import Outbox
from models.organisation import Duty, Unit
from models.queries.desk import piles
from models.queries.performance import performance
from models.rules.assignments import ASSIGNMENT, fitting
from models.rules.rulings import may_be_held
from models.workflow import Refused
from tests.make import NOW, SOON
from tests.models.look import entries, last_message, timers, told

A, S = AssignmentState, CallState
NOT_OURS = {"reason": "Not ours.", "no_item_covers": True}
RULING = {"ruling": "The water is theirs."}


@pytest.fixture
def twice(make):
    """A call that was refused, given to another, and refused again: (call, who refused first, who refused then)."""
    first, second = make.department(), make.department()
    call = make.call(lead=first, cooperating=[make.department()], state=S.dispatched)
    part = make.assignments(call)[0]
    make.press(part, "reject", **NOT_OURS)
    make.press(part, "reassign", department_id=second)
    new = next(part for part in make.assignments(call) if part.department is second)
    make.press(new, "reject", **NOT_OURS)
    return call, part, new


@pytest.mark.requirement("TC-40")
def test_who_is_held_responsible_answers_and_cannot_reject_again(session, make, twice):
    call, _first, second = twice
    since = last_message(session)
    make.press(second, "rule", ruled_unit_id=second.department, at=SOON, **RULING)
    assert (second.state, second.ruling, second.ruled_at) == (A.pending, "The water is theirs.", SOON)
    assert (second.role, second.dispatched_at, second.responded_at) == (AssignmentRole.lead, SOON, None)
    assert [job for job, _ in timers(session, second)] == ["respond_remind"] * 2
    assert told(session, since).keys() == {second.department.name, call.caller_unit.name}
    with pytest.raises(Refused, match="ruled that this is your duty") as refused:
        make.press(second, "reject", **NOT_OURS)
    assert refused.value.details == {"ruling": "The water is theirs."}
    of_theirs = {move.name for move in ASSIGNMENT.open_to(second, make.actor(second.department))}
    assert of_theirs == {"respond", "attach"}, "what is refused is not offered"
    make.press(second, "respond", promised_due=SOON)
    assert [entry.action for entry in entries(session, second)][-3:] == ["rule", "bind", "respond"]


@pytest.mark.requirement("TA-29", "TC-40")
def test_who_is_late_with_the_refusal_and_again_with_the_answer_is_told_of_twice(session, make):
    call = make.call(cooperating=[make.department()], state=S.dispatched)
    part, other_unit = make.assignments(call)[0], make.department()
    late = part.respond_due + timedelta(days=1)
    make.press(part, "reject", at=late, **NOT_OURS)
    make.press(part, "reassign", at=late, department_id=other_unit)
    other = next(one for one in make.assignments(call) if one.department is other_unit)
    make.press(other, "reject", at=late, **NOT_OURS)
    make.press(other, "rule", at=late, ruled_unit_id=part.department, **RULING)
    late = part.respond_due + timedelta(days=1)
    make.press(part, "respond", at=late, promised_due=late + timedelta(days=9))
    supervision = make.office(Duty.supervision_office)
    said = select(Outbox.message).where(Outbox.subject_id == part.id, Outbox.unit_id == supervision.id)
    assert [message.startswith("%(unit)s answered") for message in session.scalars(said)].count(True) == 2


@pytest.mark.requirement("TC-40")
def test_the_one_who_is_held_responsible_climbs_the_ladder_of_the_county(session, make, twice):
    make.ladder()
    *_, second = twice
    make.press(second, "rule", ruled_unit_id=second.department, **RULING)
    assert [job for job, _ in timers(session, second)] == ["respond_remind"] * 5


def test_who_refused_first_may_be_the_one(make, twice):
    _call, first, second = twice
    make.press(second, "rule", ruled_unit_id=first.department, at=SOON, **RULING)
    assert (first.state, second.state) == (A.pending, A.reassigned)
    assert (first.ruling, first.ruled_at, first.ruled_unit) == ("The water is theirs.", SOON, first.department)
    assert first.rejected_reason == "Not ours."
    with pytest.raises(Refused, match="ruled that this is your duty"):
        make.press(first, "reject", **NOT_OURS)


def test_a_third_unit_may_be_the_one_and_gets_a_part(make, twice):
    call, _, second = twice
    third = make.department()
    make.press(second, "rule", ruled_unit_id=third, **RULING)
    lead = next(part for part in make.assignments(call) if part.department is third)
    assert (lead.department, lead.state, lead.role) == (third, A.pending, AssignmentRole.lead)
    with pytest.raises(Refused, match="ruled that this is your duty"):
        make.press(lead, "reject", **NOT_OURS)


def test_a_first_refusal_is_not_ruled_on(make):
    part = make.assignment(state=A.rejected)
    with pytest.raises(Refused, match="first refusal of the call"):
        make.press(part, "rule", ruled_unit_id=part.department, **RULING)


def test_two_who_refuse_the_same_dispatch_have_refused_once(make):
    call = make.call(cooperating=[make.department(), make.department()], state=S.dispatched)
    for part in make.assignments(call)[:2]:
        make.press(part, "reject", **NOT_OURS)
    with pytest.raises(Refused, match="first refusal of the call"):
        make.press(part, "rule", ruled_unit_id=part.department, **RULING)


@pytest.mark.requirement("TC-40")
def test_in_the_next_round_a_ruling_sets_a_rejected_call_going(session, make):
    call, holder = make.agreed_case().call, make.department()
    make.press(call, "dispatch", lead_department_id=holder)
    part = make.assignments(call)[0]
    make.press(part, "reject", **NOT_OURS)
    assert call.state is S.rejected
    office = make.actor(make.office(Duty.county_office))
    titles = {pile.title for pile in piles(office, SOON.date()) if session.scalars(pile.query).all()}
    assert "Rule on the second refusal of a call" in titles
    make.press(part, "rule", ruled_unit_id=holder, at=SOON, **RULING)
    assert (call.state, part.state, call.rounds) == (S.dispatched, A.pending, 2)
    assert call.resolve_due > SOON
    make.press(part, "respond", promised_due=call.resolve_due, at=SOON)
    assert call.state is S.in_progress


def test_what_was_forwarded_is_the_cases_and_not_ruled_on(make):
    case = make.agreed_case()
    make.press(case.call, "dispatch", lead_department_id=make.department())
    part = make.assignments(case.call)[0]
    make.press(part, "reject", **NOT_OURS)
    make.press(case.call, "forward")
    with pytest.raises(Refused, match="This round of the call is over"):
        make.press(part, "rule", ruled_unit_id=part.department, **RULING)
    assert list(ASSIGNMENT.open_to(part, make.actor(make.office(Duty.county_office)))) == []


@pytest.mark.requirement("TC-44", "TC-46")
@pytest.mark.parametrize("state", ["filed", "decided", "supervising", "closed"])
def test_whom_a_settled_case_names_cannot_reject_the_call_again(make, state):
    case = make.case(state=state, holder=(holder := make.department()))
    make.press(case.call, "dispatch", lead_department_id=holder)
    part = make.assignments(case.call)[0]
    with pytest.raises(Refused, match="made this your duty") as refused:
        make.press(part, "reject", **NOT_OURS)
    assert refused.value.details == {"case": str(case)}
    assert {move.name for move in ASSIGNMENT.open_to(part, make.actor(holder))} == {"respond", "attach"}
    make.press(part, "respond", promised_due=SOON)
    assert case.call.state is S.in_progress


@pytest.mark.requirement("TC-40", "TC-46")
def test_who_watches_a_settled_case_hears_of_a_rejection_by_whom_it_does_not_name(session, make):
    case, helper = make.case(state="decided", holder=(holder := make.department())), make.department()
    make.press(case.call, "dispatch", lead_department_id=holder, cooperating_department_ids=[helper])
    part = next(part for part in make.assignments(case.call) if part.department is helper)
    since = last_message(session)
    make.press(part, "reject", **NOT_OURS)
    offices = {make.office(duty).name for duty in (Duty.county_office, Duty.supervision_office)}
    assert told(session, since).keys() == {case.call.caller_unit.name} | offices


def test_who_is_at_work_on_the_call_is_not_named(make, twice):
    call, _, second = twice
    helper = next(part for part in make.assignments(call) if part.state is A.pending)
    with pytest.raises(Refused, match="at work on this call already") as refused:
        make.press(second, "rule", ruled_unit_id=helper.department, **RULING)
    assert refused.value.field == "ruled_unit_id"


def test_a_ruling_may_name_whom_a_call_may_be_dispatched_to(session, make, twice):
    call, first, second = twice
    office = make.actor(make.office(Duty.county_office))
    units = set(session.scalars(select(Unit).where(may_be_held(second, office))))
    assert {first.department, second.department} <= units
    assert call.caller_unit not in units


# Citing


@pytest.fixture
def cited(make):
    lead, helper = make.department(), make.department()
    return make.assignment(cooperating=[make.department()]), make.item(lead, cooperating=[helper]), lead, helper


def reject(session, make, part, **said):
    who = make.actor(part.department, "department_head")
    answers = {"reason": "x", **said}
    ASSIGNMENT.move(session, part, "reject", actor=who, now=NOW, answers=answers, on_page=True)
    session.commit()


@pytest.mark.requirement("TC-40")
def test_a_page_insists_on_the_clause_of_the_item_that_is_cited(session, make, cited):
    part, item, lead, _ = cited
    with pytest.raises(Refused, match="Cite the clause") as refused:
        reject(session, make, part, list_item_id=item, proposed_unit_id=lead)
    assert refused.value.field == "clause"
    reject(session, make, part, list_item_id=item, proposed_unit_id=lead, clause="第二款")
    assert (part.state, part.clause) == (A.rejected, "第二款")


def test_where_no_item_covers_it_there_is_no_clause_to_cite(session, make, cited):
    reject(session, make, cited[0], no_item_covers=True, proposed_unit_id=cited[2])
    assert cited[0].state is A.rejected


def test_the_item_of_the_call_that_stands_in_the_box_by_itself_is_not_cited(session, make):
    part = make.assignment(item=make.item(), cooperating=[make.department()])
    reject(
        session, make, part, no_item_covers=True, list_item_id=part.call.list_item, proposed_unit_id=make.department()
    )
    assert (part.state, part.cited_item, part.no_item_covers) == (A.rejected, None, True)


def test_a_page_insists_on_an_item_that_names_the_unit(session, make, cited):
    part, item, _, helper = cited
    with pytest.raises(Refused, match="does not name") as refused:
        reject(session, make, part, list_item_id=item, proposed_unit_id=make.department(), clause="1")
    assert refused.value.field == "list_item_id"
    reject(session, make, part, list_item_id=item, proposed_unit_id=helper, clause="1")


def test_a_program_may_leave_the_clause_out(make, cited):
    part, item, lead, _ = cited
    make.press(part, "reject", reason="x", list_item_id=item, proposed_unit_id=lead)
    assert (part.state, part.clause) == (A.rejected, "")


def test_items_that_fit_the_words_of_the_call_are_offered_first(session, make):
    river = make.item(title="河道违建 查处")
    part = make.assignment(title="河道里有违建", item=make.item(title="油烟"))
    assert fitting(part, make.actor(part.department))[0] == river.id


# Counting


@pytest.mark.requirement("TA-15")
def test_what_became_of_refusals_is_counted_for_the_item_they_cite(session, make):
    lead, county = make.department(), make.office(Duty.county_office)
    item = make.item(lead)
    citing = {"reason": "x", "list_item_id": item, "proposed_unit_id": lead}
    for then in ("uphold", "reassign", "rule", ""):
        call = make.call(cooperating=[make.department()], state=S.dispatched)
        part = make.assignments(call)[1]
        make.press(part, "reject", **citing)
        if then == "rule":
            make.press(part, "reassign", department_id=(other := make.department()))
            new = next(p for p in make.assignments(call) if p.department is other)
            make.press(new, "reject", **citing)
            make.press(new, "rule", ruled_unit_id=part.department, **RULING)
        elif then:
            make.press(part, then, make.actor(county), department_id=make.department())
    found = performance(session, item, NOW)
    assert (found.cited, found.upheld, found.overruled) == (5, 3, 1)


@pytest.mark.requirement("TC-40")
def test_a_ruling_is_offered_on_the_second_refusal_only(make, twice):
    office = make.actor(make.office(Duty.county_office))

    def offered(part):
        return "rule" in {move.name for move in ASSIGNMENT.open_to(part, office)}

    once = make.assignments(make.call(state=S.dispatched))[0]
    make.press(once, "reject", **NOT_OURS)
    assert (offered(once), offered(twice[2])) == (False, True)
