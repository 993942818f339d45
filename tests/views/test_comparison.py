"""Two editions side by side: each matter once, under what happened to it, for people, printers and programs."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from models.adjustments import AdjustmentKind, AdjustmentState
from models.calls import CallState
from models.item_words import ListState
from models.lists import ListItem
from models.organisation import Duty
from models.queries.editions import Difference, compare
from models.roles import RoleName


@pytest.fixture
def editions(make, session):
    """An edition, and the next: one item added, one dropped, one moved, one reworded, one as it was."""
    old = make.duty_list(title="属地清单")
    for code in ("A-1", "A-2", "A-3", "A-4"):
        make.item(duty_list=old, code=code, title=f"事项 {code}")
    for name in ("submit", "publish"):
        make.press(old, name)
    make.press(old, "revise")
    new = make.next_of(old)
    items = {item.code: item for item in session.scalars(select(ListItem).where(ListItem.duty_list_id == new.id))}
    items["A-1"].lead_department = make.department(name="水利局")
    items["A-2"].township_duties = "每周巡查。"
    session.delete(items["A-3"])
    session.commit()
    make.item(duty_list=new, code="B-1", title="新事项")
    for name in ("submit", "publish"):
        make.press(new, name)
    return old, new


def by_code(session, old, new):
    return {(found.new or found.old).code: found for found in compare(session, old, new)}


@pytest.mark.requirement("TS-04", "TA-14")
def test_each_matter_stands_under_what_happened_to_it(session, editions):
    found = by_code(session, *editions)
    assert {code: entry.difference for code, entry in found.items()} == {
        "A-1": Difference.moved,
        "A-2": Difference.reworded,
        "A-3": Difference.dropped,
        "A-4": Difference.same,
        "B-1": Difference.added,
    }
    assert [change.name for change in found["A-1"].changes] == ["lead_department_id"]
    (change,) = found["A-2"].changes
    assert (change.name, change.before, change.after) == ("township_duties", "Patrol and report.", "每周巡查。")


@pytest.mark.requirement("TS-04")
def test_what_was_struck_out_stays_on_record_with_its_day_and_reason(browser_of, program_of, make):
    kept, gone = make.item(code="K-1"), make.item(code="G-1", title="不需要乡镇配合的事项")
    adjustment = make.adjustment(
        AdjustmentKind.remove,
        item=gone,
        state=AdjustmentState.reviewing,
        reason="unsuitable",
        explanation="不适宜乡镇。",
    )
    make.press(adjustment, "approve", approval_document="演示3号")
    browser, program = browser_of(town := make.township()), program_of(town)
    register = program.get("list_item/?q=(filters:!((col:state,opr:eq,value:removed)))").json
    assert register["ids"] == [gone.id]
    listed = browser.get("/list_item/?f=state:eq:removed").text
    assert (f'data-href="/list_item/{gone.id}"' in listed, listed.count("data-href=")) == (True, 1)
    page = browser.get(f"/list_item/{gone.id}?_l_=zh").text.partition("timeline")[0]
    assert [word for word in ("不需要乡镇配合的事项", "不适宜乡镇。", "2026-11-23") if word not in page] == []
    assert kept.replaced_by.code == "K-1"


def test_helpers_and_declared_fields_count_too(session, make, editions):
    old, new = editions
    of_old, of_new = (
        session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id, ListItem.code == "A-4")).one()
        for edition in editions
    )
    make.cooperate(of_new, make.department(name="公安局"))
    of_old.extra, of_new.extra = {"depth": 1}, {"depth": 2}
    session.commit()
    changes = {change.name: (change.before, change.after) for change in by_code(session, old, new)["A-4"].changes}
    assert changes == {"cooperating": ("", "公安局"), "depth": (1, 2)}


def test_calls_under_way_are_counted_whichever_version_they_cite(session, make, editions):
    old, new = editions
    first, second = (
        session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id, ListItem.code == "A-4")).one()
        for edition in editions
    )
    open_call = make.call(item=second, state=CallState.submitted)
    open_call.list_item = first
    session.commit()
    make.call(item=second, state=CallState.accepted)
    make.call(item=second, state=CallState.withdrawn)
    assert by_code(session, old, new)["A-4"].open_calls == 2


def test_more_items_cost_no_more_statements(session, make, statements):
    def cost(items):
        old = make.edition(state=ListState.superseded, items=items, list_type=make.list_type(f"t{items}"))
        new = make.next_of(old)
        session.expire_all()
        _ = old.id, new.id
        statements.clear()
        assert len(compare(session, old, new)) == items
        return len(statements)

    assert cost(3) == cost(23)


def test_the_page_shows_them_side_by_side(browser_of, make, editions):
    old, new = editions
    browser = browser_of(make.township())
    html = browser.get(f"/duty_list/{new.id}/compare?_l_=zh").text
    assert "<del>Patrol and report.</del> <ins>每周巡查。</ins>" in html
    for word in ("新增", "删减", "移动", "改写", "事项 A-3", "新事项"):
        assert word in html
    assert "事项 A-4" not in html
    assert f"/duty_list/{new.id}/compare" in browser.get(f"/duty_list/{new.id}").text
    assert "事项 A-3" in browser.get(f"/duty_list/{old.id}/compare?with={new.id}").text


def test_calls_under_way_stand_beside_each_matter_on_the_page_in_the_document_and_by_program(
    browser_of, program_of, make, session, editions
):
    _, new = editions
    items = {item.code: item for item in session.scalars(select(ListItem).where(ListItem.duty_list_id == new.id))}
    for _ in range(3):
        make.call(item=items["A-1"], state=CallState.submitted)
    make.call(item=items["A-2"], state=CallState.accepted)
    counts = {"A-1": 3, "A-2": 1, "B-1": 0}
    office = make.office(Duty.editorial_office)
    page = browser_of(office).get(f"/duty_list/{new.id}/compare", headers={"Accept-Language": "en"}).text
    rows = {code: row for row in page.split("<tr>") for code in counts if f">{code} " in row}
    shown = {code: row.split('data-label="Calls under way">')[1].split("<")[0] for code, row in rows.items()}
    assert {code: int(number) for code, number in shown.items()} == counts
    document = Document(BytesIO(browser_of(office).get(f"/duty_list/{new.id}/compare.docx").data))
    printed = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert {code: int(row[-1]) for code in counts for row in printed if any(code in text for text in row)} == counts
    told = program_of(office).get(f"duty_list/{new.id}/compare").json["result"]
    by_code = {(entry["new"] or entry["old"])["name"].split()[0]: entry["open_calls"] for entry in told}
    assert {code: by_code[code] for code in counts} == counts


@pytest.mark.parametrize("other", ["999999", "x", "self", "another"])
def test_what_cannot_be_compared_is_not_found(browser_of, make, editions, other):
    _, new = editions
    keys = {"self": new.id, "another": make.duty_list(list_type=make.list_type("other")).id}
    manager = browser_of(make.office(Duty.editorial_office), RoleName.list_manager)
    assert manager.get(f"/duty_list/{new.id}/compare?with={keys.get(other, other)}").status_code == 404


def test_a_first_edition_has_nothing_before_it(browser_of, make):
    first = make.edition(state=ListState.published)
    browser = browser_of(make.township())
    assert "没有其他版本" in browser.get(f"/duty_list/{first.id}/compare?_l_=zh").text
    assert browser.get(f"/duty_list/{first.id}/compare.docx").status_code == 404


def test_another_countys_editions_stay_hidden(browser_of, make, editions):
    _, new = editions
    stranger = browser_of(make.township(make.county()))
    assert stranger.get(f"/duty_list/{new.id}/compare").status_code == 404
    assert stranger.get(f"/duty_list/{new.id}/compare.docx").status_code == 404


def test_a_draft_is_compared_by_whoever_may_see_it(browser_of, make, editions):
    _, new = editions
    make.press(new, "revise")
    draft = make.next_of(new)
    manager = browser_of(make.office(Duty.editorial_office), RoleName.list_manager)
    assert manager.get(f"/duty_list/{draft.id}/compare").status_code == 200
    township = browser_of(make.township())
    assert township.get(f"/duty_list/{new.id}/compare?with={draft.id}").status_code == 404


def test_the_document_is_one_for_word(browser_of, make, editions):
    _, new = editions
    answer = browser_of(make.township()).get(f"/duty_list/{new.id}/compare.docx?_l_=zh")
    assert answer.status_code == 200
    assert "filename*=UTF-8" in answer.headers["Content-Disposition"]
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "事项 A-3" in cells
    assert any("Patrol and report. → 每周巡查。" in cell for cell in cells)
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 2"]
    assert headings == ["新增 (1)", "删减 (1)", "移动 (1)", "改写 (1)"]


def test_hostile_words_break_neither_page_nor_document(browser_of, make, editions, session):
    _, new = editions
    item = session.scalars(select(ListItem).where(ListItem.duty_list_id == new.id, ListItem.code == "B-1")).one()
    item.title = "<script>alert(1)</script>\x0b"
    session.commit()
    browser = browser_of(make.township())
    assert "<script>alert" not in browser.get(f"/duty_list/{new.id}/compare").text
    Document(BytesIO(browser.get(f"/duty_list/{new.id}/compare.docx").data))


def test_a_program_is_told_the_same(program_of, make, editions):
    old, new = editions
    told = program_of(make.township()).get(f"duty_list/{new.id}/compare").json
    assert (told["old"]["id"], told["new"]["id"]) == (old.id, new.id)
    found = {(entry["new"] or entry["old"])["name"].split()[0]: entry["difference"] for entry in told["result"]}
    assert found == {"A-1": "moved", "A-2": "reworded", "A-3": "dropped", "A-4": "same", "B-1": "added"}
