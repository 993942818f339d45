"""Desks, disputes, joint reviews, registers: what each of their rules refuses, and what follows by itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from models.calls import CallState
from models.community import (
    ExchangeEntry,
    ExchangeKind,
    MicroProject,
    MicroWish,
    Progress,
    ProjectProgress,
    VillagerCouncil,
)
from models.disputes import DisputeState
from models.door import OutOfSight
from models.notices import Outbox
from models.organisation import Duty, Unit, UnitType
from models.partners import ResidencyKind, ResidencyRoster
from models.reviews import CareerStage, ReviewFile, ReviewState
from models.rights import grants
from models.roles import RoleName
from models.rules.calls import answering
from models.rules.disputes import DISPUTE
from models.rules.registers import prepare_council, prepare_evidence, prepare_exchange, prepare_owned, prepare_residency
from models.rules.services import SERVICE, prepare_desk, prepare_item, prepare_point, prepare_request
from models.services import DeskKind, ServiceDesk, ServiceItem, ServicePoint, ServiceRequest, ServiceState
from models.words import Level
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.make_local import REGISTERS


@pytest.fixture
def village(make):
    return make.village(make.township())


def refused(prepare, session, row, field, actor=None):
    with session.no_autoflush, pytest.raises(Refused) as refusal:
        prepare(session, row, actor, NOW)
    assert refusal.value.field == field
    session.rollback()


def told(session, unit):
    return session.scalar(select(func.count(Outbox.id)).where(Outbox.unit_id == unit.id))


# Desks


@pytest.mark.requirement("ZG-24")
def test_a_front_desk_asks_behind_and_has_the_answer_before_it_closes_the_matter(make, session, village):
    behind = make.department()
    request = make.service(village, behind)
    before = told(session, behind)
    (unit, _) = SERVICE.transitions["pass_back"].asks
    among = session.scalars(select(Unit.id).where(unit.among(request, make.actor(village)))).all()
    assert behind.id in among
    assert not {village.id, village.parent_id, make.township().id, make.department(make.county()).id} & set(among)
    make.press(request, "pass_back", unit_id=behind, question="May we?")
    task = make.back_task(request)
    assert (task.service_request_id, task.unit_id, request.state) == (request.id, behind.id, "passed")
    assert told(session, behind) == before + 1
    with pytest.raises(MovedOn):
        make.press(request, "finish", result="Done.")
    make.press(task, "answer", answer="You may.")
    session.refresh(request)
    assert (request.state, task.answer, task.state) == ("answered", "You may.", "answered")
    make.press(request, "finish", result="Done.")
    assert (request.state, request.done_at) == ("done", NOW)


def test_a_simple_matter_is_closed_in_front(make, village):
    assert make.service(village, state=ServiceState.done).result == "Done."


@pytest.mark.requirement("ZG-24")
def test_of_a_citizen_a_surname_is_kept_and_no_number(make, session, village):
    request = ServiceRequest(unit_id=village.id, title="Licence", applicant="张小明")
    prepare_request(session, request, None, NOW)
    assert request.applicant == "张某"
    prepare_request(session, request, None, NOW)
    assert request.applicant == "张某"
    for sent in ({"title": "Call 13800000000"}, {"title": "x", "applicant": "330329190001010000"}):
        refused(prepare_request, session, ServiceRequest(unit_id=village.id, **sent), list(sent)[-1])


@pytest.mark.requirement("ZG-25")
def test_who_meets_the_people_is_in_front_and_who_guides_is_behind(make, session, village):
    agency, department = make.unit(UnitType.agency), make.department()
    keeper = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    for unit, kind in (
        (village, DeskKind.front),
        (village.parent, DeskKind.front),
        (agency, DeskKind.front),
        (department, DeskKind.back),
        (make.office(Duty.county_office), DeskKind.back),
    ):
        desk = ServiceDesk(unit_id=unit.id, functions="x")
        prepare_desk(session, desk, keeper, NOW)
        assert desk.kind is kind


@pytest.mark.requirement("ZG-26")
def test_simplified_a_matter_takes_no_more_time_and_no_more_formalities(make, session):
    keeper = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
    of_item = {"title": "Permit", "department_id": make.department().id, "days_before": 5, "steps_before": 4}
    prepare_item(session, ServiceItem(days_after=5, steps_after=4, **of_item), keeper, NOW)
    refused(prepare_item, session, ServiceItem(days_after=6, steps_after=4, **of_item), "days_after", keeper)
    refused(prepare_item, session, ServiceItem(days_after=5, steps_after=5, **of_item), "steps_after", keeper)


@pytest.mark.requirement("ZG-27")
def test_a_village_room_hangs_on_its_townships_centre_and_that_on_the_countys(make, session, village):
    made = {}
    for unit in (make.department(), make.township(), village.parent, village, make.grid(village), make.department()):
        point = ServicePoint(unit_id=unit.id, name=unit.name)
        prepare_point(session, point, None, NOW)
        session.add(point)
        session.flush()
        made[unit.id] = point
    county, _, centre, room, corner, second = made.values()
    assert [point.level for point in (county, centre, room, corner)] == ["county", "township", "village", "village"]
    assert [point.above_id for point in (county, centre, room, corner)] == [None, county.id, centre.id, centre.id]
    assert (second.level, second.above_id) == ("county", None)


# Disputes


@pytest.mark.requirement("TS-40")
def test_a_dispute_is_dealt_with_in_four_ways(make, session, village):
    partner = make.township()
    assert {make.dispute(village, partner, state=state).state for state in DisputeState} == set(DisputeState)
    case = make.dispute(village, partner, state=DisputeState.joint_mediation)
    assert case.partner_id == partner.id
    assert told(session, partner) > 0


@pytest.mark.requirement("TS-40")
def test_of_the_parties_of_a_dispute_no_number_is_kept(make, village):
    case = make.dispute(village, title="邻里纠纷13800138000", facts="李某，电话138 0013 8000，2026年11月报告。")
    assert (case.title, case.facts) == ("邻里纠纷＊＊＊", "李某，电话＊＊＊，2026年11月报告。")
    make.press(case, "prevent", measures="致电13800138000回访。")
    make.press(case, "settle", outcome="双方和解，联系13800138000。")
    assert (case.measures, case.outcome) == ("致电＊＊＊回访。", "双方和解，联系＊＊＊。")


@pytest.mark.requirement("TS-40")
def test_only_a_difficult_dispute_is_heard_jointly(make, village):
    case = make.dispute(village, is_difficult=False)
    with pytest.raises(Refused) as refusal:
        make.press(case, "consult")
    assert refusal.value.field == "is_difficult"
    hard = make.dispute(village, is_difficult=True)
    assert [offers(make, one, "consult") for one in (case, hard)] == [False, True]


def offers(make, case, name):
    """Whether the township sees the button."""
    actor = make.actor(case.unit.parent, RoleName.township_head)
    return name in {move.name for move in DISPUTE.open_to(case, actor)}


@pytest.mark.requirement("TS-40")
def test_a_dispute_rises_through_three_levels(make, village):
    case = make.dispute(village, state=DisputeState.consultation)
    levels = [case.level]
    for _ in range(2):
        assert offers(make, case, "hand_up")
        make.press(case, "hand_up")
        levels.append(case.level)
    assert levels == [Level.village, Level.township, Level.county]
    with pytest.raises(Refused):
        make.press(case, "hand_up")
    assert not offers(make, case, "hand_up")


@pytest.mark.requirement("TS-40")
def test_whoever_is_above_hears_of_a_dispute_and_the_county_settles_what_rose_to_it(make, session, village):
    case, county = make.dispute(village, state=DisputeState.consultation), make.office(Duty.county_office)
    dispatcher = make.actor(county)
    for hears, other in ((village.parent, county), (county, village.parent)):
        before = told(session, hears), told(session, other)
        with pytest.raises(NotYours):
            make.press(case, "settle", dispatcher, outcome="Both agree.")
        session.rollback()
        make.press(case, "hand_up")
        assert (told(session, hears), told(session, other)) == (before[0] + 1, before[1])
    with pytest.raises(NotYours):
        make.press(case, "settle", make.actor(make.office(Duty.county_office, make.county())), outcome="No.")
    session.rollback()
    make.press(case, "settle", dispatcher, outcome="Both agree.")
    assert case.state is DisputeState.settled


@pytest.mark.requirement("TS-40")
def test_the_villages_commissioner_hands_a_dispute_up_to_the_township_and_no_further(make, session, village):
    case, commissioner = make.dispute(make.grid(village)), make.commissioner(village)
    may = {move.name for move in DISPUTE.open_to(case, commissioner)}
    rights = {(f"can_{name}", "DisputeCase") for name in ("consult", "hand_up")}
    assert rights <= grants(RoleName.community_commissioner)
    assert "consult" in may
    make.press(case, "consult", commissioner)
    before = told(session, village.parent), told(session, village)
    make.press(case, "hand_up", commissioner)
    assert (told(session, village.parent), told(session, village)) == (before[0] + 1, before[1])
    with pytest.raises(NotYours):
        make.press(case, "hand_up", commissioner)
    session.rollback()
    make.press(case, "settle", make.actor(village.parent), outcome="Both agree.")
    assert (case.state, case.level) == (DisputeState.settled, Level.township)


@pytest.mark.requirement("TS-40")
def test_a_township_that_hands_its_villages_dispute_up_does_not_write_to_itself(make, session, village):
    case, before = make.dispute(village, state=DisputeState.consultation), told(session, village.parent)
    make.press(case, "hand_up", make.actor(village.parent))
    assert (case.level, told(session, village.parent)) == (Level.township, before)


@pytest.mark.requirement("TS-40")
def test_the_other_side_of_a_joint_mediation_records_how_it_ended_and_the_keeper_hears(make, session, village):
    other, stranger = make.township(), make.township()
    case = make.dispute(village, other, state=DisputeState.joint_mediation)
    before = told(session, village), told(session, other)
    with pytest.raises(NotYours):
        make.press(case, "settle", make.actor(stranger), outcome="Both agree.")
    session.rollback()
    make.press(case, "settle", make.actor(other), outcome="Both agree.")
    assert case.state is DisputeState.settled
    assert (told(session, village), told(session, other)) == (before[0] + 1, before[1])


@pytest.mark.requirement("TS-40")
def test_joint_mediation_is_with_a_township_of_another_area(make, session, village):
    other, away = make.township(), make.township(make.county())
    actor = make.actor(village.parent)
    (ask,) = DISPUTE.transitions["mediate_jointly"].asks
    among = session.scalars(select(Unit.id).where(ask.among(make.dispute(village), actor))).all()
    assert other.id in among
    assert not {village.parent_id, away.id, village.id} & set(among)


# Joint reviews


@pytest.mark.requirement("TS-33")
def test_a_file_has_a_result_when_all_who_were_asked_have_answered_and_not_before(make, session, village):
    asked = [make.department() for _ in range(3)]
    file = make.review(village, *asked, state=ReviewState.reviewing)
    first, second, third = make.review_opinions(file)
    for opinion in (first, second):
        make.press(opinion, "give", agrees=True)
        session.refresh(file)
        assert (file.state, file.qualified) == ("reviewing", None)
    with pytest.raises(MovedOn):
        make.press(first, "give", agrees=False, opinion="No.")
    make.press(third, "give", agrees=True)
    session.refresh(file)
    assert (file.state, file.qualified, file.concluded_at) == ("concluded", True, NOW)


@pytest.mark.requirement("TS-33")
def test_one_who_disagrees_is_enough(make, session, village):
    asked = [make.department() for _ in range(2)]
    file = make.review(village, *asked, state=ReviewState.concluded, agrees=[True, False])
    session.refresh(file)
    assert file.qualified is False


@pytest.mark.requirement("TS-33")
def test_there_are_twenty_stages_and_a_file_has_a_number_and_no_name(make, village):
    assert len(CareerStage) == 20
    first, second = (make.review(village, state=ReviewState.reviewing) for _ in range(2))
    assert first.code.rpartition("-")[2] == "S0001"
    assert second.code.rpartition("-")[2] == "S0002"
    assert not {"name", "person", "candidate"} & set(ReviewFile.__table__.columns.keys())


def test_who_does_not_agree_to_a_file_is_asked_why(make, session, village):
    (opinion,) = make.review_opinions(make.review(village, state=ReviewState.reviewing))
    with pytest.raises(Refused, match="Say why you do not agree") as refusal:
        make.press(opinion, "give", agrees=False, opinion=" ")
    assert refusal.value.field == "opinion"


def test_a_file_that_is_withdrawn_asks_nobody_any_more(make, village):
    file = make.review(village, state=ReviewState.withdrawn)
    assert {opinion.state for opinion in make.review_opinions(file)} == {"lapsed"}


# Registers


@pytest.mark.parametrize("model", [model for model, row in REGISTERS.items() if "from_on" in row])
def test_a_term_does_not_end_before_it_begins(make, session, village, model):
    row = model(unit_id=village.id, **REGISTERS[model], until_on=date(2025, 12, 31))
    row.region_id = village.region_id
    refused(prepare_residency if model is ResidencyRoster else prepare_owned, session, row, "until_on")


@pytest.mark.requirement("TS-41")
def test_a_council_is_of_the_level_of_its_unit_and_its_numbers_are_not_below_zero(make, session, village):
    units = (make.department(), village.parent, village)
    for unit, level in zip(units, Level, strict=True):
        council = VillagerCouncil(unit_id=unit.id, name="C", members=5)
        prepare_council(session, council, None, NOW)
        assert council.level is level
    refused(prepare_council, session, VillagerCouncil(unit_id=village.id, name="C", members=-1), "members")


@pytest.mark.requirement("TS-41")
def test_the_county_office_keeps_the_council_of_the_county_and_of_nobody_else(make, acting, village):
    theirs, dispatcher = acting(make.office(Duty.county_office))
    assert {("can_add", "VillagerCouncil"), ("can_edit", "VillagerCouncil")} <= grants(RoleName.county_dispatcher)
    council = VillagerCouncil(unit_id=dispatcher.unit_id, name="C", members=5)
    prepare_council(theirs, council, dispatcher, NOW)
    theirs.add(council)
    theirs.commit()
    assert council.level is Level.county
    other = VillagerCouncil(unit_id=village.id, name="C", members=5, level=Level.village, region_id=village.region_id)
    theirs.add(other)
    with pytest.raises(OutOfSight):
        theirs.commit()


@pytest.mark.requirement("LX-35")
def test_a_need_meets_a_resource_and_each_but_once(make, session, village):
    need, resource = make.row(ExchangeEntry, village), make.row(ExchangeEntry, village, kind=ExchangeKind.resource)
    of_unit = {"unit_id": village.id, "title": "x", "body": "y"}
    refused(prepare_exchange, session, ExchangeEntry(kind=need.kind, match_id=need.id, **of_unit), "match")
    need.match_id = resource.id
    prepare_exchange(session, need, None, NOW)
    session.commit()
    again = ExchangeEntry(kind=ExchangeKind.need, match_id=resource.id, **of_unit)
    refused(prepare_exchange, session, again, "match")
    prepare_exchange(session, need, None, NOW)
    other = make.row(ExchangeEntry, village)
    resource.match_id = other.id
    refused(prepare_exchange, session, resource, "match")
    third = ExchangeEntry(kind=ExchangeKind.resource, match_id=need.id, **of_unit)
    refused(prepare_exchange, session, third, "match")


@pytest.mark.requirement("LX-35")
def test_a_project_is_not_taken_up_as_a_wish_is():
    words = {kind: {word.value: word.label for word in kind} for kind in (Progress, ProjectProgress)}
    assert words[Progress].keys() == words[ProjectProgress].keys(), "as they are stored"
    assert not set(words[Progress].values()) & set(words[ProjectProgress].values())
    kinds = {model: model.__table__.columns["progress"].type.enum_class for model in (MicroWish, MicroProject)}
    assert kinds == {MicroWish: Progress, MicroProject: ProjectProgress}


@pytest.mark.requirement("TS-38")
def test_a_body_that_moved_in_has_staff_and_a_rotation_has_days(make, session):
    office = make.office(Duty.county_office)
    of_unit = {"platform": "Centre", "unit_id": make.department().id, "from_on": date(2026, 1, 1)}
    for kind, without, sent in (
        (ResidencyKind.resident, "staff_count", {"staff_count": 39}),
        (ResidencyKind.rotating, "schedule", {"schedule": "Tuesdays"}),
    ):
        refused(prepare_residency, session, ResidencyRoster(kind=kind, **of_unit), without, make.actor(office))
        prepare_residency(session, ResidencyRoster(kind=kind, **of_unit, **sent), make.actor(office), NOW)


@pytest.mark.requirement("TS-37")
def test_evidence_was_seen_before_it_is_kept(make, session, village):
    evidence = make.evidence(village)
    evidence.seen_at = NOW + timedelta(hours=1)
    refused(prepare_evidence, session, evidence, "seen_at")


@pytest.mark.requirement("TS-37")
def test_where_and_when_evidence_was_taken_is_what_its_photo_says_unless_the_form_does(make, session, village):
    taken = {"taken_at": NOW - timedelta(days=1), "latitude": Decimal("27.5"), "longitude": Decimal("119.7")}
    evidence = make.evidence(village)
    evidence.file_id = make.file(village, **taken).id
    prepare_evidence(session, evidence, None, NOW)
    assert (evidence.seen_at, evidence.place) == (NOW, "Bridge")
    with session.no_autoflush:
        evidence.seen_at = evidence.place = None
        prepare_evidence(session, evidence, None, NOW)
    assert (evidence.seen_at, evidence.place) == (taken["taken_at"], "27.500000, 119.700000")
    session.commit()
    for field in ("seen_at", "place"):
        bare = make.evidence(village)
        with session.no_autoflush:
            setattr(bare, field, None)
        refused(prepare_evidence, session, bare, field)


# Calls


@pytest.mark.requirement("LX-34")
def test_a_call_may_be_dispatched_to_a_mass_organisation(make):
    union = make.unit(UnitType.mass_organisation)
    call = make.call(lead=make.department(), cooperating=[union], state=CallState.dispatched)
    part = make.assignments(call)[1]
    make.press(part, "respond", promised_due=NOW + timedelta(days=2))
    assert (part.department_id, part.state) == (union.id, "responded")


@pytest.mark.requirement("LX-34")
def test_mass_organisations_are_among_those_who_may_answer_townships_and_no_others(make, session):
    union, office = make.unit(UnitType.mass_organisation), make.office(Duty.county_office)
    call, reverse = make.call(), make.call(make.department())
    actor = make.actor(office)
    assert union.id in session.scalars(select(Unit.id).where(answering(call, actor))).all()
    assert union.id not in session.scalars(select(Unit.id).where(answering(reverse, actor))).all()


@pytest.mark.requirement("TC-22")
def test_a_joint_action_reports_cases_fines_and_confiscations(make):
    item = make.item(platform="comprehensive_enforcement")
    part = make.assignment(item=item, state="responded")
    make.press(part, "resolve", result="Done.", cases=8, fines=20000, confiscations=8)
    assert (part.cases, part.fines, part.confiscations) == (8, 20000, 8)


@pytest.mark.requirement("TC-22", "TS-26")
def test_a_joint_action_called_through_a_module_without_an_item_reports_them_too(make):
    lead = make.department()
    call = make.call(module_id=make.module(lead).id, lead=lead, state="in_progress")
    part = make.assignments(call)[0]
    make.press(part, "resolve", result="Done.", cases=8, fines=20000, confiscations=8)
    assert (part.cases, part.fines, part.confiscations) == (8, 20000, 8)


@pytest.mark.requirement("TC-22", "LX-08")
@pytest.mark.parametrize("place", ["guiding_department", "legal_department", "force"])
def test_a_unit_of_an_enforcement_team_reports_them_of_any_item(make, place):
    item = make.item()
    if place == "force":
        make.force(make.team(), item.lead_department)
    else:
        make.team(**{place: item.lead_department})
    part = make.assignment(item=item, state="responded")
    make.press(part, "resolve", result="Done.", cases=1)
    assert part.cases == 1


@pytest.mark.requirement("TC-22")
@pytest.mark.parametrize("name", ["cases", "fines", "confiscations"])
def test_other_matters_have_no_such_results_and_none_is_below_zero(make, name):
    for item, figure in ((make.item(), 0), (make.item(platform="comprehensive_enforcement"), -1)):
        part = make.assignment(item=item, state="responded")
        with pytest.raises(Refused) as refusal:
            make.press(part, "resolve", result="Done.", **{name: figure})
        assert refusal.value.field == name
