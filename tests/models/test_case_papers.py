"""What is added to a coordination case: parties, offline steps, documents, meetings; a sentence for each rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.case_papers import CaseDocument, OfflineKind, OfflineStep
from models.coordination import CaseParty, CaseState, Side
from models.meetings import JointMeeting, MeetingKind, MeetingMember
from models.organisation import Duty
from models.rights import grants
from models.roles import RoleName
from models.rules.case_papers import prepare_document, prepare_party, prepare_step, tell_party
from models.rules.meetings import MEETING, prepare_meeting, seat_parties
from models.workflow import NotYours, Refused
from tests.make import NOW, SOON
from tests.models.look import last_message, told

C = CaseState


@pytest.fixture
def case(make):
    return make.free_case(state=C.negotiating)


@pytest.fixture
def supervision(make):
    return make.actor(make.office(Duty.supervision_office))


def put(session, row, prepare, actor, now=NOW):
    with session.no_autoflush:
        prepare(session, row, actor, now)
    session.add(row)
    session.commit()
    return row


def named(model, case, **columns):
    return model(case=case, case_id=case.id, **columns)


# Parties


@pytest.mark.requirement("TC-42")
def test_the_supervision_office_adds_a_party_with_a_reason(session, make, case, supervision):
    roads, since = make.department(), last_message(session)
    party = named(CaseParty, case, unit=roads, unit_id=roads.id, reason="The ditch runs along the road.")
    put(session, party, prepare_party, supervision)
    tell_party(session, party, supervision, NOW)
    assert (party.side, party.region_id) == (Side.added, case.region_id)
    assert "runs along" not in told(session, since)[roads.name], "the reason is a detail of the message"
    assert told(session, since).keys() == {roads.name}


@pytest.mark.parametrize(
    ("what", "field", "why"),
    [("none", "reason", "Say why"), ("twice", "unit", "is a party already"), ("away", "unit", "of this county"),
     ("over", "case", "not over")],
)  # fmt: skip
def test_a_party_is_new_of_the_county_and_added_for_a_reason(session, make, case, supervision, what, field, why):
    unit = {"twice": case.opened_by, "away": make.department(make.county())}.get(what) or make.department()
    case = make.free_case(state=C.closed) if what == "over" else case
    party = named(CaseParty, case, unit=unit, unit_id=unit.id, reason="" if what == "none" else "x")
    with session.no_autoflush, pytest.raises(Refused, match=why) as refused:
        prepare_party(session, party, supervision, NOW)
    assert refused.value.field == field


# Offline steps


def step_of(case, *units, **columns):
    told_ = {"kind": OfflineKind.visit, "held_on": date(2026, 11, 23), "outcome": "Both saw the ditch."} | columns
    step = named(OfflineStep, case, **told_)
    step.units.extend(units)
    return step


@pytest.mark.requirement("TC-59")
def test_parties_and_offices_record_what_was_done_offline(session, make, case, supervision):
    town, other = case.other_parties
    assert {"visit", "meeting", "written_opinion"} < set(OfflineKind)
    for actor in (make.actor(town), make.actor(other), supervision, make.actor(make.office(Duty.editorial_office))):
        assert any(("can_add", "OfflineStep") in grants(RoleName(role)) for role in actor.roles)
        step = put(session, step_of(case, town, other), prepare_step, actor)
        assert (step.unit_id, step.recorded_at, list(step.units)) == (actor.unit_id, NOW, [town, other])
        assert {part.region_id for part in step.taking_part} == {case.region_id}


@pytest.mark.requirement("TC-59")
def test_a_recorded_step_is_never_changed(session, make, case):
    town = case.opened_by
    step = put(session, step_of(case, town), prepare_step, make.actor(town))
    with pytest.raises(Refused, match="is not changed"):
        prepare_step(session, step, make.actor(town), SOON)


@pytest.mark.parametrize(
    ("what", "field"), [("future", "held_on"), ("nobody", "units"), ("stranger", "case"), ("county office", "case")]
)
def test_a_step_has_happened_with_somebody_and_is_told_by_whom_it_concerns(session, make, case, what, field):
    who = {"stranger": make.department(), "county office": make.office(Duty.county_office)}.get(what, case.opened_by)
    units = [] if what == "nobody" else [case.opened_by]
    step = step_of(case, *units, **({"held_on": date(2026, 11, 24)} if what == "future" else {}))
    with session.no_autoflush, pytest.raises(Refused) as refused:
        prepare_step(session, step, make.actor(who), NOW)
    assert refused.value.field == field


# Documents


@pytest.mark.requirement("TC-49")
def test_a_party_files_a_document_once(session, make, case):
    actor, file = make.actor(case.opened_by), make.file(case.opened_by, "map.pdf")
    document = named(CaseDocument, case, file=file, file_id=file.id)
    put(session, document, prepare_document, actor)
    assert (document.title, document.unit_id, document.filed_at) == ("map", case.opened_by_id, NOW)
    with pytest.raises(Refused, match="is not changed"):
        prepare_document(session, document, actor, SOON)


@pytest.mark.requirement("TC-49")
def test_the_agreement_carries_its_text(make, case):
    file = make.file(case.opened_by)
    make.press(case, "agree", agreement="Both do.", file_id=file)
    assert case.agreement_file is file


# Meetings


def meeting_of(case, **columns):
    said = {"title": "On the ditch", "kind": MeetingKind.coordination, "meets_at": NOW, "quorum": 1} | columns
    return JointMeeting(case=case, case_id=case.id, **said)


@pytest.mark.requirement("TC-42")
def test_the_supervision_office_calls_the_parties_together_and_keeps_the_minutes(session, make, case, supervision):
    meeting = put(session, meeting_of(case), prepare_meeting, supervision)
    since = last_message(session)
    seat_parties(session, meeting, supervision, NOW)
    seats = select(MeetingMember.unit_id).where(MeetingMember.meeting_id == meeting.id)
    assert set(session.scalars(seats)) == {unit.id for unit in case.other_parties}
    assert told(session, since).keys() == {unit.name for unit in case.other_parties}
    MEETING.move(session, meeting, "record_minutes", actor=supervision, now=SOON, answers={"minutes": "Both spoke."})
    assert (meeting.minutes, meeting.minutes_at) == ("Both spoke.", SOON)


def test_who_was_taken_out_of_a_meeting_is_seated_and_told_again_when_it_is_changed(session, case, supervision):
    meeting = put(session, meeting_of(case), prepare_meeting, supervision)
    seat_parties(session, meeting, supervision, NOW)
    session.commit()
    gone = session.scalars(select(MeetingMember)).first()
    unit = gone.unit
    session.delete(gone)
    meeting.place, since = "Room 2", last_message(session)
    session.commit()
    seat_parties(session, meeting, supervision, NOW)
    session.commit()
    assert told(session, since).keys() == {unit.name}


@pytest.mark.parametrize(("office", "field"), [(Duty.supervision_office, "kind"), (Duty.editorial_office, "case")])
def test_a_meeting_on_admissions_is_not_the_supervision_offices_nor_about_a_case(session, make, case, office, field):
    meeting = meeting_of(case, kind=MeetingKind.admission)
    if office is Duty.supervision_office:
        meeting.case = meeting.case_id = None
    with session.no_autoflush, pytest.raises(Refused) as refused:
        prepare_meeting(session, meeting, make.actor(make.office(office)), NOW)
    assert refused.value.field == field


def test_the_supervision_office_keeps_no_minutes_of_admissions(session, make, supervision):
    meeting = make.meeting()
    with pytest.raises(NotYours):
        MEETING.move(
            session, meeting, "record_minutes", actor=supervision, now=NOW + timedelta(days=9), answers={"minutes": "x"}
        )
