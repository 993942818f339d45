"""A coordination case without a call: opened, negotiated, settled and carried out like any other (TA-16)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.runner import PARTS
from models.case_papers import CaseDocument, OfflineStep, OfflineStepUnit
from models.coordination import CaseParty, CaseState, CoordinationCase, Side
from models.door import act_for
from models.ledger import Job
from models.notices import Outbox
from models.organisation import Duty
from models.queries.performance import performance
from models.recorder import RecorderEntry
from models.rules.opening import prepare_case
from models.supervision import Reminder
from models.workflow import Refused
from tests.make import CASE_PATHS, NOW, SOON
from tests.models.look import china, last_message, timers, told

C = CaseState


def opened(session, make, by=None, others=(), **columns):
    case = CoordinationCase(title="Who clears the ditch?", **{"description": "Nobody does."} | columns)
    case.other_parties.extend(others)
    with session.no_autoflush:
        prepare_case(session, case, make.actor(by or make.township()), NOW)
    session.add(case)
    session.commit()
    return case


@pytest.mark.requirement("TA-16")
def test_a_case_starts_without_a_call_and_names_its_parties(session, make):
    town, water, roads = make.township(), make.department(), make.department()
    case = opened(session, make, town, [water, roads], list_item=(item := make.item(category="water")))
    assert (case.state, case.call, case.opened_by, case.category) == (C.opened, None, town, "water")
    assert (case.supervision_unit, case.forwarded_at) == (make.office(Duty.supervision_office), NOW)
    assert case.number.endswith("-2026-X0001")
    parties = select(CaseParty).where(CaseParty.case_id == case.id)
    sides = {(party.unit_id, party.side) for party in session.scalars(parties)}
    assert sides == {(town.id, Side.opener), (water.id, Side.other), (roads.id, Side.other)}
    assert performance(session, item, NOW).cases == 1


@pytest.mark.requirement("TA-16")
def test_the_supervision_office_hears_of_it(session, make):
    since = last_message(session)
    make.free_case()
    assert told(session, since).keys() == {make.office(Duty.supervision_office).name}


def test_a_duty_is_disputed_with_somebody_else(session, make):
    town = make.township()
    for others in ([], [town]):
        with pytest.raises(Refused, match="at least one other unit") as refused:
            opened(session, make, town, others)
        assert refused.value.field == "other_parties"


def test_a_free_matter_is_told_in_words(session, make):
    with pytest.raises(Refused, match="Say what is disputed") as refused:
        opened(session, make, others=[make.department()], description="")
    assert refused.value.field == "description"


def test_an_open_case_is_not_rewritten(session, make):
    case = make.free_case()
    with pytest.raises(Refused, match="not rewritten"):
        prepare_case(session, case, make.actor(case.opened_by), NOW)


@pytest.mark.requirement("TA-16")
@pytest.mark.parametrize("state", CASE_PATHS)
def test_it_moves_as_any_other_case(session, make, state):
    case = make.free_case(state=state)
    assert case.state is state
    entries = select(RecorderEntry).where(RecorderEntry.subject_type == "coordination_case")
    assert {entry.call_id for entry in session.scalars(entries)} == {None}


def test_a_settled_one_is_not_dispatched_again(session, make):
    case = make.free_case(state=C.coordinating)
    since = last_message(session)
    make.press(
        case, "issue_opinion", opinion="Theirs.", responsible_unit_id=case.other_parties[1], legal_basis="第三条"
    )
    assert case.legal_basis == "第三条"
    assert make.office(Duty.county_office).name not in told(session, since)


def test_who_leads_in_its_item_does_not_supervise_it(make):
    lead = make.office(Duty.supervision_office)
    case = make.free_case(state=C.decided, item=make.item(lead))
    with pytest.raises(Refused, match="does not supervise"):
        make.press(case, "order_execution")


def test_its_opener_withdraws_it(session, make):
    case = make.free_case(state=C.negotiating)
    since = last_message(session)
    make.press(case, "withdraw", at=SOON, note="Settled on site.")
    assert (case.state, case.closed_at, timers(session, case)) == (C.withdrawn, SOON, [])
    assert told(session, since).keys() == {
        case.other_parties[1].name, make.office(Duty.supervision_office).name}  # fmt: skip


@pytest.mark.requirement("TC-44")
def test_its_clocks_run_without_a_call(session, make):
    talking, waiting = make.free_case(state=C.negotiating), make.free_case(state=C.filing_review)
    settled = make.free_case(state=C.supervising)
    nobody = make.free_case(state=C.negotiating)
    make.press(nobody, "agree", agreement="All do their part.")
    make.press(nobody, "file", filing_number="1")
    make.press(nobody, "order_execution")
    since = last_message(session)
    for job in (Job.case_escalate, Job.case_filing_remind, Job.case_execution_watch):
        PARTS[job](session, china("12-31 17:30"))
    session.expire_all()
    assert talking.state is C.coordinating
    assert (waiting.state, settled.supervision_level, nobody.supervision_level) == (C.filing_review, 1, 1)
    heard = set(session.scalars(select(Outbox.unit_id).where(Outbox.id > since, Outbox.subject_id == nobody.id)))
    assert {unit.id for unit in nobody.other_parties} <= heard, "without a duty holder, all who disputed it are pressed"
    assert session.scalars(select(Reminder)).all() == []


@pytest.mark.requirement("TA-16")
def test_its_parties_and_offices_see_it_and_nobody_else(session, make):
    case = make.free_case()
    make.offline_step(case)
    make.case_document(case)
    session.commit()
    seeing = [*case.other_parties, make.office(Duty.supervision_office), make.office(Duty.editorial_office)]
    for unit in (*seeing, make.township(), make.department(), make.office(Duty.supervision_office, make.county())):
        with Session(session.get_bind(), join_transaction_mode="create_savepoint") as theirs:
            act_for(theirs, make.actor(unit))
            for model in (CoordinationCase, CaseParty, OfflineStep, OfflineStepUnit, CaseDocument):
                assert bool(theirs.scalars(select(model)).all()) is (unit in seeing), (unit, model)
