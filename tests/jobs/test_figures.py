"""At the end of a month figures are published with the calls that they count; today's count is told beside them."""

from datetime import timedelta

from sqlalchemy import event, select

from jobs.figures import publish_figures
from models.calls import Call, CallState, FailureKind
from models.figures import FigureKind, PublishedFigure
from models.organisation import Duty
from models.queries.figures import Why, recount
from models.queries.rates import rates
from models.recorder import Origin, set_origin
from tests.make import NOW
from tests.models.look import china

FIRST = china("12-01 01:00")
NOVEMBER = china("11-01 00:00"), china("12-01 00:00")
K = FigureKind


def published(session, unit=None):
    found = select(PublishedFigure).order_by(PublishedFigure.id)
    return session.scalars(found if unit is None else found.where(PublishedFigure.unit_id == unit.id)).all()


def numbers(session, unit):
    return {figure.kind: (figure.part, figure.whole) for figure in published(session, unit)}


def today(session, make, unit, at):
    figures = published(session, unit)
    actor = make.actor(make.office(Duty.county_office))
    return {row.figure.kind: row for row in recount(session, actor, figures, *NOVEMBER, at)}


def test_a_month_is_published_once_for_each_county_with_definition_and_calls(make, session):
    lead, town = make.department(), make.township()
    kept = make.call(town, lead=lead, state=CallState.closed)
    make.failure(FailureKind.no_response, lead=lead)
    away = make.call(make.township(make.county()), state=CallState.dispatched)
    assert publish_figures(session, FIRST) == (2, 2)
    assert publish_figures(session, FIRST) == (0, 0)
    session.commit()
    assert numbers(session, lead)[K.no_response] == (1, 1)
    assert numbers(session, town) == {K.calls: (1, 1)}
    (volume,) = published(session, town)
    assert (volume.period, volume.published_at, volume.calls) == (
        "2026-11",
        FIRST,
        {"part": [kept.id], "whole": [kept.id]},
    )
    assert volume.definition == "乡镇（街道）当月发出的呼叫；不对乡镇排名"
    (response,) = (figure for figure in published(session, lead) if figure.kind is K.response)
    assert response.calls["part"] == [kept.id]
    assert {figure.region_id for figure in published(session)} == {make.home.id, away.region_id}


def test_the_numbers_are_those_of_the_rates(make, session):
    lead, town = make.department(), make.township()
    for state in (CallState.closed, CallState.in_progress, CallState.dispatched, CallState.rejected):
        make.call(town, lead=lead, state=state)
    publish_figures(session, FIRST)
    actor = make.actor(make.office(Duty.county_office))
    (told,) = (one for one in rates(session, actor, *NOVEMBER, FIRST) if one.unit == lead)
    mine = numbers(session, lead)
    for kind in (K.response, K.resolution, K.satisfaction):
        assert mine.get(kind, (0, 0)) == tuple(getattr(told, kind.value)), kind
    assert mine[K.response][1] > mine[K.response][0] > 0


def test_of_townships_the_volume_alone_is_published(make, session):
    make.call(make.department(), lead=(town := make.township()), state=CallState.dispatched)
    make.call(town, state=CallState.closed)
    publish_figures(session, FIRST)
    assert numbers(session, town) == {K.calls: (1, 1)}


def test_a_later_difference_is_told_with_its_calls_and_why(make, session):
    lead, town = make.department(), make.township()
    open_ = make.call(town, lead=lead, state=CallState.in_progress)
    steady = make.call(town, lead=lead, state=CallState.closed)
    resolve_due = open_.resolve_due
    publish_figures(session, resolve_due + timedelta(days=30))
    session.commit()
    figures = published(session, lead)
    assert {figure.period for figure in figures} == {"2026-12"}
    month = china("12-01 00:00"), china("12-01 00:00").replace(year=2027, month=1)
    late = resolve_due + timedelta(days=31)
    make.press(make.assignments(open_)[0], "resolve", at=late, result="Done.")
    make.press(open_, "confirm", at=late)
    actor = make.actor(make.office(Duty.county_office))
    rows = {row.figure.kind: row for row in recount(session, actor, figures, *month, late)}
    row = rows[K.resolution]
    assert (row.figure.part, row.part, row.whole) == (1, 2, 2)
    (difference,) = row.differences
    assert (difference.call, difference.before, difference.today) == (open_, (0, 1), (1, 1))
    assert difference.reasons == (Why.solved,)
    assert steady.id in row.figure.calls["part"]


def test_what_is_declared_void_or_imported_later_says_so(make, session):
    lead, town = make.department(), make.township()
    void = make.call(town, lead=lead, state=CallState.dispatched)
    publish_figures(session, FIRST)
    session.commit()
    make.press(void, "annul", at=FIRST + timedelta(hours=1))
    set_origin(session, Origin(at=FIRST + timedelta(hours=2)))
    past = make.past_call(town, lead, sent_at=NOW - timedelta(days=5), closed_at=NOW - timedelta(days=1))
    later = FIRST + timedelta(days=1)
    answered = today(session, make, lead, later)[K.response]
    assert [(one.call, one.before, one.today, one.reasons) for one in answered.differences] == [
        (void, (0, 1), (0, 0), (Why.annulled,)),
        (session.get(Call, past.call_id), (0, 0), (0, 1), (Why.imported,)),
    ]
    volume = today(session, make, town, later)[K.calls]
    assert (volume.figure.whole, volume.whole) == (1, 2)
    assert [(one.call.id, one.reasons) for one in volume.differences] == [(past.call_id, (Why.imported,))]


def test_it_costs_the_same_for_one_difference_and_for_five(make, session):
    statements = []

    def count(*_):
        statements.append(1)

    lead, town = make.department(), make.township()
    calls = [make.call(town, lead=lead, state=CallState.in_progress) for _ in range(6)]
    publish_figures(session, FIRST + timedelta(days=31))
    session.commit()
    costs = []
    for changed in (calls[:1], calls[1:]):
        for call in changed:
            make.press(make.assignments(call)[0], "resolve", at=FIRST + timedelta(days=40), result="Done.")
            make.press(call, "confirm", at=FIRST + timedelta(days=40))
        statements.clear()
        actor, figures = make.actor(make.office(Duty.county_office)), published(session)
        event.listen(session.get_bind(), "before_cursor_execute", count)
        recount(session, actor, figures, *NOVEMBER, FIRST + timedelta(days=41))
        event.remove(session.get_bind(), "before_cursor_execute", count)
        costs.append(len(statements))
    assert costs[0] == costs[1]
