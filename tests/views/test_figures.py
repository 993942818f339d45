"""What was published of a month stands beside today's count, for the county and for each unit's own."""

import re
from datetime import timedelta

from sqlalchemy import select

from jobs.figures import publish_figures
from models.calls import CallState
from models.figures import FigureKind, PublishedFigure
from models.organisation import Duty
from tests.make import NOW


def test_the_page_shows_what_was_published_what_is_counted_today_and_which_call_differs(browser_of, make, session):
    town, other, lead = make.township(), make.township(), make.department()
    call = make.call(town, lead=lead, state=CallState.dispatched)
    make.call(other, state=CallState.closed)
    publish_figures(session, NOW + timedelta(days=10))
    session.commit()
    make.press(call, "annul", at=NOW + timedelta(days=11))
    office = browser_of(make.office(Duty.county_office))
    page = office.get("/published_figure/recount?period=2026-11").text
    for words in (town.name, other.name, lead.name, call.number, "0/1 → 0/0", "此后作废", "不对乡镇排名"):
        assert words in page, words
    own = browser_of(town).get("/published_figure/recount").text
    assert town.name in own
    assert other.name not in own
    assert office.get("/published_figure/recount?period=2026").status_code == 400
    assert "本月没有已发布的数据" in office.get("/published_figure/recount?period=2025-01").text


def test_a_unit_of_another_county_is_named_with_its_county(browser_of, make, session):
    town, county = make.township(), make.county()
    helper = make.department(county)
    make.call(town, lead=make.department(), cooperating=[helper], state=CallState.dispatched)
    publish_figures(session, NOW + timedelta(days=10))
    session.commit()
    page = browser_of(make.office(Duty.county_office)).get("/published_figure/recount?period=2026-11").text
    assert f'<th scope="row">{county}{helper}</th>' in page


def test_a_published_figure_leads_to_the_calls_that_it_counts(browser_of, make, session):
    town, lead, helper = make.township(), make.department(), make.department()
    late = make.call(town, lead=lead, cooperating=[helper], state=CallState.dispatched)
    done = make.call(make.township(), lead=lead, state=CallState.closed)
    publish_figures(session, NOW + timedelta(days=10))
    session.commit()
    of_lead = select(PublishedFigure).where(PublishedFigure.unit_id == lead.id)
    figure = session.scalars(of_lead.where(PublishedFigure.kind == FigureKind.response)).one()
    address = f"/published_figure/{figure.id}/calls"
    assert address in browser_of(lead).get(f"/published_figure/{figure.id}").text
    page = browser_of(lead).get(address).text
    counted = re.findall(r">(U[^<]+-2026-\d{4})</a></td>.*?<td[^>]+>(\d)</td>\s+<td[^>]+>(\d)</td>", page, re.DOTALL)
    assert sorted(counted) == sorted([(late.number, "0", "1"), (done.number, "1", "1")])
    assert browser_of(make.department()).get(address).status_code == 404
