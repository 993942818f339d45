"""Calls of an older system that are sent by REST: by key, twice is once; they count in charts; each sees its own."""

import re

import pytest
from sqlalchemy import func, select

from app.engine.derive import shape_of
from app.engine.query import Question, narrowed, ordered
from models.calls import Call, CallAssignment
from models.imports import ImportWord
from models.organisation import Duty
from models.past_calls import PastCall
from models.ratings import MutualRating, RatingLevel
from models.rules.past_calls import complete_past_call
from tests.moments import NOW
from views.calls import assignments, calls


@pytest.fixture
def town(make):
    return make.township(name="Luoyang")


@pytest.fixture
def lead(make):
    return make.department(name="Zhzf")


@pytest.fixture
def office(program_of, make):
    return program_of(make.office(Duty.county_office))


@pytest.fixture
def row(town, lead):
    return {
        "external_key": "L-1",
        "title": "烟囱冒黑烟",
        "category": "生态环境",
        "unit": town.code,
        "department": lead.code,
        "sent_at": "2025/5/6 8:30",
        "closed_at": "2025-05-09T01:00:00Z",
        "level": "satisfied",
    }


def send(program, *rows):
    answer = program.put("past_call/", json={"rows": rows})
    assert answer.status_code == 200, answer.json
    return answer.json


def actions(told):
    return [row["action"] for row in told["result"]]


def counts(session):
    return [session.scalar(select(func.count(model.id))) for model in (PastCall, Call, CallAssignment, MutualRating)]


def test_the_same_call_twice_is_once_and_a_changed_one_changes_its_call(office, row, session):
    assert (actions(send(office, row)), actions(send(office, row)), counts(session)) == (["new"], ["same"], [1] * 4)
    changed = row | {"level": "dissatisfied", "title": "烟囱又冒黑烟"}
    assert (actions(send(office, changed)), counts(session)) == (["changed"], [1] * 4)
    assert session.scalar(select(Call.title)) == "烟囱又冒黑烟"
    assert session.scalar(select(MutualRating.level)) is RatingLevel.dissatisfied


def test_each_older_system_numbers_its_own_calls(office, row, session):
    assert actions(send(office, row, row | {"system": "甲"}, row | {"system": "乙"})) == ["new"] * 3
    assert counts(session) == [3] * 4


def test_lists_begin_with_what_is_newest_and_not_with_what_was_imported_last(office, row, make, town, session):
    part = make.assignment(caller=town)
    here = [part.call_id, part.id]
    send(office, row)
    lists = [[one["id"] for one in office.get(path).json["result"]] for path in ("call/", "call_assignment/")]
    assert lists == [[key, session.scalar(select(func.max(model.id)))]
                     for key, model in zip(here, (Call, CallAssignment), strict=True)]  # fmt: skip


@pytest.mark.parametrize(("console", "index"), [(calls, "ix_call_region"), (assignments, "ix_call_assignment_region")])
def test_a_county_s_list_is_read_along_an_index_and_not_sorted(console, index, make, session):
    shape = shape_of(console)
    page = ordered(shape, Question(), narrowed(shape, Question())).where(shape.model.region_id == make.home.id)
    plain = page.limit(25).compile(session.connection(), compile_kwargs={"literal_binds": True})
    plan = [row.detail for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {plain}")]
    assert (len(plan), f"INDEX {index} (region_id=?)" in plan[0]) == (1, True), plan


def test_it_counts_in_the_charts_of_calls(office, row, make, town):
    send(office, row, row | {"external_key": "L-2", "sent_at": "2025/6/2", "closed_at": "2025/6/9"})
    make.call(town, state="submitted")
    charts = {(told := office.get(f"call/charts/{n}").json)["title"]: told for n in range(4)}
    by_month = charts["呼叫数（按月和呼叫范围）"]
    (series,) = by_month["series"]
    months = dict(zip(by_month["labels"], series["data"], strict=True))
    assert {month: many for month, many in months.items() if many} == {"2025-05": 1, "2025-06": 1, "2026-11": 1}
    imported = {"q": "(filters:!((col:imported,opr:eq,value:true)))"}
    assert office.get("call/", query_string=imported).json["count"] == 2


def test_each_side_sees_its_own_and_writes_none(office, program_of, make, row, town, lead):
    (told,) = send(office, row)["result"]
    there = row | {"external_key": "L-2", "unit": make.township().code, "department": make.department().code}
    send(office, there)
    for unit in (town, lead):
        program = program_of(unit)
        assert [found["id"] for found in program.get("past_call/").json["result"]] == [told["id"]]
        assert program.get("call/").json["count"] == 1
        assert program.put("past_call/", json={"rows": [row]}).status_code == 403
    assert program_of(make.office(Duty.county_office, make.county())).get("past_call/").json["count"] == 0


def test_what_contradicts_itself_is_refused_with_its_reason(office, row, session):
    bad = [
        row | {"closed_at": "2025/5/6 8:00"},
        row | {"external_key": ""},
        row | {"level": "5"},
        row | {"outcome": "withdrawn"},
        row | {"sent_at": "6/5/2025"},
    ]
    told = send(office, *bad)
    assert [list(one["message"]) for one in told["result"]] == [
        ["closed_at"], ["external_key"], ["level"], ["level"], ["sent_at"]
    ]  # fmt: skip
    assert told["result"][0]["message"]["closed_at"] == [
        "“结案时间”（2025-05-06 08:00）早于“呼叫时间”（2025-05-06 08:30）。请更正其中一项。"
    ]
    assert counts(session) == [0] * 4


def test_a_day_alone_is_as_late_as_the_step_before_it_on_that_day():
    sent = {"sent_at": "2023-05-04T00:30:00+00:00", "accepted_at": "2023-05-04T00:00:00",
            "responded_at": "2023-05-05T00:00:00", "resolved_at": "2023-05-05T00:00:00",
            "closed_at": "2023-05-04T00:00:00"}  # fmt: skip
    complete_past_call(None, sent, None, NOW, None)
    assert sent["accepted_at"] == "2023-05-04T08:30:00+08:00"
    assert (sent["responded_at"], sent["resolved_at"]) == ("2023-05-05T00:00:00",) * 2
    assert sent["closed_at"] == "2023-05-04T00:00:00", "a contradiction stays one"


def test_what_files_say_is_listed_by_the_names_of_fields_and_words(browser_of, make):
    office = make.office(Duty.county_office)
    told = {"region_id": office.region_id, "resource": "past_call"}
    make._add(ImportWord(**told, said="办完时间", means="closed_at"))
    word = make._add(ImportWord(**told, field="outcome", said="没办成", means="unsolved"))
    browser = browser_of(office)
    for page in ("/import_word/?_l_=zh", f"/import_word/{word.id}?_l_=zh"):
        text = browser.get(page).text
        assert ("结案情况" in text, "未解决即结案" in text) == (True, True)
        assert not {"outcome", "unsolved"} & set(re.findall(r"[\w]+", re.sub(r"<[^>]+>", " ", text)))
    assert "结案时间" in browser.get("/import_word/").text
