"""What breaks a console that believes what it is sent, tried on every console that is declared."""

import itertools
from urllib.parse import quote

import pytest
from flask_babel import force_locale, gettext
from sqlalchemy import select

from app.engine import write
from app.engine.derive import shape_of
from app.engine.query import OPERATORS
from app.errors import PAGES
from models.calls import CallAssignment, CallState
from models.organisation import Duty
from models.rights import grants
from models.roles import RoleName
from tests.views.conftest import PASSWORD
from tests.views.walk import INNARDS, WRONG
from views import CONSOLES

SHAPES = [shape_of(console) for console in CONSOLES]
WRITTEN = [
    shape for shape in SHAPES if shape.form and any(("can_add", shape.permission) in grants(role) for role in RoleName)
]


@pytest.fixture
def everyone(make):
    """Where somebody serves who holds every role there is: nothing is refused them for lack of a permission."""
    return make.township(), *RoleName


@pytest.fixture
def program(program_of, everyone):
    return program_of(*everyone)


@pytest.fixture
def browser(browser_of, everyone):
    return browser_of(*everyone)


# Questions


def asked_by_filter(shape, name):
    kind = shape.fields[name].kind
    return [f"(filters:!((col:{name},opr:{operator},value:1)))" for operator in OPERATORS.get(kind, ("eq",))]


@pytest.mark.long
def test_no_list_can_be_narrowed_or_sorted_by_what_it_does_not_offer(program):
    answered = []
    for shape in SHAPES:
        filters = [q for name in shape.fields.keys() - {*shape.filterable} for q in asked_by_filter(shape, name)]
        orders = [f"(order_column:{name})" for name in shape.fields.keys() - {*shape.sortable, shape.order[0]}]
        questions = [f"{shape.resource}/?q={question}" for question in (*filters, *orders)]
        answered += [question for question in questions if program.get(question).status_code != 400]
    assert answered == []


@pytest.mark.long
def test_every_filter_and_order_that_is_offered_works(browser, program):
    values = {"moment": "2026-11-23", "day": "2026-11-23", "hour": "08:30", "flag": "on"}
    failed = []
    for shape in SHAPES:
        paths = [f"/api/v1/{shape.resource}/?q=(order_column:{name})" for name in shape.sortable]
        for field in shape.pick(shape.filterable):
            value = str(next(iter(field.words))) if field.words else values.get(field.kind, "1")
            first, *others = OPERATORS[field.kind]
            paths.append(f"/{shape.resource}/?f={field.name}:{first}:{value}")
            told = f"(col:{field.name},opr:{{}},value:'{value}')"
            paths += [f"/api/v1/{shape.resource}/?q=(filters:!({told.format(each)}))" for each in others]
        failed += [path for path in paths if browser.get(path).status_code != 200]
    assert failed == []


@pytest.mark.long
def test_a_filter_with_a_wrong_value_is_refused_and_never_fails(program):
    failed = []
    for shape in SHAPES:
        for field in shape.pick(shape.filterable):
            first, *others = OPERATORS[field.kind]
            for operator, wrong in itertools.product((first, *others[-1:]), ("!n", "''", "9" * 5000, "'9999-12-31'")):
                path = f"{shape.resource}/?q={quote(f'(filters:!((col:{field.name},opr:{operator},value:{wrong})))')}"
                if program.get(path).status_code not in (200, 400):
                    failed.append(path[:200])
    assert failed == []


@pytest.mark.parametrize(
    "question",
    [
        '{"filters": [{"col": "title", "opr": "ct", "value": "\\ud800"}]}',
        '{"order_column": "\\ud800"}',
        "!(" * 5000,
        "[" * 5000,
        f"(page:{'9' * 5000})",
        "(filters:!(" + ",".join(["(col:id,opr:eq,value:1)"] * 25) + "))",
        "!t",
        "'x'",
    ],
    ids=["half a character", "half a column", "deep Rison", "deep JSON", "long number", "25 filters", "yes", "text"],
)
def test_a_question_that_its_reader_chokes_on_is_refused(program, question):
    answer = program.get(f"call/?q={quote(question)}")
    assert answer.status_code == 400
    assert not INNARDS.search(answer.text)


def test_words_are_not_looked_for_where_there_are_none(browser_of, make):
    browser = browser_of(make.office(Duty.county_office), RoleName.admin)
    assert browser.get("/promise/?q=x").status_code == 400
    assert browser.get("/call/?q=x").status_code == 200


@pytest.mark.parametrize("yes", ["true", "on", "1", "yes"])
def test_a_condition_is_told_as_it_was_meant(browser, yes):
    page = browser.get(f"/calendar_day/?f=is_working:eq:{yes}", headers={"Accept-Language": "en"}).text
    assert "Working day is Yes" in page


def test_what_a_record_leads_to_can_be_opened(browser, make):
    draft = make.duty_list()
    for _ in range(21):
        make.item(duty_list=draft)
    page = browser.get(f"/duty_list/{draft.id}").text
    address = f"/list_item/?f=duty_list:rel_o_m:{draft.id}"
    assert address in page
    assert "21" in browser.get(address).text


# Writing


@pytest.mark.long
def test_each_wrong_value_is_told_at_its_field_and_never_fails(program):
    failed = []
    for shape in WRITTEN:
        for name, wrong in itertools.product(shape.form, WRONG):
            answer = program.post(f"{shape.resource}/", json={name: wrong})
            told = answer.status_code == 422 and (not isinstance(wrong, dict) or name in answer.json["message"])
            if INNARDS.search(answer.text) or not (told or answer.status_code == 201):
                failed.append((shape.resource, name, wrong))
    assert failed == []


@pytest.mark.long
def test_what_is_not_on_the_form_cannot_be_sent(program, session):
    taken = []
    for shape in WRITTEN:
        columns = {column.key for column in shape.model.__table__.columns} | shape.fields.keys()
        for name in columns - {*shape.form}:
            answer = program.post(f"{shape.resource}/", json={name: 1})
            if answer.status_code != 422 or name not in answer.json["message"]:
                taken.append((shape.resource, name))
    assert taken == []


def test_a_body_without_end_is_refused(web, program):
    web_limit = web.config["MAX_CONTENT_LENGTH"]
    answer = program.post("call/", data=b"{" + b" " * web_limit, content_type="application/json")
    assert answer.status_code in (413, 422)
    assert web_limit <= 64 * 1024 * 1024


def test_a_department_named_twice_is_asked_once(program_of, make, session):
    call, lead, helper = make.call(state=CallState.accepted), make.department(), make.department()
    body = {"lead_department_id": lead.id, "cooperating_department_ids": [helper.id, str(helper.id)]}
    office = program_of(make.office(Duty.county_office))
    assert (
        office.move("call", call.id, "dispatch", **body | {"cooperating_department_ids": [1] * 101}).status_code == 422
    )
    assert office.move("call", call.id, "dispatch", **body).status_code == 200
    parts = session.scalars(select(CallAssignment.department_id).where(CallAssignment.call_id == call.id)).all()
    assert sorted(parts) == sorted([lead.id, helper.id])


@pytest.mark.parametrize("note", ["a\0b", "\ud800", 7, ["x"], "x" * 2001])
def test_a_reason_that_cannot_be_kept_is_refused(program_of, make, note):
    call = make.call()
    answer = program_of(call.caller_unit).move("call", call.id, "send", note=note)
    assert (answer.status_code, list(answer.json["message"])) == (422, ["note"])


def test_who_moves_a_record_out_of_their_sight_is_told_so(program_of, browser_of, make, monkeypatch):
    first, second = make.call(), make.call()
    program, browser = program_of(first.caller_unit), browser_of(second.caller_unit)
    real = write.get

    def get(world, shape, key, **options):
        row = real(world, shape, key, **options)
        return row if row is not None and row.state is CallState.draft else None

    monkeypatch.setattr(write, "get", get)
    answer = program.move("call", first.id, "send")
    assert (answer.status_code, answer.json) == (200, {"id": first.id, "result": {"id": first.id}, "moves": []})
    answer = browser.post(f"/call/{second.id}/move/send")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/call/")


# Signing in, and Flask-AppBuilder's own pages


def test_an_unknown_name_is_refused_like_a_wrong_password(web, make, user_of):
    known = user_of(make.township())
    client = web.test_client()
    answers = [client.post("/login/", data={"username": name, "password": "x"}) for name in (known, "nobody", "a\0b")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, "/login/?next=/")}
    bodies = [{"username": name, "password": "x"} for name in (known, "nobody", "a\0b", "\ud800")]
    assert [client.post("/api/v1/security/login", json=body).status_code for body in bodies] == [401] * 4


def test_a_program_need_not_say_how_it_signs_in(web, make, user_of):
    name = user_of(make.township())
    answer = web.test_client().post("/api/v1/security/login", json={"username": name, "password": PASSWORD})
    assert answer.json["access_token"]


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c"])
def test_a_program_without_a_good_token_is_told_so_in_chinese(web, token):
    answer = web.test_client().get("/api/v1/call/", headers={"Authorization": token} if token else {})
    with web.test_request_context(), force_locale("zh"):
        assert (answer.status_code, answer.json["message"]) == (401, gettext(PAGES[401]))


@pytest.mark.parametrize(
    "path",
    [
        "/users/list/?page_UserDBModelView=x",
        "/users/list/?psize_UserDBModelView=100000",
        "/users/list/?_oc_UserDBModelView=password&_od_UserDBModelView=asc",
        "/users/list/?_flt_99_username=x",
        "/users/list/?_flt_0_password=pbkdf2",
        "/roles/list/?page_RoleModelView=-1",
    ],
)
def test_a_list_of_accounts_knows_its_questions(browser, path):
    assert browser.get(path).status_code == 400


@pytest.mark.parametrize("key", ["x", "999999", "9" * 30, "-1", "1 or 1=1"])
def test_a_key_that_is_none_is_not_found(browser, key):
    for path in (f"/users/show/{key}", f"/users/edit/{key}", f"/roles/show/{key}", f"/call/{key}", f"/notices/{key}"):
        assert browser.get(path).status_code in (404, 405), path
    assert browser.post(f"/notices/{key}").status_code == 404
    form = {"password": "a long enough one", "conf_password": "a long enough one"}
    assert browser.post(f"/resetpassword/form?pk={key}", data=form).status_code == 404


# Whose unit


def test_a_program_acts_for_the_unit_that_it_names_if_it_is_its_own(program_of, make, session):
    ours, theirs = make.call(), make.call(make.township())
    program = program_of(ours.caller_unit)
    held, foreign = ({"X-Acting-Unit": str(call.caller_unit_id)} for call in (ours, theirs))
    assert program.get("call/", headers=held).json["ids"] == [ours.id]
    for path in ("call/", f"call/{theirs.id}"):
        assert program.get(path, headers=foreign).status_code == 403
    assert program.post(f"call/{ours.id}/move/send", json={}, headers=foreign).status_code == 403
    session.refresh(ours)
    assert ours.state is CallState.draft


def test_what_is_left_out_holds_its_usual_value_before_any_rule_asks(program_of, make):
    order = {"assignment": make.assignment().id, "reason": "Nothing moved.", "due": "2098-06-30T09:00:00+08:00"}
    issued = program_of(make.office(Duty.supervision_office)).post("supervision_order/", json=order)
    assert (issued.status_code, issued.json.get("id") is not None) == (201, True)
    case = {"title": "Whose bridge?", "other_parties": [make.department().id]}
    refused = program_of(make.township()).post("coordination_case/", json=case)
    assert (refused.status_code, list(refused.json["message"])) == (422, ["description"])


def test_a_form_tells_no_name_of_a_row_that_may_not_be_chosen(browser_of, make):
    town, other, there = make.township(), make.user("zhaoyuan"), make.township()
    make.posting(other, there)
    browser, grid = browser_of(town), make.grid_profile(make.village(town))
    drawn = browser.post("/grid_assignment/add", data={"grid": str(grid.id), "worker": str(other.id)})
    proposed = browser.get(f"/grid_assignment/add?worker={other.id}&grid={grid.id}")
    assert (drawn.status_code, proposed.status_code) == (422, 200)
    for page in (drawn.text, proposed.text):
        assert other.first_name not in page
        assert str(grid) in page
