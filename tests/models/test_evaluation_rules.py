"""What stops a cycle, its indicators and its sheets; the rules R3, R15 to R23 and R33, each in a sentence."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.agencies import AgencyState
from models.calls import CallState
from models.evaluation import (
    Component,
    CycleState,
    EvaluationCycle,
    EvaluationIndicator,
    Formula,
    Side,
    Source,
    SubjectKind,
)
from models.evaluation_sheets import AggregateState, EvaluationSheet, Grade, SheetScore, SheetState
from models.item_words import Holder
from models.notices import Outbox
from models.organisation import Duty
from models.queries.choices import own_results
from models.queries.scoreboard import scoreboard
from models.ratings import CaseAssessment
from models.roles import RoleName
from models.rules.appeals import prepare_appeal
from models.rules.evaluation import forget_cycle, prepare_cycle
from models.rules.evaluation_sheets import prepare_score
from models.rules.indicators import prepare_indicator
from models.rules.organisation import prepare_unit
from models.rules.reckoning import corrected_grade
from models.scores import AppealState, CappedBy, ScoreAppeal, ScoreResult
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW

K, S = SubjectKind, CycleState


@pytest.fixture
def town(make):
    return make.township()


@pytest.fixture
def office(make):
    """A department that leads an item in force, so that it is evaluated."""
    department = make.department()
    make.item(department)
    return department


def change(make, cycle, name, **columns):
    """Change an indicator of a draft, past the form's checks: what opening checks is asked of the whole."""
    (row,) = [row for row in make.indicators(cycle) if row.name == name]
    for column, value in columns.items():
        setattr(row, column, value)
    make.session.commit()


def refused(rule, make, cycle, name="open_cycle", **answers):
    with pytest.raises(Refused, match=rule) as told:
        make.press(cycle, name, **answers)
    make.session.rollback()
    return told.value


# A cycle


@pytest.mark.requirement("TA-32", "LX-10")
@pytest.mark.parametrize(("share", "fits"), [("29.99", False), ("30", True), ("33.33", True), ("100", False)])
def test_what_townships_say_counts_thirty_percent_of_a_department_at_least(make, share, fits):
    cycle = make.cycle()
    cycle.township_share_department = Decimal(share)
    if fits:
        prepare_cycle(make.session, cycle, make.assessor(), NOW)
        return
    with pytest.raises(Refused, match=r"R15") as told, make.session.no_autoflush:
        prepare_cycle(make.session, cycle, make.assessor(), NOW)
    assert told.value.field == "township_share_department"


@pytest.mark.requirement("TA-32")
def test_the_share_is_about_a_third_until_somebody_says_otherwise(make):
    assert EvaluationCycle.__table__.columns["township_share_department"].default.arg == Decimal("33.33")
    assert EvaluationCycle.__table__.columns["township_share_agency"].default.arg == Decimal("60.00")


@pytest.mark.requirement("TA-38")
@pytest.mark.parametrize(("share", "fits"), [("59.99", False), ("60", True)])
def test_what_townships_say_counts_sixty_percent_of_an_agency_at_least(make, share, fits):
    cycle = make.cycle()
    cycle.township_share_agency = Decimal(share)
    if fits:
        prepare_cycle(make.session, cycle, make.assessor(), NOW)
        return
    with pytest.raises(Refused, match=r"R16") as told, make.session.no_autoflush:
        prepare_cycle(make.session, cycle, make.assessor(), NOW)
    assert told.value.field == "township_share_agency"


@pytest.mark.requirement("TA-32", "TA-38", "LX-10")
@pytest.mark.parametrize("column", ["township_share_department", "township_share_agency"])
def test_the_database_itself_knows_the_floors(make, column):
    cycle = make.cycle()
    setattr(cycle, column, Decimal("29.5"))
    with pytest.raises(IntegrityError):
        make.session.commit()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"ends_on": NOW.date() - timedelta(days=91)}, "ends_on"),
        ({"closes_on": NOW.date() - timedelta(days=2)}, "closes_on"),
        ({"excellent_quota": Decimal(101)}, "excellent_quota"),
        ({"good_from": Decimal(95)}, "excellent_from"),
    ],
)
def test_a_cycle_that_cannot_be_is_refused_with_its_field(make, columns, field):
    with pytest.raises(Refused) as told:
        make.cycle(**columns)
    assert told.value.field == field


def test_days_become_moments_of_the_county(make):
    cycle = make.cycle()
    assert (NOW - cycle.begins_at, cycle.ends_at, cycle.closes_at - cycle.ends_at) == (
        timedelta(days=90, hours=9),
        NOW - timedelta(hours=9),
        timedelta(days=11),
    )


@pytest.mark.requirement("TC-54")
def test_weights_are_copied_from_the_last_cycle_and_changed_beside_it(make):
    last = make.cycle()
    change(make, last, "依照清单履职", weight=Decimal(36))
    change(make, last, "职责下沉事项保障", weight=Decimal(24))
    this = make.cycle(copied_from_id=last.id)
    laid = [[(row.name, row.weight, row.formula) for row in make.indicators(cycle)] for cycle in (last, this)]
    assert laid[0] == laid[1]
    assert laid[1][0][:2] == ("依照清单履职", Decimal("36.00"))
    change(make, this, "依照清单履职", weight=Decimal(20))
    assert make.indicators(last)[0].weight == Decimal("36.00")


@pytest.mark.requirement("TC-54")
def test_indicators_are_fixed_when_the_cycle_opens(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    row = make.indicators(cycle)[0]
    row.weight = Decimal(40)
    with pytest.raises(Refused) as told, make.session.no_autoflush:
        prepare_indicator(make.session, row, make.assessor(), NOW)
    assert told.value.field == "cycle"


@pytest.mark.requirement("TC-55")
def test_it_is_computed_and_confirmed_by_the_scorer_or_who_assesses_and_by_nobody_else(make, town, office):
    cycle = make.cycle(None, S.closed, K.department)
    for unit, role in (
        (office, "department_head"),
        (town, "township_head"),
        (make.office(Duty.county_office), "leader"),
    ):
        with pytest.raises(NotYours):
            make.press(cycle, "compute_scores", make.actor(unit, role))
        make.session.rollback()
    scorer = make.actor(make.office(Duty.county_office), "scorer")
    for name in ("compute_scores", "confirm_scores"):
        make.press(cycle, name, scorer)
    with pytest.raises(NotYours):
        make.press(cycle, "publish_scores", scorer)


# Indicators


def sound(make, cycle, **columns):
    told = {
        "subject_kind": K.department,
        "side": Side.top_down,
        "name": "X",
        "weight": Decimal(1),
        "deduct": Decimal(5),
    }
    row = EvaluationIndicator(cycle_id=cycle.id, **(told | {"source": Source.scored, "is_veto": False} | columns))
    with make.session.no_autoflush:
        prepare_indicator(make.session, row, make.assessor(), NOW)


@pytest.mark.parametrize(
    ("columns", "field", "rule"),
    [
        ({"weight": Decimal(0)}, "weight", "weight"),
        ({"deduct": Decimal(101)}, "deduct", "Points off"),
        ({"source": Source.computed}, "formula", "R20"),
        ({"source": Source.computed, "formula": Formula.response_rate, "subject_kind": K.township}, "formula", "R20"),
        ({"formula": Formula.response_rate}, "formula", "no formula"),
        ({"side": Side.bottom_up, "source": Source.computed, "formula": Formula.response_rate}, "source", "R15, R16"),
        ({"side": Side.bottom_up, "source": Source.survey}, "source", "R15, R16"),
        ({"source": Source.survey}, "source", "survey"),
        ({"subject_kind": K.community, "side": Side.bottom_up}, "source", "survey"),
    ],
)
@pytest.mark.requirement("TC-54", "LX-29")
def test_an_indicator_that_cannot_be_is_refused_with_its_field(make, columns, field, rule):
    cycle = make.cycle()
    with pytest.raises(Refused, match=rule) as told:
        sound(make, cycle, **columns)
    assert told.value.field == field


@pytest.mark.requirement("LX-23")
def test_no_indicator_of_a_community_is_a_veto(make):
    cycle = make.cycle()
    sound(make, cycle, is_veto=True)
    with pytest.raises(Refused, match="R33") as told:
        sound(make, cycle, subject_kind=K.community, is_veto=True)
    assert told.value.field == "is_veto"
    change(make, cycle, "村（社区）日常工作", is_veto=True)
    assert "R33" in str(refused("R33", make, cycle))


@pytest.mark.requirement("LX-22")
@pytest.mark.parametrize(("of_residents", "opens"), [("50", False), ("40", False), ("50.01", True)])
def test_resident_satisfaction_weighs_most_of_a_community(make, town, of_residents, opens):
    make.village(town)
    cycle = make.cycle(None, S.draft, K.community)
    change(make, cycle, "居民群众满意度", weight=Decimal(of_residents))
    change(make, cycle, "村（社区）日常工作", weight=100 - Decimal(of_residents))
    if opens:
        make.press(cycle, "open_cycle")
        assert cycle.state is S.open
    else:
        refused("Resident satisfaction .R33.", make, cycle)


@pytest.mark.requirement("TA-30")
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", [K.department, K.agency])
def test_both_sides_stand_in_one_cycle(make, kind, side):
    cycle = make.cycle(None, S.draft, kind)
    for row in make.indicators(cycle):
        if row.side is side:
            make.session.delete(row)
    make.session.commit()
    told = refused("TA-30", make, cycle)
    assert told.details["side"] == side.label


@pytest.mark.requirement("TC-54", "TC-56")
def test_the_weights_of_a_side_make_a_hundred(make, town, office):
    cycle = make.cycle(None, S.draft, K.department)
    change(make, cycle, "响应率", weight=Decimal("14.99"))
    assert refused("R22", make, cycle).details["sum"] == "99.99"
    change(make, cycle, "响应率", weight=Decimal("15.01"))
    assert refused("R22", make, cycle).details["sum"] == "100.01"
    change(make, cycle, "响应率", weight=Decimal(15))
    make.press(cycle, "open_cycle")


@pytest.mark.requirement("TC-56")
@pytest.mark.parametrize("component", ["list_management", "operation", "satisfaction", "supervision"])
def test_a_department_is_evaluated_by_the_four_components(make, town, office, component):
    cycle = make.cycle(None, S.draft, K.department)
    for row in make.indicators(cycle):
        if row.component == component:
            row.component = Component.other
    make.session.commit()
    assert refused("R22", make, cycle).details["component"] == Component(component).label


@pytest.mark.requirement("TA-31")
@pytest.mark.parametrize("component", ["list_performance", "sunk_duties", "call_execution"])
def test_a_department_is_evaluated_by_list_moved_down_duties_and_calls(make, town, office, component):
    cycle = make.cycle(None, S.draft, K.department)
    for row in make.indicators(cycle):
        if row.component == component:
            row.component = Component.other
    make.session.commit()
    assert refused("R23", make, cycle).details["component"] == Component(component).label


@pytest.mark.requirement("TS-03")
def test_townships_are_not_assessed_by_what_they_only_cooperate_in(make, office):
    """Article 19 of the regulation of Shandong on township governments (2020)."""
    cycle = make.cycle()
    named = {"subject_kind": K.township, "source": Source.scored}
    theirs, ours = (
        make.item(office, authority_holder=Holder.department),
        make.item(office, authority_holder=Holder.township),
    )
    sound(make, cycle, list_item_id=ours.id, **named)
    with pytest.raises(Refused, match="article 19") as told:
        sound(make, cycle, list_item_id=theirs.id, **named)
    assert told.value.field == "list_item"


# Sheets


@pytest.mark.requirement("TA-30", "LX-01")
def test_who_is_asked_follows_from_the_record(make, office):
    towns = [make.township(), make.township()]
    idle, village = make.department(), make.village(towns[0])
    agency = make.agency(*towns, department=office, state=AgencyState.in_force)
    make.agency(towns[0], department=office, field="drafted")
    make.call(towns[0], lead=office, state=CallState.dispatched, at=NOW - timedelta(days=9))
    elsewhere = make.county()
    make.call(make.township(elsewhere), state=CallState.dispatched)
    drawn_in = make.call(towns[1], lead=office, state=CallState.dispatched, at=NOW - timedelta(days=99))
    part = make.assignments(drawn_in)[0]
    part.department_id, part.dispatched_at = make.department(elsewhere).id, NOW - timedelta(days=9)
    make.session.commit()
    cycle, assessment = make.cycle(None, S.open), make.office(Duty.assessment_office)
    asked = {(s.subject_unit_id, s.rater_unit_id, str(s.side)) for s in make.sheets(cycle)}
    assert asked == {
        *((office.id, town.id, "bottom_up") for town in towns),
        (office.id, assessment.id, "top_down"),
        *((town.id, assessment.id, "bottom_up") for town in towns),
        (towns[0].id, office.id, "top_down"),
        (village.id, assessment.id, "bottom_up"),
        (village.id, towns[0].id, "top_down"),
        *((agency.unit_id, town.id, "bottom_up") for town in towns),
        (agency.unit_id, office.id, "top_down"),
    }
    assert idle.id not in {subject for subject, _, _ in asked}
    told = make.session.scalars(select(Outbox).where(Outbox.key.startswith(f"evaluation_cycle:{cycle.id}:opened")))
    assert {(row.unit_id, row.details["count"]) for row in told} == {
        (assessment.id, "4"),
        (towns[0].id, "3"),
        (towns[1].id, "2"),
        (office.id, "2"),
    }


@pytest.mark.requirement("TA-30")
def test_to_draw_up_the_sheets_of_many_asks_no_more_than_for_those_of_few(make, statements):
    county, assessor = make.home, make.assessor()
    for _ in range(2):
        make.item(make.department())
        make.township()

    def cost():
        cycle = make.cycle(county, S.draft, K.department)
        make.session.expire_all()
        statements.clear()
        make.press(cycle, "open_cycle", assessor)
        return sum(statement.startswith("SELECT") for statement in statements)

    few = cost()
    for _ in range(20):
        make.item(make.department())
        make.township()
    assert cost() == few


@pytest.mark.requirement("TS-06")
def test_who_leads_an_item_is_not_asked_about_it(make, town, office):
    item = make.item(office, authority_holder=Holder.township)
    other = make.department()
    for department in (office, other):
        make.call(town, lead=department, state=CallState.dispatched, at=NOW - timedelta(days=9))
    cycle = make.cycle(None, S.draft, K.township)
    (row,) = [row for row in make.indicators(cycle) if row.source is Source.scored]
    row.list_item_id = item.id
    make.session.commit()
    make.press(cycle, "open_cycle")
    raters = {sheet.rater_unit_id for sheet in make.sheets(cycle, side=Side.top_down)}
    assert raters == {other.id}


@pytest.mark.requirement("TS-06")
@pytest.mark.parametrize("post", ["subject", "lead of the item"])
def test_nobody_assesses_where_they_hold_a_post_whichever_unit_they_act_for(make, town, post):
    department, lead = make.department(), make.department()
    item = make.item(department if post == "subject" else lead)
    make.item(department)
    cycle = make.cycle(None, S.draft, K.department)
    if post != "subject":
        change(make, cycle, "清单日常管理", list_item_id=item.id)
    make.press(cycle, "open_cycle")
    (sheet,) = make.sheets(cycle, subject_unit_id=department.id, side=Side.top_down)
    actor = make.assessor()
    served = department if post == "subject" else lead
    posting = make.posting(make.session.get_one(type(make.user()), actor.user_id), served, "department_head")
    score = SheetScore(sheet_id=sheet.id, indicator_id=named(make, cycle, "清单日常管理"), points=Decimal(95))
    with pytest.raises(Refused, match="R3") as told:
        prepare_score(make.session, score, actor, NOW)
    assert (told.value.field, told.value.details["unit"]) == ("sheet", served.name)
    posting.to_on = NOW.date() - timedelta(days=1)
    make.session.commit()
    make.fill(sheet)
    assert sheet.state is SheetState.submitted


def named(make, cycle, name):
    return next(row.id for row in make.indicators(cycle) if row.name == name)


@pytest.mark.requirement("TS-06")
def test_nobody_submits_what_they_may_not_assess(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    (sheet,) = make.sheets(cycle, side=Side.top_down)
    make.score(sheet)
    actor = make.assessor()
    make.posting(make.session.get_one(type(make.user()), actor.user_id), office, "department_staff")
    assert refused("R3", make, sheet, "submit_sheet").field == "sheet"


@pytest.mark.requirement("TA-32")
def test_a_sheet_is_filled_in_whole_and_once_by_the_unit_that_is_asked(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    (sheet,) = make.sheets(cycle, rater_unit_id=town.id)
    assert refused("whole", make, sheet, "submit_sheet").details["indicator"] == "依照清单履职"
    with pytest.raises(NotYours):
        make.press(sheet, "submit_sheet", make.actor(make.township()))
    make.session.rollback()
    make.fill(sheet, "91.5")
    scores = make.session.scalars(select(SheetScore.points).where(SheetScore.sheet_id == sheet.id)).all()
    assert scores == [Decimal("91.5")] * 3
    assert (sheet.state, sheet.submitted_at, sheet.submitted_by_id) == (
        SheetState.submitted,
        NOW,
        make.actor(town).user_id,
    )
    with pytest.raises(MovedOn):
        make.press(sheet, "submit_sheet")
    make.session.rollback()
    score = make.session.scalars(select(SheetScore)).first()
    with pytest.raises(Refused, match="once"):
        prepare_score(make.session, score, make.actor(town), NOW)


@pytest.mark.requirement("TA-32")
def test_the_database_itself_keeps_to_one_sheet_and_one_score(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    (sheet,) = make.sheets(cycle, rater_unit_id=town.id)
    twice = {"cycle_id": cycle.id, "region_id": cycle.region_id, "subject_kind": K.department, "side": Side.bottom_up}
    make.session.add(EvaluationSheet(subject_unit_id=office.id, rater_unit_id=town.id, **twice))
    with pytest.raises(IntegrityError):
        make.session.commit()
    make.session.rollback()
    make.score(sheet)
    score = make.session.scalars(select(SheetScore)).first()
    again = SheetScore(region_id=score.region_id, sheet_id=sheet.id, indicator_id=score.indicator_id, points=Decimal(1))
    make.session.add(again)
    with pytest.raises(IntegrityError):
        make.session.commit()


@pytest.mark.parametrize(
    ("points", "indicator", "field"),
    [("100.1", "依照清单履职", "points"), ("-0.1", "依照清单履职", "points"), ("90", "响应率", "indicator")],
)
def test_a_score_goes_from_nothing_to_a_hundred_of_what_is_asked(make, town, office, points, indicator, field):
    cycle = make.cycle(None, S.open, K.department)
    (sheet,) = make.sheets(cycle, rater_unit_id=town.id)
    score = SheetScore(sheet_id=sheet.id, indicator_id=named(make, cycle, indicator), points=Decimal(points))
    with pytest.raises(Refused) as told:
        prepare_score(make.session, score, make.actor(town), NOW)
    assert told.value.field == field


@pytest.mark.requirement("LX-22")
def test_a_survey_comes_with_its_source(make, town):
    make.village(town)
    cycle = make.cycle(None, S.open, K.community)
    (sheet,) = make.sheets(cycle, side=Side.bottom_up)
    make.score(sheet, "92.3")
    assert refused("source", make, sheet, "submit_sheet").field == "file_id"
    file = make.file(sheet.rater_unit)
    make.press(sheet, "submit_sheet", file_id=file)
    assert sheet.file_id == file.id


def test_closing_opens_what_is_in_and_lets_the_rest_lapse(make, office):
    towns = [make.township(), make.township()]
    cycle = make.cycle(None, S.open, K.department)
    first, second, _ = make.sheets(cycle)
    make.fill(first)
    make.press(cycle, "close_cycle")
    assert [sheet.state for sheet in make.sheets(cycle)] == [SheetState.opened, SheetState.lapsed, SheetState.lapsed]
    assert {first.rater_unit_id, second.rater_unit_id} == {town.id for town in towns}
    assert refused("not open", make, second, "submit_sheet") if second.state is SheetState.draft else True


@pytest.mark.requirement("TA-39")
def test_whose_sheets_lapse_is_told_once_and_how_many(make, office):
    towns = [make.township(), make.township()]
    make.item(make.department())
    cycle = make.cycle(None, S.open, K.department)
    for sheet in make.sheets(cycle, rater_unit_id=towns[0].id):
        make.fill(sheet)
    make.press(cycle, "close_cycle")
    lapsed = select(Outbox).where(Outbox.key.startswith(f"evaluation_cycle:{cycle.id}:lapsed"))
    told = {(row.unit_id, row.details["count"]) for row in make.session.scalars(lapsed)}
    assert told == {(towns[1].id, "2"), (make.office(Duty.assessment_office).id, "2")}


def test_a_cycle_does_not_close_before_its_period_is_over(make, town, office):
    cycle = make.cycle(None, S.open, K.department, ends_on=NOW.date())
    assert refused("period runs", make, cycle, "close_cycle").details["day"] == str(NOW.date())


# Agencies


@pytest.fixture
def regional(make, office):
    """An agency of three townships: the seat weighs half."""
    towns = [make.township() for _ in range(3)]
    agency = make.agency(*towns, department=office, weights=("50", "30", "20"), state=AgencyState.in_force)
    return agency, towns


@pytest.mark.requirement("TA-39")
def test_a_seat_gathers_what_every_township_says_by_its_weight(make, regional):
    agency, towns = regional
    cycle = make.cycle(None, S.open, K.agency)
    gathered = make.aggregate(cycle, agency.unit)
    for town, points in zip(towns, ("96", "91", "80"), strict=True):
        missing = [t.name for t in towns if make.sheets(cycle, rater_unit_id=t.id)[0].state is SheetState.draft]
        assert refused("R17", make, gathered, "submit_aggregate").details["townships"] == "、".join(sorted(missing))
        assert gathered.state is AggregateState.collecting
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], points)
    assert gathered.state is AggregateState.complete
    with pytest.raises(NotYours):
        make.press(gathered, "submit_aggregate", make.actor(towns[1]))
    make.session.rollback()
    make.press(gathered, "submit_aggregate", make.actor(towns[0]))
    # 0.5·96 + 0.3·91 + 0.2·80
    assert (gathered.state, gathered.score, gathered.township_grade) == (
        AggregateState.submitted,
        Decimal("91.30"),
        Grade.excellent,
    )


@pytest.mark.requirement("TA-39")
def test_the_weights_are_those_of_the_day_on_which_the_cycle_opened(make, regional):
    agency, _ = regional
    cycle = make.cycle(None, S.open, K.agency)
    assert [sheet.coverage for sheet in make.sheets(cycle, side=Side.bottom_up)] == [50, 30, 20]
    make.press(agency, "revise", note="New weights.")
    assert [sheet.coverage for sheet in make.sheets(cycle, side=Side.bottom_up)] == [50, 30, 20]


@pytest.mark.requirement("TA-39", "ZG-14")
def test_the_word_of_a_merged_township_is_its_successors_and_as_heavy(make, regional):
    agency, (seat, kept, merged) = regional
    alone = make.agency(merged, field="water", state=AgencyState.in_force)
    gone, beyond = make.township(), make.township()
    make.agency(gone, state=AgencyState.in_force)
    gone.valid_to = NOW.date()
    admin = make.actor(make.office(Duty.county_office), RoleName.admin)
    for unit, successor in ((merged, kept), (kept, beyond)):
        make.session.refresh(unit)
        with make.session.no_autoflush:
            unit.successor_id = successor.id
            prepare_unit(make.session, unit, admin, NOW)
        make.session.commit()
    cycle = make.cycle(None, S.open, K.agency)
    sheets = make.sheets(cycle, side=Side.bottom_up)
    said = [(sheet.subject_unit_id, sheet.rater_unit_id, sheet.coverage) for sheet in sheets]
    assert said == [(agency.unit_id, seat.id, 50), (agency.unit_id, beyond.id, 50), (alone.unit_id, beyond.id, 100)]


def submitted(make, regional, points="95", **columns):
    agency, _ = regional
    cycle = make.cycle(None, S.open, K.agency, **({"excellent_quota": Decimal(100)} | columns))
    make.fill_all(cycle, points, subject_unit_id=agency.unit_id)
    gathered = make.aggregate(cycle, agency.unit)
    make.press(gathered, "submit_aggregate")
    return gathered


@pytest.mark.requirement("TA-40")
def test_no_department_finds_excellent_what_the_townships_did_not(make, regional):
    gathered = submitted(make, regional, "89.9")
    assert gathered.township_grade is Grade.good
    told = refused("R18", make, gathered, "grade_agency", grade=Grade.excellent)
    assert (told.field, told.details["agency"]) == ("grade", gathered.unit.name)
    make.press(gathered, "grade_agency", grade=Grade.good)
    assert (gathered.state, gathered.grade) == (AggregateState.graded, Grade.good)


@pytest.mark.requirement("TA-40")
def test_the_database_itself_knows_the_excellence_cap(make, regional):
    gathered = submitted(make, regional, "89.9")
    gathered.grade = Grade.excellent
    with pytest.raises(IntegrityError):
        make.session.commit()


@pytest.mark.requirement("TA-40")
def test_what_both_find_excellent_is_graded_so_within_the_quota(make, regional):
    gathered = submitted(make, regional)
    assert gathered.township_grade is Grade.excellent
    gathered.cycle.excellent_quota = Decimal("99.99")
    make.session.commit()
    told = refused("Quota", make, gathered, "grade_agency", grade=Grade.excellent)
    assert (told.field, told.details["agencies"], told.details["most"]) == ("grade", 1, 0)
    gathered.cycle.excellent_quota = Decimal(100)
    make.session.commit()
    make.press(gathered, "grade_agency", grade=Grade.excellent)
    assert gathered.grade is Grade.excellent


def test_a_department_scores_its_agency_before_it_grades_it(make, regional):
    agency, towns = regional
    cycle = make.cycle(None, S.open, K.agency)
    for town in towns:
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0])
    gathered = make.aggregate(cycle, agency.unit)
    make.press(gathered, "submit_aggregate")
    refused("own sheet", make, gathered, "grade_agency", grade=Grade.good)
    make.fill(make.sheets(cycle, side=Side.top_down)[0])
    make.press(gathered, "grade_agency", grade=Grade.good)


@pytest.mark.requirement("TA-33", "ZG-11")
def test_nobody_but_the_townships_it_serves_and_its_department_evaluates_an_agency(make, regional):
    agency, towns = regional
    make.township()
    cycle = make.cycle(None, S.open, K.agency)
    assert {sheet.rater_unit_id for sheet in make.sheets(cycle)} == {*(t.id for t in towns), agency.department_id}


# Scores


@pytest.mark.requirement("TA-40", "TA-38")
def test_an_agency_whose_score_is_excellent_is_capped_by_what_townships_found(make, regional):
    agency, towns = regional
    cycle = make.cycle(None, S.open, K.agency)
    for town in towns:
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], "89")
    make.fill(make.sheets(cycle, side=Side.top_down)[0], "100")
    gathered = make.aggregate(cycle, agency.unit)
    make.press(gathered, "submit_aggregate")
    make.press(gathered, "grade_agency", grade=Grade.good)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, agency.unit)
    # 0.6·89 + 0.4·100
    assert (result.bottom_up, result.top_down, result.total, result.share) == (
        Decimal("89.00"),
        Decimal("100.00"),
        Decimal("93.40"),
        Decimal("60.00"),
    )
    assert (result.grade, result.capped_by, result.place) == (Grade.good, CappedBy.township_grade, None)


@pytest.mark.requirement("TA-39")
def test_an_agency_whose_seat_submitted_nothing_has_no_score(make, regional):
    agency, towns = regional
    cycle = make.cycle(None, S.open, K.agency)
    make.fill(make.sheets(cycle, rater_unit_id=towns[0].id)[0], "89")
    make.fill(make.sheets(cycle, side=Side.top_down)[0], "100")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, agency.unit)
    assert (result.bottom_up, result.top_down, result.total, result.grade) == (None, Decimal("100.00"), None, None)


@pytest.mark.requirement("TA-32", "TC-53")
def test_a_department_score_joins_the_mean_of_the_townships_and_the_view_from_above(make, office):
    towns = [make.township(), make.township(), make.township()]
    make.list_in_force().effective_from = NOW.date() - timedelta(days=1)
    make.session.commit()
    cycle = make.cycle(None, S.open, K.department)
    points = {"依照清单履职": "90", "职责下沉事项保障": "80", "“乡呼县应”办理": "70.5"}
    for town, less in zip(towns, ("0", "10", "20"), strict=True):
        of_town = {name: str(Decimal(text) - Decimal(less)) for name, text in points.items()}
        make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], of_town)
    make.fill(make.sheets(cycle, side=Side.top_down)[0], "88")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, office)
    # Means 80, 70, 60.5; 0.35·80 + 0.25·70 + 0.4·60.5 = 69.7
    assert result.bottom_up == Decimal("69.70")
    # From above: one item without a drawing, the sheet, and no order: (15·0 + 10·88 + 10·100 + 5·100)/40
    assert result.top_down == Decimal("59.50")
    # 0.3333·69.7 + 0.6667·59.5 = 62.89966
    assert (result.share, result.total, result.grade, result.place) == (
        Decimal("33.33"),
        Decimal("62.90"),
        Grade.qualified,
        1,
    )


@pytest.mark.requirement("LX-22")
@pytest.mark.parametrize(
    ("asked", "total", "grade"), [(Side.top_down, None, None), (Side.bottom_up, Decimal("95.00"), Grade.excellent)]
)
def test_a_community_whose_residents_were_not_asked_has_no_score(make, town, asked, total, grade):
    """R33: what weighs most is not made up by the township's word."""
    village = make.village(town)
    cycle = make.cycle(None, S.open, K.community)
    make.fill_all(cycle, "95", side=asked)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, village)
    assert (result.total, result.grade) == (total, grade)


@pytest.mark.requirement("TA-32")
def test_a_department_that_no_township_evaluated_has_no_score(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    make.fill(make.sheets(cycle, side=Side.top_down)[0])
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, office)
    assert (result.bottom_up, result.total, result.grade, result.place) == (None, None, None, None)


def test_excellent_are_as_many_as_the_quota_has_room_for_and_equal_ones_all_or_none(make, town):
    departments = [make.department() for _ in range(5)]
    for department in departments:
        make.item(department)
    cycle = make.cycle(None, S.open, K.department, excellent_quota=Decimal(40))
    for department, points in zip(departments, ("99", "98", "98", "97", "70"), strict=True):
        for sheet in make.sheets(cycle, subject_unit_id=department.id):
            make.fill(sheet, points)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    found = [make.result(cycle, department) for department in departments]
    assert [result.place for result in found] == [1, 2, 2, 4, 5]
    assert [result.grade for result in found] == [Grade.excellent, *[Grade.good] * 4]
    assert [result.capped_by for result in found] == [None, *[CappedBy.quota] * 3, None]


@pytest.mark.requirement("TC-53")
def test_townships_have_a_score_and_no_place(make, office):
    towns = [make.township(), make.township()]
    make.call(towns[0], lead=office, state=CallState.dispatched, at=NOW - timedelta(days=9))
    cycle = make.cycle(None, S.open, K.township)
    for town, points in zip(towns, ("95", "70"), strict=True):
        for sheet in make.sheets(cycle, subject_unit_id=town.id):
            make.fill(sheet, points)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    found = [make.result(cycle, town) for town in towns]
    assert [(r.total, r.grade, r.place) for r in found] == [
        (Decimal("95.00"), Grade.excellent, None),
        (Decimal("70.00"), Grade.qualified, None),
    ]


def test_under_sixty_in_a_veto_indicator_nothing_is_better_than_unqualified(make, town, office):
    cycle = make.cycle(None, S.draft, K.department)
    change(make, cycle, "清单日常管理", is_veto=True)
    make.press(cycle, "open_cycle")
    make.fill(make.sheets(cycle, rater_unit_id=town.id)[0], "99")
    make.fill(make.sheets(cycle, side=Side.top_down)[0], "59.9")
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    result = make.result(cycle, office)
    assert (result.total > 60, result.grade, result.capped_by) == (True, Grade.unqualified, CappedBy.veto)


@pytest.mark.requirement("LX-29")
def test_scores_wait_until_every_closed_call_is_assessed(make, town, office):
    call = make.call(town, lead=office, state=CallState.closed, at=NOW - timedelta(days=20))
    call.closed_at = NOW - timedelta(days=5)
    kept = make.session.scalars(select(CaseAssessment)).all()
    make.session.commit()
    cycle = make.cycle(None, S.closed, K.department)
    for row in kept:
        make.session.delete(row)
    make.session.commit()
    assert refused("R21", make, cycle, "compute_scores").details["count"] == 1


def test_what_changed_since_it_was_computed_is_not_confirmed(make, town, office):
    cycle = make.cycle(None, S.computed, K.department)
    part = make.assignment(lead=office, caller=town)
    part.failure_kind, part.failed_at = "inaction", NOW - timedelta(days=3)
    make.session.commit()
    make.press(cycle, "confirm_scores")
    cycle = make.cycle(None, S.computed, K.department)
    part.respond_due = NOW - timedelta(days=4)
    make.session.commit()
    refused("changed since", make, cycle, "confirm_scores")
    make.press(cycle, "compute_scores")
    make.press(cycle, "confirm_scores")


@pytest.mark.requirement("TC-53")
def test_the_same_inputs_give_the_same_seal_and_others_another(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores"):
        make.press(cycle, name)
    first = (cycle.results_hash, make.result(cycle, office).inputs_hash, make.result(cycle, office).total)
    make.press(cycle, "compute_scores", at=NOW + timedelta(days=3))
    assert (cycle.results_hash, make.result(cycle, office).inputs_hash, make.result(cycle, office).total) == first
    make.session.scalars(select(SheetScore)).first().points -= Decimal("0.1")
    make.session.commit()
    make.press(cycle, "compute_scores")
    assert cycle.results_hash != first[0]
    assert make.result(cycle, office).inputs_hash != first[1]


def test_everyone_hears_of_its_own_score_and_may_appeal_for_ten_working_days(make, town, office):
    cycle = make.cycle(None, S.published, K.department)
    told = make.session.scalars(select(Outbox).where(Outbox.key.startswith(f"evaluation_cycle:{cycle.id}:published")))
    assert [row.unit_id for row in told] == [office.id]
    assert cycle.appeal_due == NOW + timedelta(days=14, hours=8, minutes=30)


@pytest.mark.requirement("TC-53")
def test_a_correction_stands_signed_beside_what_was_published(make, town, office):
    cycle = make.cycle(None, S.open, K.department)
    make.fill_all(cycle)
    for name in ("close_cycle", "compute_scores", "confirm_scores", "publish_scores"):
        make.press(cycle, name)
    result = make.result(cycle, office)
    appeal = make.appeal(result)
    total = result.total
    said = {"answer": "One sheet was counted twice.", "signature": "Assessor, assessment office"}
    assert (
        refused("as published", make, appeal, "uphold_appeal", corrected_total=total, **said).field == "corrected_total"
    )
    make.press(appeal, "uphold_appeal", corrected_total=Decimal("90.5"), **said)
    assert (appeal.state, appeal.published_total, appeal.corrected_total) == (
        AppealState.upheld,
        total,
        Decimal("90.50"),
    )
    assert (appeal.signature, appeal.answered_at, appeal.answered_by_id) == (
        said["signature"],
        NOW,
        make.assessor().user_id,
    )
    assert make.result(cycle, office).total == total
    (line,) = scoreboard(make.session, cycle)[K.department]
    assert (line.result.grade, line.corrected, line.corrected_grade) == (Grade.good, Decimal("90.50"), Grade.good)
    with pytest.raises(MovedOn):
        make.press(appeal, "dismiss_appeal", **said)


def test_a_unit_appeals_against_its_own_published_score_in_time(make, town, office):
    cycle = make.cycle(None, S.confirmed, K.department)
    result = make.result(cycle, office)
    with pytest.raises(Refused, match="published"):
        make.appeal(result)
    make.session.rollback()
    make.press(cycle, "publish_scores", at=NOW - timedelta(days=20))
    with pytest.raises(Refused, match="time to appeal"):
        make.appeal(make.result(cycle, office))
    make.session.rollback()
    cycle.appeal_due = NOW
    make.session.commit()
    with pytest.raises(Refused, match="Say what is wrong"):
        make.appeal(make.result(cycle, office), reason=" ")
    make.session.rollback()
    result = make.result(cycle, office)
    result_of_other = make.actor(make.department())
    with pytest.raises(Refused, match="its own score"):
        prepare_appeal(make.session, ScoreAppeal(result_id=result.id, reason="x"), result_of_other, NOW)
    appeal = make.appeal(result)
    make.press(appeal, "dismiss_appeal", answer="Counted right.", signature="Assessor")
    assert (appeal.state, appeal.corrected_total) == (AppealState.dismissed, None)


@pytest.mark.requirement("TC-53")
@pytest.mark.parametrize(
    ("kind", "grade", "cap", "corrected", "expected"),
    [
        (K.department, Grade.qualified, None, "80", Grade.good),
        (K.department, Grade.qualified, None, "91", Grade.good),
        (K.department, Grade.good, CappedBy.quota, "95", Grade.good),
        (K.department, Grade.excellent, None, "99", Grade.excellent),
        (K.department, Grade.excellent, None, "79.99", Grade.qualified),
        (K.department, Grade.unqualified, CappedBy.veto, "91", Grade.unqualified),
        (K.township, Grade.good, None, "90", Grade.excellent),
        (K.agency, Grade.good, CappedBy.township_grade, "95", Grade.good),
        (K.department, Grade.good, None, None, None),
    ],
)
def test_a_corrected_score_is_graded_by_the_scale_and_never_newly_excellent(
    make, kind, grade, cap, corrected, expected
):
    result = ScoreResult(cycle=make.cycle(), subject_kind=kind, grade=grade, capped_by=cap)
    assert corrected_grade(result, None if corrected is None else Decimal(corrected)) is expected
    make.session.rollback()


def test_one_appeal_is_answered_for_a_score_and_another_waits_for_nothing(make, town, office):
    def offered():
        return list(make.session.scalars(select(ScoreResult).where(own_results(make.actor(office)))))

    result = make.result(make.cycle(None, S.published, K.department), office)
    assert offered() == [result]
    withdrawn = make.appeal(result)
    assert offered() == []
    with pytest.raises(Refused, match="is open") as told:
        make.appeal(result)
    assert told.value.field == "result"
    make.session.rollback()
    make.press(withdrawn, "withdraw_appeal")
    assert offered() == [result]
    open_one = make.appeal(result)
    prepare_appeal(make.session, open_one, make.actor(office), NOW)  # its reason is changed: it is no second one
    make.press(open_one, "dismiss_appeal", answer="Counted right.", signature="Assessor")
    with pytest.raises(Refused, match="final") as told:
        make.appeal(result)
    assert told.value.field == "result"


def test_a_draft_is_thrown_away_with_its_indicators(make):
    cycle = make.cycle()
    forget_cycle(make.session, cycle, make.assessor(), NOW)
    make.session.delete(cycle)
    make.session.commit()
    assert make.session.scalars(select(EvaluationIndicator)).all() == []


def test_a_cycle_without_indicators_or_with_nobody_to_evaluate_does_not_open(make, town):
    cycle = make.cycle(None, S.draft, K.community)
    refused("Nobody is to be evaluated", make, cycle)
    for row in make.indicators(cycle):
        make.session.delete(row)
    make.session.commit()
    refused("No indicator", make, cycle)
    cycle = make.cycle(None, S.draft, K.department, closes_on=NOW.date() - timedelta(days=1))
    refused("last day", make, cycle)
