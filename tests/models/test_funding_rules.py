"""What townships live on: eight heads of spending, income returned, grades of posts."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from models.funding import PostGrades, ReturnedIncome, ReturnRatio, SpendingHead, TownshipFunding
from models.organisation import Duty
from models.rules.funding import prepare_funding, prepare_grades, prepare_means, prepare_ratio
from models.workflow import Refused
from tests.make import NOW

DAY = date(2026, 1, 1)


def refusal(function, session, row, actor):
    with pytest.raises(Refused) as refused:
        function(session, row, actor, NOW)
    return refused.value.field


@pytest.fixture
def office(make):
    return make.actor(make.office(Duty.county_office))


@pytest.mark.requirement("ZG-15")
def test_a_head_is_recorded_once_a_year_of_a_township_and_edited_after_that(session, make, office):
    town, other = make.township(), make.township()

    def funds(unit, year, head):
        row = TownshipFunding(unit_id=unit.id, year=year, head=head, planned=Decimal(30))
        prepare_funding(session, row, office, NOW)
        session.add(row)
        session.flush()
        return row

    row = funds(town, 2026, SpendingHead.health)
    prepare_funding(session, row, office, NOW)
    for more in ((other, 2026, SpendingHead.health), (town, 2027, SpendingHead.health), (town, 2026, "housing")):
        funds(*more)
    with pytest.raises(Refused, match="Edit that one") as refused:
        funds(town, 2026, SpendingHead.health)
    assert (refused.value.field, refused.value.details) == ("head", {"unit": town.name, "year": 2026})


@pytest.mark.requirement("ZG-15")
def test_a_township_has_funds_under_eight_heads_of_a_year(session, make, office):
    town = make.township()
    assert len(SpendingHead) == 8
    funding = TownshipFunding(unit_id=town.id, year=2026, head=SpendingHead.health, planned=Decimal(30))
    prepare_funding(session, funding, office, NOW)
    assert funding.region_id == town.region_id
    for name, wrong in (("year", 26), ("planned", Decimal(-1)), ("paid", Decimal("-0.01"))):
        columns = {"year": 2026, "planned": Decimal(1), name: wrong}
        row = TownshipFunding(unit_id=town.id, head=SpendingHead.health, **columns)
        assert refusal(prepare_funding, session, row, office) == name


@pytest.mark.requirement("ZG-15", "ZG-16", "ZG-23")
@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (TownshipFunding, {"year": 2026, "head": SpendingHead.health, "planned": 1}),
        (ReturnRatio, {"income": ReturnedIncome.land, "percent": 1, "from_on": DAY}),
        (PostGrades, {"from_on": DAY}),
    ],
)
def test_of_a_township_each_is_said_once(session, make, model, columns):
    town = make.township()
    for _ in range(2):
        session.add(model(unit_id=town.id, region_id=town.region_id, **columns))
    with pytest.raises(IntegrityError):
        session.commit()


@pytest.mark.requirement("ZG-16")
@pytest.mark.parametrize(("percent", "fits"), [("100", True), ("100.01", False), ("-1", False)])
def test_no_more_than_all_of_an_income_is_returned(session, make, office, percent, fits):
    ratio = ReturnRatio(unit_id=make.township().id, income=ReturnedIncome.land, percent=Decimal(percent), from_on=DAY)
    if fits:
        prepare_ratio(session, ratio, office, NOW)
    else:
        assert refusal(prepare_ratio, session, ratio, office) == "percent"


@pytest.mark.requirement("ZG-16")
def test_the_incomes_of_the_article_are_among_the_words():
    assert {str(income) for income in ReturnedIncome} == {"land", "infrastructure", "fines", "charges"}


@pytest.mark.requirement("ZG-23")
def test_the_part_of_senior_and_middle_posts_follows(session, make, office):
    grades = PostGrades(unit_id=make.township().id, from_on=DAY, senior=1, middle=4, junior=7)
    prepare_grades(session, grades, office, NOW)
    assert grades.upper == Decimal("41.7")
    grades.senior = grades.middle = grades.junior = 0
    assert refusal(prepare_grades, session, grades, office) == "junior"


def test_all_of_it_is_of_townships_of_ones_county(session, make, office):
    for unit in (make.department(), make.township(make.county())):
        row = ReturnRatio(unit_id=unit.id, income=ReturnedIncome.land, percent=Decimal(1), from_on=DAY)
        assert refusal(prepare_means, session, row, office) == "unit"
