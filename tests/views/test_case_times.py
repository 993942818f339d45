"""How coordination cases end, and the working days of each stage."""

import re

import pytest

from models.coordination import CaseState
from models.organisation import Duty
from tests.make import NOW
from tests.models.look import china


def rows(browser):
    """By section, by label: the cells."""
    page = browser.get("/case-times/").text
    found = {}
    for section, text in re.findall(r'aria-labelledby="(by-\w+)">(.*?)</section>', page, re.DOTALL):
        lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
        found[section] = {label: re.findall(r'<td data-label="[^"]+">(.*?)</td>', cells) for label, cells in lines}
    return found


@pytest.mark.requirement("TC-42", "TC-43", "TC-46")
def test_outcomes_and_working_days_by_month_and_category(browser_of, make):
    case = make.free_case(state=CaseState.negotiating, at=NOW, item=make.item(category="water"))
    make.press(case, "agree", at=china("11-25 09:00"), agreement="Both.", responsible_unit_id=case.opened_by)
    make.press(case, "file", at=china("11-30 09:00"), filing_number="1")
    make.press(case, "order_execution", at=china("11-30 09:00"))
    make.press(case, "executed", at=china("12-01 09:00"))
    make.free_case(state=CaseState.withdrawn, at=NOW)
    told = rows(browser_of(make.office(Duty.editorial_office)))
    assert told["by-month"] == {"2026-11": ["2", "1", "0", "1", "2.0", "3.0", "–", "1.0"]}
    assert told["by-category"]["water"] == ["1", "1", "0", "0", "2.0", "3.0", "–", "1.0"]


def test_many_cases_cost_the_database_no_more_than_few(browser_of, make, statements):
    browser = browser_of(make.office(Duty.editorial_office))

    def cost(times):
        for _ in range(times):
            make.free_case(state=CaseState.filing_review)
        browser.get("/case-times/")
        statements.clear()
        assert browser.get("/case-times/").status_code == 200
        return len([sent for sent in statements if "SAVEPOINT" not in sent])

    assert cost(3) == cost(20)


def test_the_menu_leads_there_whoever_reads_cases(browser_of, make):
    def led(browser):
        return 'href="/case-times/"' in browser.get("/call/").text

    village = make.village()
    readers = (make.office(Duty.editorial_office), make.office(Duty.leadership), make.township())
    assert [led(browser_of(unit)) for unit in (*readers, make.grid(village))] == [True, True, True, False]
