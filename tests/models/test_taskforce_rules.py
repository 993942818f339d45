"""Task forces: led before they work, reviewed by a date to come, dissolved with a reason (TS-18, TS-19)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.organisation import Duty
from models.rules.taskforces import forget_task_force, prepare_member, prepare_task_force
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview, TaskForceRole, TaskForceState
from models.workflow import NotYours, Refused
from tests.make import NOW
from tests.make_taskforces import REVIEW
from tests.models.look import cancelled, china, last_message, timers, told

S = TaskForceState
LATER = REVIEW + timedelta(days=7)


def refusal(make, force, name, **answers):
    with pytest.raises(Refused) as refused:
        make.press(force, name, **make.said(name) | answers)
    make.session.rollback()
    return refused.value.field


@pytest.mark.requirement("TS-18", "TS-19")
def test_a_task_force_works_once_somebody_leads_it_and_its_members_are_told(session, make):
    force = make.task_force()
    member = session.scalars(select(TaskForceMember)).one()
    member.role = TaskForceRole.deputy
    helper = make.force_member(force)
    assert refusal(make, force, "begin") == "members"
    member.role = TaskForceRole.head
    session.commit()
    since = last_message(session)
    make.press(force, "begin", review_due=REVIEW)
    assert (force.state, force.set_up_at, force.review_due) == (S.active, NOW, REVIEW)
    assert told(session, since).keys() == {helper.unit.name}
    assert timers(session, force)[-1] == ("meeting_remind", china_of(REVIEW))


def china_of(moment):
    return f"{moment.astimezone(china('11-23 09:00').tzinfo):%m-%d %H:%M}"


@pytest.mark.requirement("TS-19")
@pytest.mark.parametrize("name", ["begin", "review"])
def test_the_next_review_lies_ahead(make, name):
    force = make.task_force(state=S.setting_up if name == "begin" else S.active)
    assert refusal(make, force, name, review_due=NOW) == "review_due"


@pytest.mark.requirement("TS-19")
def test_a_review_keeps_what_was_found_decided_and_handed_on_and_plans_the_next(session, make):
    force = make.task_force()
    helper = make.force_member(force)
    make.press(force, "begin", review_due=REVIEW)
    since = last_message(session)
    said = {"findings": "Half is clear.", "decisions": "Dig on.", "handed_on": "The bank to the water office."}
    make.press(force, "review", review_due=LATER, **said)
    review = session.scalars(select(TaskForceReview)).one()
    assert {name: getattr(review, name) for name in said} == said
    assert (review.held_at, review.region_id, force.review_due) == (NOW, force.region_id, LATER)
    assert told(session, since).keys() == {helper.unit.name}
    assert {due for _, due in timers(session, force)} >= {china_of(LATER)}
    assert china_of(REVIEW) not in {due for _, due in timers(session, force)}


@pytest.mark.requirement("TS-18")
def test_dissolved_it_waits_for_nothing_and_takes_nobody_in(session, make):
    force = make.task_force(state=S.dissolved)
    assert (force.state, force.review_due, force.dissolved_at) == (S.dissolved, None, NOW)
    assert (timers(session, force), cancelled(session, force)) == ([], {"meeting_remind": "dissolved"})
    late = TaskForceMember(task_force_id=force.id, unit_id=force.unit_id, post="Late")
    with pytest.raises(Refused, match="not dissolved"):
        prepare_member(session, late, make.actor(force.unit), NOW)
    with pytest.raises(Refused, match="dissolved, not deleted"):
        forget_task_force(session, force, make.actor(force.unit), NOW)


def test_one_that_has_not_begun_goes_with_its_members(session, make):
    force = make.task_force()
    forget_task_force(session, force, make.actor(force.unit), NOW)
    session.delete(force)
    session.commit()
    counts = [session.scalar(select(func.count()).select_from(model)) for model in (TaskForce, TaskForceMember)]
    assert counts == [0, 0]


@pytest.mark.parametrize("name", ["begin", "dissolve"])
def test_nobody_but_its_township_moves_it(make, name):
    force = make.task_force()
    for actor in (make.actor(make.township()), make.actor(make.office(Duty.county_office))):
        with pytest.raises(NotYours):
            make.press(force, name, actor, note="x", **make.said(name))


def test_it_is_a_townships_with_a_mission_and_posts_of_the_county(session, make):
    department, town = make.department(), make.township()
    actor = make.actor(town)
    for field, columns in (
        ("unit", {"unit_id": department.id, "mission": "x"}),
        ("mission", {"unit_id": town.id, "mission": " "}),
    ):
        with pytest.raises(Refused) as refused:
            prepare_task_force(session, TaskForce(name="x", **columns), actor, NOW)
        assert refused.value.field == field
    abroad = make.department(make.county())
    with pytest.raises(Refused) as refused:
        prepare_member(
            session, TaskForceMember(task_force_id=make.task_force(town).id, unit_id=abroad.id, post="x"), actor, NOW
        )
    assert refused.value.field == "unit"
