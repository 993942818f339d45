"""An exported file holds the rows of the list, all of them, as people read them, and nobody else's."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from app.engine import export
from app.engine.derive import shape_of
from models.calls import CallState
from models.organisation import Duty
from models.roles import RoleName
from views import CONSOLES

pytestmark = pytest.mark.long


def rows_of(browser, path):
    with browser.get(path, buffered=True) as answer:
        if answer.status_code != 200:
            return answer.status_code
        heading, *rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("role", [RoleName.township_operator, RoleName.leader, RoleName.audit_admin])
def test_every_file_has_the_rows_of_its_list(browser_of, make, role):
    town = make.township()
    for caller in (town, make.township(), make.township(make.county())):
        make.case(caller=caller, lead=None)
    unit = town if role is RoleName.township_operator else make.office(Duty.leadership)
    browser, compared = browser_of(unit, role), 0
    for resource in (shape_of(console).resource for console in CONSOLES):
        rows = rows_of(browser, f"/{resource}/export.xlsx")
        listed = browser.get(f"/api/v1/{resource}/")
        if isinstance(rows, list):
            assert len(rows) == listed.json["count"], resource
            compared += len(rows)
        else:
            assert rows == 403, resource
    assert compared > 5


def test_a_file_is_narrowed_and_sorted_as_the_list_is(browser_of, make):
    town = make.township()
    for state in (CallState.draft, CallState.submitted):
        for _ in range(2):
            make.call(town, state=state)
    browser = browser_of(town)
    rows = rows_of(browser, "/call/export.xlsx?f=state:eq:draft&order=title&dir=desc&_l_=en")
    titles = [row["Title"] for row in rows]
    assert (len(titles), {row["State"] for row in rows}) == (2, {"Draft"})
    assert titles == sorted(titles, reverse=True)
    assert rows_of(browser, "/call/export.xlsx?order=description") == 400


def test_a_file_is_written_in_batches_and_misses_no_row(browser_of, make, monkeypatch):
    town = make.township()
    for _ in range(7):
        make.call(town)
    monkeypatch.setattr(export, "BATCH", 2)
    names = [row["Title"] for row in rows_of(browser_of(town), "/call/export.xlsx?_l_=en")]
    assert (len(names), len(set(names))) == (7, 7)


def test_a_long_text_is_cut_and_says_so(browser_of, make, monkeypatch):
    town = make.township()
    make.call(town, description="长" * 50)
    monkeypatch.setattr(export, "CELL", 40)
    (row,) = rows_of(browser_of(town), "/call/export.xlsx?_l_=en")
    told = row["What happened"]
    assert len(told) == 40
    assert told.endswith("(cut)")


def test_who_may_read_but_not_export_gets_no_file(browser_of, make):
    make.call()
    assert rows_of(browser_of(make.township(), RoleName.congress_observer), "/call/export.xlsx") == 403
