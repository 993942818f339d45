"""Tickets that the hotline's system sends by REST: by key, twice is once, each refusal of its row; and their charts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.hotline import HotlineTicket, TicketState
from models.organisation import Duty
from models.rules.deadlines import SHANGHAI
from tests.moments import NOW

AT = (NOW - timedelta(days=2)).isoformat()


@pytest.fixture
def town(make):
    return make.township(name="Luoyang")


@pytest.fixture
def system(program_of, make):
    """The account by which the hotline sends."""
    return program_of(make.office(Duty.county_office))


@pytest.fixture
def row(town):
    return {"external_key": "T-1", "unit": town.code, "title": "路灯不亮", "category": "市政设施", "received_at": AT}


@pytest.fixture
def kept(session):
    return lambda: session.scalar(select(func.count(HotlineTicket.id)))


def send(program, *rows, **said):
    answer = program.put("hotline_ticket/", json={"rows": rows, **said})
    assert answer.status_code == 200, answer.json
    return answer.json


def actions(told):
    return [row["action"] for row in told["result"]]


@pytest.mark.requirement("LX-26", "LX-28")
def test_the_same_ticket_twice_is_once(system, row, kept):
    first, again = send(system, row), send(system, row)
    assert (actions(first), actions(again), kept()) == (["new"], ["same"], 1)
    assert first["result"][0]["id"] == again["result"][0]["id"]


@pytest.mark.requirement("LX-26")
def test_a_ticket_with_a_telephone_number_is_the_same_when_it_comes_again(system, row, kept):
    row |= {"description": "请回电13800000000", "complainant": "张小明"}
    assert (actions(send(system, row)), actions(send(system, row)), kept()) == (["new"], ["same"], 1)


@pytest.mark.requirement("LX-26", "LX-28")
def test_a_changed_ticket_changes_while_nobody_has_dealt_with_it(system, row, make, session):
    (told,) = send(system, row)["result"]
    (changed,) = send(system, row | {"title": "两盏路灯不亮"})["result"]
    assert (changed["action"], changed["changed"]) == ("changed", ["title"])
    ticket = session.get(HotlineTicket, told["id"])
    assert ticket.title == "两盏路灯不亮"
    make.press(ticket, "answer_directly", answer="修好了")
    same, refused = (send(system, row | {"title": title})["result"][0] for title in ("两盏路灯不亮", "三盏"))
    assert (same["action"], refused["action"], refused["id"]) == ("same", "refused", None)
    assert "已答复" in refused["message"]["external_key"][0]
    session.refresh(ticket)
    assert ticket.title == "两盏路灯不亮"


@pytest.mark.requirement("LX-26")
def test_each_refused_row_says_why_and_the_others_are_taken(system, row, make, kept):
    village, away = make.village(make.township()), make.township(make.county(), "Elsewhere")
    bad = [
        row | {"external_key": ""},
        row | {"external_key": "T-2", "unit": village.code},
        row | {"external_key": "T-3", "unit": away.code},
        row | {"external_key": "T-4", "source": "fax"},
        row | {"external_key": "T-5", "received_at": "yesterday"},
        row | {"external_key": "T-6", "received_at": (NOW + timedelta(days=90)).isoformat()},
        row | {"title": "another"},
    ]
    told = send(system, row, *bad, row | {"external_key": "T-7", "source": "digital_city_management"})
    assert actions(told) == ["new", *["refused"] * 7, "new"]
    assert [list(one["message"]) for one in told["result"]] == [
        [], ["external_key"], ["unit"], ["unit"], ["source"], ["received_at"], ["received_at"], [""], [],
    ]  # fmt: skip
    assert all(sentence for one in told["result"] for said in one["message"].values() for sentence in said)
    assert (kept(), told["new"], told["refused"]) == (2, 2, 7)


@pytest.mark.requirement("TA-48")
def test_each_outside_system_numbers_its_own_tickets(system, row, kept):
    systems = ("hotline", "party_building", "general_governance", "community_governance", "digital_city_management")
    assert actions(send(system, *(row | {"source": source} for source in systems))) == ["new"] * 5
    assert kept() == 5


@pytest.mark.requirement("LX-26")
def test_another_countys_ticket_of_the_same_number_is_another(system, program_of, make, row, kept):
    county = make.county()
    away = program_of(make.office(Duty.county_office, county))
    there = row | {"unit": make.township(county).code}
    assert (actions(send(system, row)), actions(send(away, there)), kept()) == (["new"], ["new"], 2)


@pytest.mark.requirement("LX-26")
def test_a_number_that_another_township_has_is_refused_and_its_ticket_stays(system, program_of, make, row, session):
    send(system, row)
    other = make.township()
    (told,) = send(program_of(other), row | {"unit": other.code, "title": "x"})["result"]
    assert (told["action"], told["id"]) == ("refused", None)
    (ticket,) = session.scalars(select(HotlineTicket)).all()
    assert ticket.title == row["title"]


@pytest.mark.requirement("LX-26")
def test_a_dry_run_tells_and_writes_nothing(system, row, kept):
    told = send(system, row, row | {"external_key": ""}, dry_run=True)
    assert (actions(told), told["result"][0]["id"], kept()) == (["new", "refused"], None, 0)


@pytest.mark.parametrize(
    "body",
    [None, [], {"rows": []}, {"rows": [1]}, {"rows": {}}, {"rows": [{}] * 501}, {"rows": [{"x": 1}]},
     {"rows": [{"title": []}]}, {"rows": [{"title": {}}]}, {"rows": [{"title": "x"}], "dry_run": 1},
     {"rows": [{"title": "a\0b"}]}, {"rows": [{"state": "answered"}]}],
)  # fmt: skip
def test_nonsense_is_refused_in_words(system, kept, body):
    answer = system.put("hotline_ticket/", json=body)
    assert (answer.status_code, kept()) == (422, 0)
    assert answer.json["message"]


@pytest.mark.requirement("LX-26")
def test_who_may_write_no_ticket_sends_none(program_of, make, row):
    for unit in (make.department(), make.office(Duty.supervision_office), make.village()):
        answer = program_of(unit).put("hotline_ticket/", json={"rows": [row]})
        assert answer.status_code == 403


def test_rows_cost_the_same_whatever_stands_there(system, row, statements):
    def cost(many):
        statements.clear()
        send(system, *(row | {"external_key": f"{many}-{number}"} for number in range(many)))
        return len(statements)

    cost(1)
    few, more, most = cost(2), cost(3), cost(4)
    assert most - more == more - few


@pytest.mark.requirement("TC-05")
def test_charts_tell_the_way_from_collection_to_result(program_of, make, town):
    late, early = {"answer_due": NOW - timedelta(hours=1)}, {"answer_due": NOW + timedelta(hours=1)}
    since = {"received_at": NOW - timedelta(days=1), "category": "环境整治"}
    for due in (late, early, early):
        make.ticket(town, state=TicketState.answered, **since, **due)
    make.ticket(town, state=TicketState.turned_into_call, source="digital_city_management", **since)
    program = program_of(town)
    charts = {(told := program.get(f"hotline_ticket/charts/{n}").json)["title"]: told for n in range(5)}

    def series(title):
        return {part["name"]: part["data"] for part in charts[title]["series"]}

    assert series("各月工单（按来源系统）") == {"12345 热线": [3], "数字城管": [1]}
    assert charts["各类工单（按来源系统）"]["labels"] == ["环境整治"]
    assert series("各类工单（按来源系统）") == {"12345 热线": [3], "数字城管": [1]}
    assert series("转为呼叫的工单") == {"转为呼叫": [1], "直接答复": [3]}
    in_time = charts["按时答复的工单"]
    at = in_time["labels"].index("直接答复")
    assert {name: data[at] for name, data in series("按时答复的工单").items()} == {
        "按时答复": 2, "逾期答复": 1, "尚未答复": 0,
    }  # fmt: skip
    assert all(charts[title]["definition"] for title in charts if title != "各状态工单")


@pytest.mark.requirement("LX-26")
def test_a_limit_that_is_a_day_ends_with_it(system, row, session):
    day = (NOW + timedelta(days=5)).date()
    send(system, row | {"answer_due": day.isoformat()})
    (ticket,) = session.scalars(select(HotlineTicket)).all()
    assert f"{ticket.answer_due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == f"{day} 23:59"


@pytest.mark.requirement("LX-26")
def test_a_township_is_told_who_takes_in_anothers_ticket(program_of, make, row, kept):
    (told,) = send(program_of(make.township()), row)["result"]
    assert (told["action"], kept()) == ("refused", 0)
    assert told["message"] == {"unit": ["这是其他乡镇的工单，由县级党委、政府办公室录入或导入。"]}
