"""A proposal and an admission ask for what the kind of their list asks for: every kind, by form and by program."""

import re

import pytest
from sqlalchemy import select

from models.admissions import DutyAdmission
from models.item_words import FieldKind, ItemColumn, ListState
from models.lists import ListField, ListItem, ListType
from models.organisation import Duty
from models.queries.list_types import fields_of_type, label_of
from models.roles import RoleName
from models.seeds.reference import seed
from tests.make import NOW

DUTY = {
    "title": "河道清淤（演示）",
    "department_duties": "定标准。",
    "township_duties": "巡查上报。",
    "legal_basis": "《防洪法》",
}
WORDS = {"authority_holder": "township", "benefit_holder": "shared", "sink_kind": "delegated"}


def demanded(session, list_type, department):
    """A value for every column that the type demands, as a program sends it."""
    said = {}
    for field in fields_of_type(session, list_type.id):
        if field.required and field.name not in DUTY:
            choices = field.choices.splitlines()
            said[field.name] = (
                department.id
                if field.column is ItemColumn.lead_department
                else WORDS.get(field.name) or (choices[0] if choices else "按要求办理。")
            )
    return said


def own_text(session, list_type):
    """The heading of a field that only this type has, or of one that it calls by another name."""
    fields = fields_of_type(session, list_type.id)
    named = [f for f in fields if f.kind is not FieldKind.flag and (f.column is None or f.label)]
    return next((label_of(field) for field in named if field.column is not ItemColumn.cooperating_departments), "")


@pytest.fixture
def lists(session, make):
    """A list in force of every kind, each with an item that is written as the kind demands."""
    seed(session, NOW)
    types = session.scalars(select(ListType).order_by(ListType.id)).all()
    return [
        make.duty_list(list_type=list_type, state=ListState.published, edition=1, published_at=NOW)
        for list_type in types
    ]


@pytest.mark.long
@pytest.mark.requirement("TA-13", "TA-14", "TC-14", "TS-08")
def test_an_item_can_be_proposed_for_every_kind_of_list(session, make, lists, program_of, browser_of):
    town, department = make.township(), make.department()
    clerk, office = program_of(town), program_of(make.office(Duty.editorial_office), RoleName.list_manager)
    page = browser_of(town)
    for number, edition in enumerate(lists):
        said = DUTY | demanded(session, edition.list_type, department)
        said |= {"duty_list": edition.id, "kind": "add", "reason": "unclear_duty", "explanation": "无人牵头。"}
        drawn = page.get(f"/list_adjustment/add?duty_list={edition.id}&kind=add&_l_=zh").text
        assert all(f'name="{name}"' in drawn for name in demanded(session, edition.list_type, department))
        assert own_text(session, edition.list_type) in drawn
        made = clerk.post("list_adjustment/", json=usable(said, drawn))
        assert made.status_code == 201, (edition.list_type.code, made.json)
        key = made.json["id"]
        assert clerk.move("list_adjustment", key, "submit").status_code == 200, edition.list_type.code
        office.move("list_adjustment", key, "ask_opinions", unit_ids=[department.id])
        opinion = office.get("adjustment_opinion/").json["result"]
        own = program_of(department)
        mine = [o["id"] for o in opinion if o["state"] == "asked"]
        own.move("adjustment_opinion", mine[0], "give", agrees=True, opinion="同意。")
        approved = office.move("list_adjustment", key, "approve", approval_document="泰委 1", code=f"N-{number}")
        assert approved.status_code == 200, (edition.list_type.code, approved.json)
        item = session.scalars(select(ListItem).where(ListItem.code == f"N-{number}")).one()
        assert item.duty_list.list_type_id == edition.list_type_id
        for name, value in demanded(session, edition.list_type, department).items():
            held = getattr(item, f"{name}_id" if name == "lead_department" else name, item.extra.get(name))
            assert held == value, (edition.list_type.code, name)


@pytest.mark.long
@pytest.mark.requirement("TA-20", "TC-14")
def test_a_duty_can_be_admitted_to_every_kind_of_list(session, make, lists, program_of, browser_of):
    department = make.department()
    program, page = program_of(department), browser_of(department)
    for edition in lists:
        said = {k: v for k, v in demanded(session, edition.list_type, department).items() if k != "lead_department"}
        drawn = page.get(f"/duty_admission/add?duty_list={edition.id}&_l_=zh").text
        assert all(f'name="{name}"' in drawn for name in said), edition.list_type.code
        body = DUTY | said | {"duty_list": edition.id, "nature": "phased", "reason": "主汛期人手不足。"}
        made = program.post("duty_admission/", json=body | {"starts_on": "2098-04-15", "ends_on": "2098-10-15"})
        assert made.status_code == 201, (edition.list_type.code, made.json)
        admission = session.get(DutyAdmission, made.json["id"])
        make.guarantees(admission)
        refused = program.move("duty_admission", admission.id, "submit")
        assert list(refused.json["message"]) == ["townships"], "of what the kind of list demands, nothing is missing"


def usable(said, drawn):
    """What of it the form has."""
    return {name: value for name, value in said.items() if f'name="{name}"' in drawn}


def test_before_the_list_is_chosen_the_form_asks_what_every_proposal_says(make, browser_of):
    drawn = browser_of(make.township()).get("/list_adjustment/add").text
    for name, there in {
        "duty_list": True,
        "explanation": True,
        "title": True,
        "legal_basis": False,
        "trips": False,
    }.items():
        assert (f'name="{name}"' in drawn) is there


def test_what_few_proposals_say_is_folded_until_it_is_said_or_wrong(make, browser_of):
    page = browser_of(make.township())
    edition = make.duty_list(list_type=make.list_type(), state=ListState.published, edition=1, published_at=NOW)
    address = f"/list_adjustment/add?duty_list={edition.id}"

    def fold(drawn):
        return re.search(r'<details class="field-wide more"( open)?>(.*?)</details>', drawn, re.DOTALL).groups()

    closed, within = fold(page.get(address).text)
    assert (closed, 'name="sink_kind"' in within, 'name="explanation"' in within) == (None, True, False)
    assert fold(page.get(f"{address}&sink_kind=delegated").text)[0], "what is filled in is seen"
    wrong = page.post(address, data={"duty_list": edition.id, "kind": "add", "yearly_cases": "many"})
    opened, within = fold(wrong.text)
    assert (wrong.status_code, bool(opened), 'aria-invalid="true"' in within) == (422, True, True)


@pytest.mark.requirement("TC-26")
def test_a_proposal_in_the_columns_of_its_kind_shows_them_and_no_other(session, make, browser_of):
    list_type = make.list_type()
    for field in session.scalars(select(ListField).where(ListField.name.in_(("trips", "sink_kind")))):
        session.delete(field)
    make.list_field(list_type, "boat", label="船只")
    town = make.township()
    adjustment = make.adjustment(by=town, extra={"boat": "两艘"})
    shown = browser_of(town).get(f"/list_adjustment/{adjustment.id}?_l_=zh").text
    assert "船只" in shown
    assert "两艘" in shown
    assert "下沉方式" not in shown
