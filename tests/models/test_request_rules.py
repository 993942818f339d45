"""A request of data rests on a duty that is owed, and says what the county has already."""

from datetime import date

import pytest
from sqlalchemy import select

from models.admissions import AdmissionState
from models.assigned import MatterState
from models.item_words import ItemState
from models.lists import ListItem
from models.recorder import verify
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.rules.requests import forget_field, label_key, prepare_request
from models.witness import differences
from models.workflow import Refused
from tests.make import NOW
from tests.models.look import last_message, told

R = RequestState


def field_refused(do, *args, **options):
    with pytest.raises(Refused) as refused:
        do(*args, **options)
    return refused.value.field


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("企业数", "企业数量"),
        ("企业数", "企业的数量"),
        ("企业 总数", "企业"),
        ("\uff27\uff24\uff30（万元）", "gdp 万元"),
        ("固定资产-投资额", "固定资产投资额"),
        ("排放量", "排放总量"),
    ],
)
def test_labels_that_mean_the_same_have_one_key(one, other):
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize(("one", "other"), [("产量", "产值"), ("数量", "产量"), ("企业数", "农户数"), ("的", "数")])
def test_labels_that_mean_another_thing_have_another(one, other):
    assert label_key(one) != label_key(other)


@pytest.mark.parametrize("label", ["。", "的", "数", "﷽" * 20])
def test_every_label_has_a_key_that_fits(label):
    assert 0 < len(label_key(label)) <= 80


# What is held already


def held(session, request):
    rows = select(DataRequestField.label, DataRequestField.held_in_id).where(DataRequestField.request_id == request.id)
    return {label: key for label, key in session.execute(rows) if key}


@pytest.mark.databases
def test_a_field_that_the_county_has_is_named_with_its_place(make, session):
    of_month = {"title": "月报", "month": 11, "state": R.sent}
    earlier = make.request(make.department(name="Zj"), fields=["企业数", "产值:GB-7"], **of_month)
    request = make.request(month=11, fields=["企业的数量", "工业产值:GB-7", "利润"])
    assert held(session, request) == {"企业的数量": earlier.id, "工业产值": earlier.id}
    assert (request.asked, request.repeated) == (3, 2)
    assert request.places == "《月报》（Zj，2026-11）2/3"


@pytest.mark.parametrize(
    "differs",
    [{"month": 10}, {"year": 2025}, {"month": None}, {"subject": "农户"}],
    ids=["another month", "another year", "the whole year", "another subject"],
)
def test_another_period_or_subject_is_another_thing(make, differs):
    make.request(**{"month": 11, "state": R.sent} | differs)
    assert make.request(month=11).repeated == 0
    make.request(month=11, state=R.sent)
    assert make.request(month=11).repeated == 1


@pytest.mark.parametrize("state", [R.draft, R.withdrawn])
def test_only_what_is_asked_for_is_held(make, state):
    make.request(state=state)
    assert make.request().repeated == 0


def test_another_county_holds_nothing_for_us(make):
    here, there = make.department(make.county()), make.department(make.county())
    make.request(there, state=R.sent)
    assert make.request(here).repeated == 0


def test_of_several_the_first_is_named_and_empty_codes_are_not_alike(make, session):
    first = make.request(state=R.sent, fields=["利润"])
    make.request(state=R.sent, fields=["利润", "产值"])
    assert held(session, make.request(fields=["利润", "税额"])) == {"利润": first.id}


def test_the_department_is_warned_and_not_refused(make):
    make.request(state=R.sent)
    request = make.request(state=R.sent)
    assert (request.state, request.repeated) == (R.sent, 1)


def test_it_is_looked_again_when_it_is_sent(make):
    draft = make.request()
    make.request(state=R.sent, title="Meanwhile")
    assert draft.repeated == 0
    make.press(draft, "send")
    assert draft.repeated == 1
    assert "Meanwhile" in draft.places


def test_a_field_taken_out_is_counted_no_more(make, session):
    make.request(state=R.sent, fields=["利润"])
    request = make.request(fields=["利润", "税额"])
    row = session.scalars(select(DataRequestField).where(DataRequestField.request_id == request.id)).first()
    forget_field(session, row, make.actor(request.department), NOW)
    assert (request.asked, request.repeated, request.places) == (1, 0, "")


def test_the_same_is_asked_once_in_a_request(make):
    assert field_refused(make.request, fields=["企业数", "企业数量"]) == "label"


@pytest.mark.parametrize("wrong", [{"year": 26}, {"month": 0}, {"month": 13}])
def test_a_period_is_a_year_or_a_month_of_it(make, session, wrong):
    (field,) = wrong
    request = DataRequest(**{"title": "x", "subject": "x", "year": 2026} | wrong)
    assert field_refused(prepare_request, session, request, make.actor(make.department()), NOW) == field


def test_a_longer_request_costs_no_more_to_compare(make, session, statements):
    make.request(state=R.sent, fields=[f"F{n}" for n in range(40)])

    def cost(number):
        request = make.request(fields=[f"F{n}" for n in range(number)])
        actor = make.actor(request.department)
        for row in session.scalars(select(DataRequestField).where(DataRequestField.request_id == request.id)):
            row.held_in_id = None
        session.commit()
        request.title  # noqa: B018  (read again)
        statements.clear()
        make.press(request, "send", actor)
        assert request.repeated == number
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    assert cost(3) == cost(23)
    assert (verify(session), list(differences(session))) == ([], [])


# R5


@pytest.mark.requirement("TA-19", "TC-12", "TC-18")
def test_a_request_rests_on_an_item_in_force(make):
    draft = make.request(item=make.item(duty_list=make.duty_list()))
    assert draft.list_item.state is ItemState.draft
    assert field_refused(make.press, draft, "send") == "list_item"
    assert field_refused(make.request, state=R.sent, assigned_matter_id=None) == "list_item"
    assert make.request(state=R.sent).state is R.sent


@pytest.mark.requirement("TA-19", "TC-12")
def test_or_on_a_matter_in_force_that_names_both_sides(make):
    lead, helper, other, town, elsewhere = *(make.department() for _ in range(3)), make.township(), make.township()
    matter = make.matter(lead, town, state=MatterState.in_force, helpers=[helper])
    on_it = {"assigned_matter_id": matter.id}
    for department in (lead, helper):
        assert make.request(department, town, state=R.sent, **on_it).state is R.sent
    assert field_refused(make.request, other, town, state=R.sent, **on_it) == "list_item"
    assert field_refused(make.request, lead, town, elsewhere, state=R.sent, **on_it) == "list_item"
    make.press(matter, "end")
    assert field_refused(make.request, lead, town, state=R.sent, **on_it) == "list_item"


@pytest.mark.requirement("TA-19")
@pytest.mark.parametrize("state", [MatterState.draft, MatterState.submitted])
def test_a_matter_that_is_not_approved_carries_nothing(make, state):
    lead, town = make.department(), make.township()
    matter = make.matter(lead, town, state=state, ends_on=date(2026, 12, 31))
    assert field_refused(make.request, lead, town, state=R.sent, assigned_matter_id=matter.id) == "list_item"


@pytest.mark.requirement("TA-19")
def test_a_department_asks_only_for_what_an_item_names_it_in(make):
    lead, helper = make.department(), make.department()
    item = make.item(lead, cooperating=[helper])
    for department in (lead, helper):
        make.request(department, item=item, state=R.sent)
    assert field_refused(make.request, make.department(), item=item, state=R.sent) == "list_item"


@pytest.mark.requirement("TA-19", "TA-20", "TC-12")
def test_an_admitted_duty_is_asked_of_the_townships_that_it_was_admitted_for(session, make):
    department, ours, theirs = make.department(), make.township(), make.township()
    item = make.admission(department, townships=[ours], state=AdmissionState.in_force).resulting_item
    make.request(department, ours, item=item, state=R.sent)
    with pytest.raises(Refused) as refused:
        make.request(department, ours, theirs, item=item, state=R.sent)
    assert (refused.value.field, refused.value.details["townships"]) == ("townships", theirs.name)
    session.rollback()
    edition = item.duty_list
    make.press(edition, "revise")
    for move in ("submit", "publish"):
        make.press(make.next_of(edition), move)
    session.refresh(item)
    later = session.get(ListItem, item.replaced_by_id)
    make.request(department, ours, item=later, state=R.sent)
    assert field_refused(make.request, department, theirs, item=later, state=R.sent) == "townships"


def test_nothing_is_asked_of_nobody_and_nobody_for_nothing(make, session):
    empty = make.request(fields=[])
    assert field_refused(make.press, empty, "send") == "fields"


def test_nothing_is_sent_to_nobody(session, make):
    request = make.request()
    session.delete(session.scalars(select(DataRequestTownship)).one())
    session.commit()
    with pytest.raises(Refused, match="No township is named") as refused:
        make.press(request, "send")
    assert refused.value.field == "townships"


def test_the_townships_are_told_when_it_is_sent_and_when_it_is_withdrawn(make, session):
    town = make.township()
    request = make.request(None, town)
    for name in ("send", "withdraw"):
        since = last_message(session)
        make.press(request, name, note="x")
        assert told(session, since).keys() == {town.name}
