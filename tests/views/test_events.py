"""Events on calls, as the supervision office meets them: in the bell, and on their page."""

import pytest
from sqlalchemy import select

from jobs.feed import feed_supervisors
from jobs.notices import deliver
from models.calls import AssignmentState, CallState
from models.notices import Notice
from models.organisation import Duty
from tests.make import NOW


@pytest.mark.requirement("TC-52")
def test_the_notice_leads_to_the_page_where_the_event_stands(browser_of, program_of, make, session):
    office = make.office(Duty.supervision_office)
    browser = browser_of(office)
    call = make.call(state=CallState.submitted, title="河道边违建（演示）")
    feed_supervisors(session, NOW)
    deliver(session, NOW)
    session.commit()
    notice = session.scalars(select(Notice.id).where(Notice.subject_type == "call_event")).one()
    assert browser.post(f"/notices/{notice}").location == "/call_event/"
    page = browser.get("/call_event/?_l_=zh").text
    assert all(said in page for said in (call.title, "发出", call.caller_unit.name))
    (event,) = program_of(office).get("call_event/").json["result"]
    assert (event["action"], event["call"]["id"]) == ("send", call.id)


def test_who_is_called_or_calls_has_no_such_page(browser_of, make):
    call = make.call(state=CallState.dispatched)
    for unit in (call.caller_unit, make.assignments(call)[0].department):
        assert browser_of(unit).get("/call_event/").status_code == 403


def test_an_action_is_called_as_on_the_record_that_it_is_about(browser_of, make, session):
    office, call = make.office(Duty.supervision_office), make.call(state=CallState.closed)
    part = make.assignment(state=AssignmentState.paused)
    make.press(part, "resume")
    feed_supervisors(session, NOW)
    session.commit()
    page = browser_of(office).get("/call_event/?_l_=zh&size=100").text
    told = {said for said in ("恢复办理", "恢复执行", "确认办结", "导入这些行", "已全部收回") if f">{said}<" in page}
    assert (call.state, told) == (CallState.closed, {"恢复办理", "确认办结"})
