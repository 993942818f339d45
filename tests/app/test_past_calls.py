"""The file of an older system: own headings, dates in several ways; taken it counts, and undone it is gone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from models.calls import Call, CallAssignment, CallState
from models.ledger import Promise
from models.notices import Outbox
from models.past_calls import PastCall, PastOutcome
from models.ratings import RatingLevel
from models.recorder import RecorderEntry
from tests.app.test_importing import move, program, rows_of, run_of, send, served, signed_in, state_of, sweep, truth
from tests.sheets import book

__all__ = ["served", "truth"]

pytestmark = pytest.mark.long


HEADINGS = ["工单编号", "诉求内容", "呼叫乡镇", "承办部门", "呼叫时间", "受理时间", "响应时间", "承诺时限", "反馈时间",
            "办结时间", "结案情况", "满意度"]  # fmt: skip
MEANS = dict(
    zip(
        HEADINGS,
        ["external_key", "title", "unit", "department", "sent_at", "accepted_at", "responded_at", "promised_due",
         "resolved_at", "closed_at", "outcome", "level"],
        strict=True,
    )
)  # fmt: skip
AT_NINE = datetime(2023, 5, 10, 9, 0)  # noqa: DTZ001  (as a cell of a sheet is)
GOOD = ["L-1", "（演示）烟囱冒黑烟", "罗阳镇", "综合行政执法局", "2023/5/4 8:30", "2023年5月4日 9时15分",
        "2023-05-04T03:00:00Z", "2023.5.10 17:30", "20230509", AT_NINE, "确认已解决", "满意"]  # fmt: skip


def row(key, **columns):
    return [columns.get(heading, value) for heading, value in zip(HEADINGS, [key, *GOOD[1:]], strict=True)]


@pytest.fixture
def office(served):
    return signed_in(served, "office")


@pytest.fixture
def taken(served, office):
    """Send a file, say what its headings mean, and have it taken."""

    def take(content, name="旧平台.xlsx", **said):
        key = run_of(send(office, content, name, resource="past_call"))
        answer = program(served, "office")(f"{key}/words", json={"headings": MEANS})
        assert answer.status_code == 200, answer.text
        move(office, key, "confirm", **said)
        sweep()
        return key

    return take


def past_call(truth, key):
    return truth.scalar(select(PastCall).where(PastCall.external_key == key))


def test_a_file_with_its_own_headings_and_dates_is_taken_and_undone(served, office, taken, truth):
    before = truth.scalar(select(func.count(Call.id)))
    parts = select(func.count(CallAssignment.id)).join(Call).where(Call.imported)
    of_demo = truth.scalar(parts)
    waiting = [truth.scalar(select(func.count(model.id))) for model in (Promise, Outbox)]
    key = taken(book(表=[HEADINGS, row("L-1"), row("L-2")]))
    assert state_of(truth, key) == ("taken", ""), rows_of(truth, key)
    assert [action for _, action, _ in rows_of(truth, key)] == ["new", "new"]
    past = past_call(truth, "L-1")
    assert (past.sent_at, past.accepted_at) == (
        datetime(2023, 5, 4, 0, 30, tzinfo=UTC), datetime(2023, 5, 4, 1, 15, tzinfo=UTC)
    )  # fmt: skip
    assert past.responded_at == datetime(2023, 5, 4, 3, 0, tzinfo=UTC), "the zone that is written there counts"
    assert past.resolved_at == datetime(2023, 5, 8, 16, 0, tzinfo=UTC), "a day alone is its beginning in China"
    assert (past.promised_due, past.closed_at) == (
        datetime(2023, 5, 10, 9, 30, tzinfo=UTC), datetime(2023, 5, 10, 1, 0, tzinfo=UTC)
    )  # fmt: skip
    assert (past.outcome, past.level) == (PastOutcome.solved, RatingLevel.satisfied)
    call = truth.get(Call, past.call_id)
    assert (call.state, call.imported, call.number) == (CallState.closed, True, "330329-2023-L0001")
    counts = [truth.scalar(select(func.count(model.id))) for model in (Promise, Outbox)]
    assert counts == waiting, "it makes nobody wait, and tells nobody"
    entry = truth.scalar(
        select(RecorderEntry).where(RecorderEntry.subject_type == "call", RecorderEntry.subject_id == call.id)
    )
    assert (entry.action, entry.note, entry.place) == ("import", "旧平台.xlsx", "job:imports")
    page = office.get(f"/call/{call.id}?_l_=zh").text
    assert "旧平台.xlsx" in page
    assert "历史导入" in page
    again = run_of(send(office, book(别=[HEADINGS, row("L-1"), row("L-2", 满意度="不满意")]), resource="past_call"))
    assert [action for _, action, _ in rows_of(truth, again)] == ["same", "changed"], rows_of(truth, again)
    assert truth.scalar(select(func.count(Call.id))) == before + 2
    move(office, key, "undo", note="错了")
    sweep()
    assert state_of(truth, key)[0] == "undone"
    assert past_call(truth, "L-1") is past_call(truth, "L-2") is None
    assert truth.scalar(select(func.count(Call.id))) == before
    assert truth.scalar(parts) == of_demo


WRONG = {
    "J": ({"办结时间": "2023/5/1"}, "“结案时间”（2023-05-01 00:00）早于“报结时间”（2023-05-09 00:00）"),
    "G": ({"响应时间": "2023/5/4 8:00"}, "早于“受理时间”（2023-05-04 09:15）"),
    "E": ({"呼叫时间": "昨天"}, "请填写日期和时间"),
    "F": ({"受理时间": "2099/1/1", "响应时间": None}, "尚未到来"),
    "C": ({"呼叫乡镇": "铜城镇"}, "铜城镇"),
    "D": ({"承办部门": "341181-ny"}, "341181-ny"),
    "L": ({"满意度": "6"}, "“6”"),
    "K": ({"结案情况": "已撤回"}, ""),
}


def test_each_contradiction_is_refused_with_cell_and_reason_and_the_rest_taken(taken, truth):
    wrong = [row(f"W-{column}", **columns) for column, (columns, _) in WRONG.items()]
    key = taken(book(表=[HEADINGS, row("W-1"), *wrong]), without_refused="1")
    told = rows_of(truth, key)
    assert [action for _, action, _ in told] == ["new", *["refused"] * len(WRONG)]
    for (number, _, text), (column, (_, reason)) in zip(told[1:], WRONG.items(), strict=True):
        expected = "I" if column == "K" else column  # of a withdrawn call the result is what contradicts
        assert (text.split()[0], reason in text) == (f"{expected}{number}", True), text
    keys = truth.all(select(PastCall.external_key).where(PastCall.external_key.startswith("W-")))
    assert keys == [("W-1",)]
    assert truth.scalar(select(func.count(Call.id)).where(Call.imported)) == truth.scalar(
        select(func.count(PastCall.id))
    )


def test_a_csv_as_excel_writes_it_in_china_is_read(taken, truth):
    lines = [HEADINGS, [*row("C-1")[:9], "2023-05-10 09:00", "未解决即结案", ""]]
    content = "\n".join(",".join(str(cell) for cell in line) for line in lines).encode("gb18030")
    key = taken(content, "旧平台.csv")
    assert [action for _, action, _ in rows_of(truth, key)] == ["new"]
    past = past_call(truth, "C-1")
    assert (past.outcome, past.level, past.title) == (PastOutcome.unsolved, None, "（演示）烟囱冒黑烟")


@pytest.mark.parametrize("who", ["luoyang", "zhzf", "leader", "admin", "supervision"])
def test_the_county_office_alone_imports_history(served, who):
    answer = signed_in(served, who).get("/import_run/new/past_call")
    assert answer.status_code == 403
