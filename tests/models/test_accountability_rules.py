"""An event is judged by the list of its day, each unit by its own duties and its own record, and heard before."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityState, Finding, Responsibility
from models.calls import CallState, FailureKind
from models.coordination import CaseState
from models.item_words import ListState, Primary
from models.lists import ListItem
from models.organisation import Duty, UnitType
from models.recorder import RecorderEntry, verify
from models.roles import RoleName
from models.rules.accountability import prepare_accountability
from models.rules.deeds import gather
from models.workflow import NotYours, Refused
from tests.make import NOW, SOON
from tests.models.look import china, last_message, told

S, F = AccountabilityState, Finding
PRIMARY, COOPERATIVE = Responsibility.primary, Responsibility.cooperative
DAY = timedelta(days=1)


def shares(make, case):
    return {part.unit_id: part.responsibility for part in make.involved(case)}


def part_of(make, case, unit):
    return next(part for part in make.involved(case) if part.unit_id == unit.id)


def deeds(session, part):
    of_part = select(AccountabilityDeed).where(AccountabilityDeed.part_id == part.id).order_by(AccountabilityDeed.seq)
    return [(deed.action, deed.is_late) for deed in session.scalars(of_part)]


def refused(make, prepare):
    with pytest.raises(Refused) as said:
        prepare()
    make.session.rollback()
    return said.value


# Whose it is


@pytest.mark.requirement("TA-17", "ZG-05")
def test_who_leads_has_the_primary_share_and_who_cooperates_and_the_township_the_cooperative(make):
    lead, helper, town = make.department(), make.department(), make.township()
    case = make.accountability(town, item=make.bound(lead, helper))
    assert shares(make, case) == {lead.id: PRIMARY, helper.id: COOPERATIVE, town.id: COOPERATIVE}
    assert {part.unit_id: part.demanded for part in make.involved(case)} == {
        lead.id: "Inspect and decide.",
        helper.id: "Inspect and decide.",
        town.id: "Patrol and report.",
    }


@pytest.mark.requirement("TA-17")
def test_of_a_list_of_what_townships_do_themselves_the_township_has_the_primary_share(make):
    make.list_type("power", primary=Primary.township)
    lead, town = make.department(), make.township()
    case = make.accountability(town, item=make.bound(lead, list_type="power"))
    assert shares(make, case) == {town.id: PRIMARY, lead.id: COOPERATIVE}


@pytest.mark.requirement("TA-08")
def test_what_bound_on_the_day_is_what_is_judged_by_whichever_version_is_named(make, session):
    """R36."""
    lead, town = make.department(), make.township()
    before = make.edition(state=ListState.published, lead=lead, at=NOW - 90 * DAY)
    make.press(before, "revise", at=NOW - 20 * DAY)
    later = make.next_of(before)
    for name in ("submit", "publish"):
        make.press(later, name, at=NOW - 20 * DAY, note="As adjusted.")
    old, new = (
        session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id)).one()
        for edition in (before, later)
    )
    for named in (old, new):
        for days, bound in ((40, old), (2, new)):
            told_on = {"list_item": named, "township": town, "happened_on": (NOW - days * DAY).date()}
            assert make.accountability(item=named, **told_on).item is bound
    long_ago = {"list_item": new, "township": town, "happened_on": (NOW - 100 * DAY).date()}
    said = refused(make, lambda: make.accountability(item=new, **long_ago))
    assert (said.field, said.details["day"]) == ("happened_on", "2026-08-15")


@pytest.mark.requirement("TA-17")
def test_it_is_opened_from_a_call_a_coordination_case_or_an_event_with_a_day(make):
    lead, town = make.department(), make.township()
    item = make.bound(lead)
    call = make.call(town, item=item, state=CallState.in_progress)
    disputed = make.case(caller=town, item=item, state=CaseState.negotiating)
    free = make.free_case(by=town, other=lead, item=item)
    day = date(2026, 11, 2)
    for columns, on in (
        ({"call": call}, NOW.date()),
        ({"coordination_case": disputed}, NOW.date()),
        ({"coordination_case": free, "happened_on": day}, day),
        ({"list_item": item, "township": town, "happened_on": day}, day),
    ):
        case = make.accountability(item=item, **columns)
        assert (case.happened_on, case.item, case.township) == (on, item, town), columns
        assert shares(make, case) == {lead.id: PRIMARY, town.id: COOPERATIVE}
    assert case.number == f"{make.home.code}-2026-W0004"


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({}, "list_item"),
        ({"facts": " "}, "facts"),
        ({"call": "call", "coordination_case": "case"}, "coordination_case"),
        ({"list_item": "item"}, "township"),
        ({"list_item": "item", "township": "lead"}, "township"),
        ({"list_item": "item", "township": "town"}, "happened_on"),
        ({"list_item": "item", "township": "town", "happened_on": (NOW + 2 * DAY).date()}, "happened_on"),
        ({"list_item": "abroad", "township": "town", "happened_on": NOW.date()}, "list_item"),
        ({"call": "bare"}, "call"),
        ({"coordination_case": "between departments", "happened_on": NOW.date()}, "call"),
        ({"call": "theirs"}, "call"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said_with_its_field(make, session, columns, field):
    lead, town, other = make.department(), make.township(), make.county()
    item = make.bound(lead)
    away = make.department(other)
    rows = {
        "call": lambda: make.call(town, item=item, state=CallState.in_progress),
        "case": lambda: make.free_case(by=town, other=lead, item=item),
        "item": lambda: item,
        "town": lambda: town,
        "lead": lambda: lead,
        "abroad": lambda: make.bound(away),
        "bare": lambda: make.call(town, module_id=make.module(lead).id, lead=lead, state=CallState.in_progress),
        "between departments": lambda: make.free_case(by=make.department(), other=lead, item=item),
        "theirs": lambda: make.call(make.township(other), item=make.bound(away), state=CallState.in_progress),
    }
    said = {
        name: rows[value]() if isinstance(value, str) and value in rows else value for name, value in columns.items()
    }
    row = AccountabilityCase(**{"title": "An event", "facts": "It fell."} | said)
    with session.no_autoflush:
        assert refused(make, lambda: prepare_accountability(session, row, make.judge(), NOW)).field == field


def test_an_open_case_is_not_rewritten(make, session):
    case = make.accountability()
    assert "not rewritten" in str(refused(make, lambda: prepare_accountability(session, case, make.judge(), NOW)))


# What each did


@pytest.mark.requirement("TA-18")
def test_each_unit_has_its_own_deeds_by_the_recorder_and_a_late_answer_is_told_late(make, session):
    lead, helper, town = make.department(), make.department(), make.township()
    item = make.bound(lead, helper)
    call = make.call(town, item=item, cooperating=[helper], state=CallState.dispatched)
    own, helping = make.assignments(call)
    make.press(helping, "respond", at=NOW + timedelta(hours=1), promised_due=SOON)
    own.failure_kind, own.failed_at = FailureKind.no_response, own.respond_due
    session.commit()
    make.press(own, "respond", at=own.respond_due + DAY, promised_due=own.respond_due + 3 * DAY)
    case = make.accountability(call=call, item=item, at=own.respond_due + 2 * DAY)
    by_lead, by_helper, by_town = (part_of(make, case, unit) for unit in (lead, helper, town))
    assert deeds(session, by_helper) == [("respond", False)]
    assert [action for action, _ in deeds(session, by_town)] == ["send"]
    assert [late for _, late in deeds(session, by_town)] == [False]
    assert deeds(session, by_lead) == [("no_response", True), ("respond", True)]
    assert (by_lead.failures, by_helper.failures, by_town.failures) == (1, 0, 0)
    assert (by_lead.deeds, by_helper.deeds, by_town.deeds) == (2, 1, 1)


@pytest.mark.requirement("TA-18")
def test_of_an_event_without_a_call_the_calls_about_the_matter_that_were_open_that_day_tell(make, session):
    lead, town = make.department(), make.township()
    item = make.bound(lead)
    open_ = make.call(town, item=item, state=CallState.in_progress, at=NOW - 5 * DAY)
    make.call(town, item=item, state=CallState.closed, at=NOW - 9 * DAY)
    make.call(make.township(), item=item, state=CallState.in_progress, at=NOW - 5 * DAY)
    make.call(town, item=make.bound(lead), state=CallState.in_progress, at=NOW - 5 * DAY)
    make.call(town, item=item, state=CallState.in_progress, at=NOW)
    said = {"list_item": item, "township": town, "happened_on": (NOW - 2 * DAY).date()}
    case = make.accountability(item=item, **said)
    seqs = select(AccountabilityDeed.seq).where(AccountabilityDeed.part_id == part_of(make, case, lead).id)
    calls = set(session.scalars(select(RecorderEntry.call_id).where(RecorderEntry.seq.in_(seqs))))
    assert calls == {open_.id}


def test_what_happens_until_the_analysis_is_gathered_with_it_and_nothing_twice(make, session):
    lead, town = make.department(), make.township()
    item = make.bound(lead)
    call = make.call(town, item=item, state=CallState.in_progress)
    case = make.accountability(call=call, item=item)
    part = part_of(make, case, lead)
    assert deeds(session, part) == [("respond", False)]
    make.press(make.assignments(call)[0], "resolve", result="Done.")
    make.weigh(case)
    make.press(case, "analyse", make.judge(), analysis="In time.")
    assert deeds(session, part) == [("respond", False), ("resolve", False)]
    gather(session, case)
    session.commit()
    assert (len(deeds(session, part)), part.deeds) == (2, 2)
    assert verify(session) == []


def test_it_costs_the_same_for_one_helper_and_for_nine(make, session):
    statements = []

    def count(*_):
        statements.append(1)

    costs = []
    for helpers in (1, 9):
        case = make.accountability(item=make.bound(make.department(), *(make.department() for _ in range(helpers))))
        session.expire_all()
        statements.clear()
        event.listen(session.get_bind(), "before_cursor_execute", count)
        gather(session, case)
        event.remove(session.get_bind(), "before_cursor_execute", count)
        session.commit()
        costs.append(len(statements))
    assert costs[0] == costs[1]


# Shares and views


@pytest.mark.requirement("TA-17", "ZG-05")
def test_the_shares_are_all_fixed_and_make_a_hundred_before_the_analysis_is_recorded(make):
    case = make.accountability()
    assert "Fix the share" in str(refused(make, lambda: make.press(case, "analyse", make.judge(), analysis="x")))
    make.weigh(case, 60, 30)
    said = refused(make, lambda: make.press(case, "analyse", make.judge(), analysis="x"))
    assert said.details["sum"] == "90"
    make.weigh(case, 70, 30)
    make.press(case, "analyse", make.judge(), analysis="The lead came late.")
    assert (case.state, case.analysis, case.analysed_at) == (S.analysed, "The lead came late.", NOW)
    assert [part.share for part in make.involved(case)] == [70, 30]
    assert refused(make, lambda: make.weigh(case, 50, 50))


@pytest.mark.requirement("ZG-05")
@pytest.mark.parametrize(("shares", "fits"), [((34, 33, 33), True), ((33, 34, 33), False), ((50, 50, 0), True)])
def test_who_cooperates_does_not_bear_more_than_who_is_primary(make, shares, fits):
    case = make.accountability(item=make.bound(make.department(), make.department()))
    make.weigh(case, *shares)
    if fits:
        make.press(case, "analyse", make.judge(), analysis="x")
        return
    said = refused(make, lambda: make.press(case, "analyse", make.judge(), analysis="x"))
    lead, helper, _ = make.involved(case)
    assert said.details == {"unit": str(helper.unit), "share": 34, "primary": str(lead.unit)}


@pytest.mark.requirement("ZG-05")
@pytest.mark.parametrize("share", [-1, 101])
def test_a_share_is_a_percentage(make, share):
    case = make.accountability()
    assert refused(make, lambda: make.weigh(case, share, 0)).field == "share"


@pytest.mark.requirement("TA-18")
def test_a_unit_states_its_view_once_within_five_working_days_of_the_analysis(make, session):
    case = make.accountability(state=S.analysed)
    lead, town = make.involved(case)
    assert case.views_due == china("11-30 17:30")
    make.press(lead, "state_view", make.actor(lead.unit, RoleName.department_head), view="We came on Monday.")
    assert (lead.view, lead.viewed_at) == ("We came on Monday.", NOW)
    head = make.actor(town.unit, RoleName.township_head)
    assert "stays" in str(refused(make, lambda: make.press(lead, "state_view", view="Else.")))
    late = case.views_due + timedelta(minutes=1)
    assert "over" in str(refused(make, lambda: make.press(town, "state_view", head, at=late, view="x")))
    make.press(town, "state_view", head, at=case.views_due, view="We reported.")


@pytest.mark.requirement("TA-17")
def test_no_superior_that_has_a_part_itself_speaks_in_the_place_of_a_unit_below_it(make):
    lead = make.department()
    agency = make.unit(UnitType.agency, parent=lead)
    case = make.accountability(item=make.bound(lead, agency), state=S.analysed)
    part = part_of(make, case, agency)
    above = make.actor(lead, RoleName.department_head)
    assert above.serves(agency.id)
    with pytest.raises(NotYours):
        make.press(part, "state_view", above, view="It did nothing.")
    make.session.rollback()
    make.press(part, "state_view", make.actor(agency, RoleName.agency_head), view="We came.")
    assert part.view == "We came."


@pytest.mark.requirement("TA-17")
def test_a_superior_without_a_part_states_the_view_of_a_unit_below_it(make):
    above = make.department()
    agency = make.unit(UnitType.agency, parent=above)
    case = make.accountability(item=make.bound(make.department(), agency), state=S.analysed)
    part = part_of(make, case, agency)
    make.press(part, "state_view", make.actor(above, RoleName.department_head), view="It came.")
    assert part.view == "It came."


def test_before_the_analysis_no_view_is_heard(make):
    case = make.accountability()
    make.weigh(case)
    part = make.involved(case)[0]
    assert refused(make, lambda: make.press(part, "state_view", view="x"))


@pytest.mark.requirement("TA-18")
def test_nothing_is_found_of_a_unit_before_it_is_heard_or_the_time_for_views_is_over(make):
    case, other = (make.accountability(state=S.analysed) for _ in range(2))
    assert "what is found" in str(refused(make, lambda: make.press(case, "conclude", make.judge())))
    late = case.views_due + timedelta(minutes=1)
    for part in make.involved(case):
        why = refused(make, lambda part=part: make.find(part, at=case.views_due))
        assert ("may state its view" in str(why), why.details["due"]) == (True, "2026-11-30 17:30")
        make.find(part, at=late)
    make.press(case, "conclude", make.judge(), at=late)
    for part in make.involved(other):
        make.press(part, "state_view", view="Seen.")
        make.find(part, at=NOW)
    make.press(other, "conclude", make.judge())
    assert (case.state, other.state, other.concluded_at) == (S.concluded, S.concluded, NOW)


# What is found


@pytest.mark.requirement("TA-18", "TS-09")
def test_a_finding_cites_a_duty_in_the_words_of_the_item_and_says_what_was_done(make):
    case = make.accountability(state=S.analysed)
    lead = make.involved(case)[0]
    assert refused(make, lambda: make.find(lead, duty_cited="Repair the wall.")).field == "duty_cited"
    assert refused(make, lambda: make.find(lead, duty_cited=" ")).field == "duty_cited"
    make.find(lead, duty_cited="Inspect and\n decide.", what_was_done="It decided.")
    assert (lead.finding, lead.duty_cited, lead.what_was_done) == (F.exempted, "Inspect and\n decide.", "It decided.")


@pytest.mark.requirement("TA-18", "TS-09")
@pytest.mark.parametrize(
    ("failed", "finding", "needs"),
    [
        (True, F.exempted, True),
        (True, F.held_accountable, False),
        (False, F.held_accountable, True),
        (False, F.exempted, False),
    ],
)
def test_who_failed_is_held_accountable_and_who_did_its_duty_exempted_or_the_reason_is_written(
    make, session, failed, finding, needs
):
    """失职依单追责、尽职依单免责."""
    assert {str(word) for word in F} == {"held_accountable", "exempted"}
    lead = make.department()
    item = make.bound(lead)
    call = make.call(item=item, state=CallState.in_progress)
    if failed:
        part = make.assignments(call)[0]
        part.failure_kind, part.failed_at = FailureKind.inaction, NOW
        session.commit()
    case = make.accountability(call=call, item=item, state=S.analysed)
    part = part_of(make, case, lead)
    if needs:
        assert refused(make, lambda: make.find(part, finding, against_record="")).field == "against_record"
        make.find(part, finding, against_record="The road was cut.")
    else:
        make.find(part, finding, against_record="")
    assert (part.finding, part.against_record) == (finding, "The road was cut." if needs else "")


# Who


@pytest.mark.requirement("TS-06", "TA-18")
@pytest.mark.parametrize("how", ["posting", "acting"])
def test_who_serves_in_a_unit_involved_does_not_judge(make, session, how):
    case = make.accountability(state=S.analysed)
    lead = make.involved(case)[0]
    judge = make.judge()
    if how == "posting":
        make.posting(session.get(type(make.user()), judge.user_id), make.village(make.involved(case)[1].unit))
    else:
        judge = make.actor(lead.unit, RoleName.assessor)
    for act in (
        lambda: make.press(case, "conclude", judge),
        lambda: make.press(lead, "find", judge, finding=F.exempted, duty_cited="x", what_was_done="x"),
    ):
        assert "You serve in" in str(refused(make, act))
    row = AccountabilityCase(title="E", facts="F", call=case.call)
    with session.no_autoflush:
        assert "You serve in" in str(refused(make, lambda: prepare_accountability(session, row, judge, NOW)))


def test_a_post_that_is_over_binds_nobody(make, session):
    case = make.accountability(state=S.analysed)
    user = session.get(type(make.user()), make.judge().user_id)
    lead = make.involved(case)[0]
    make.posting(user, lead.unit, to_on=(NOW - DAY).date())
    make.find(lead)
    assert lead.finding is F.exempted


@pytest.mark.requirement("ZG-03")
def test_the_assessment_office_and_the_discipline_inspection_judge_and_nobody_else(make):
    case = make.accountability()
    lead, town = make.involved(case)
    inspector = make.actor(make.office(Duty.assessment_office), RoleName.discipline_inspector)
    make.press(lead, "weigh", inspector, share=100, weighing="It leads.")
    for who in (
        *(make.actor(make.office(duty)) for duty in (Duty.county_office, Duty.supervision_office, Duty.leadership)),
        make.actor(lead.unit, RoleName.department_head),
        make.actor(town.unit, RoleName.township_head),
        make.judge(make.county()),
    ):
        with pytest.raises(NotYours):
            make.press(town, "weigh", who, share=0, weighing="x")
        make.session.rollback()
    with pytest.raises(NotYours):
        make.press(lead, "state_view", make.actor(town.unit, RoleName.township_head), view="x")


def test_each_unit_hears_of_its_case_when_it_is_opened_analysed_and_concluded(make, session):
    since = last_message(session)
    case = make.accountability()
    names = {part.unit.name for part in make.involved(case)}
    assert {*names} <= {name for name, message in told(session, since).items() if "is open" in message}
    since = last_message(session)
    make.weigh(case)
    make.press(case, "analyse", make.judge(), analysis="x")
    assert set(told(session, since)) == names
    for part in make.involved(case):
        make.find(part)
    since = last_message(session)
    make.press(case, "conclude", make.judge(), at=case.views_due + DAY)
    assert set(told(session, since)) == names
