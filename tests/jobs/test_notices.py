from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from jobs.notices import deliver
from models.calls import CallState
from models.notices import Audience, Notice, Outbox
from models.organisation import Duty
from models.roles import RoleName
from models.rules.ledger import tell
from tests.make import NOW

pytestmark = pytest.mark.databases


@pytest.fixture
def say(session):
    """Put a message for a unit into the outbox."""
    numbers = count()

    def put(unit, audience=Audience.everyone, about="call"):
        row = Outbox(
            key=f"test:{next(numbers)}",
            region_id=unit.region_id,
            unit_id=unit.id,
            audience=audience,
            subject_type=about,
            subject_id=7,
            message="%(call)s waits.",
            details={"call": "330329-2026-0001"},
            created_at=NOW - timedelta(minutes=3),
        )
        session.add(row)
        session.commit()
        return row

    return put


def told(session, message):
    ids = select(Notice.user_id).where(Notice.outbox_id == message.id).order_by(Notice.user_id)
    return list(session.scalars(ids))


def test_a_message_reaches_everyone_posted_in_the_unit_and_nobody_else(make, session, say):
    unit = make.department()
    ours = [make.posting(unit=unit).user_id for _ in range(2)]
    make.posting(unit=make.department())
    make.posting(unit=unit.parent, role=RoleName.leader)
    message = say(unit)
    assert deliver(session, NOW) == (1, 2)
    assert told(session, message) == ours
    notice = session.scalars(select(Notice)).first()
    assert (notice.region_id, notice.unit_id) == (unit.region_id, unit.id)
    assert (notice.subject_type, notice.subject_id) == ("call", 7)
    assert notice.message % notice.details == "330329-2026-0001 waits."
    assert (notice.created_at, notice.read_at, notice.mail_tries) == (NOW - timedelta(minutes=3), None, 0)


def test_two_posts_in_one_unit_are_one_person(make, session, say):
    unit, person = make.department(), make.user()
    make.posting(person, unit, RoleName.department_head)
    make.posting(person, unit, RoleName.department_staff)
    message = say(unit)
    deliver(session, NOW)
    assert told(session, message) == [person.id]


def test_a_posting_counts_from_its_first_day_to_its_last_in_china(make, session, say):
    unit = make.department()
    make.posting(unit=unit, from_on=date(2026, 1, 1), to_on=date(2026, 11, 23))
    make.posting(unit=unit, from_on=date(2026, 11, 25))
    tomorrows = make.posting(unit=unit, from_on=date(2026, 11, 24))
    leaving = make.posting(unit=unit, from_on=date(2026, 11, 24), to_on=date(2026, 11, 24))
    message = say(unit)
    deliver(session, datetime(2026, 11, 23, 16, 30, tzinfo=UTC))  # in China it is the 24th
    assert told(session, message) == [tomorrows.user_id, leaving.user_id]


@pytest.mark.requirement("TA-17")
def test_nobody_is_told_of_what_their_role_may_not_read(make, session, say):
    office = make.office(Duty.supervision_office)
    make.posting(unit=office, role=RoleName.supervisor)
    inspector = make.posting(unit=office, role=RoleName.discipline_inspector)
    both = make.posting(unit=office, role=RoleName.supervisor)
    make.posting(both.user, office, RoleName.discipline_inspector)
    message = say(office, about="accountability_case")
    deliver(session, NOW)
    assert told(session, message) == [inspector.user_id, both.user_id]


def test_duty_officers_stand_for_their_unit(make, session, say):
    unit, other = make.department(), make.department()
    make.posting(unit=unit)
    officer = make.posting(unit=unit, is_duty_officer=True)
    make.posting(unit=other, is_duty_officer=True)
    message = say(unit, Audience.duty_officer)
    deliver(session, NOW)
    assert told(session, message) == [officer.user_id]


def test_heads_stand_for_their_unit(make, session, say):
    unit = make.department()
    make.posting(unit=unit)
    head = make.posting(unit=unit, role=RoleName.department_head)
    leader = make.posting(unit=make.office(Duty.leadership), role=RoleName.leader)
    messages = say(unit, Audience.heads), say(leader.unit, Audience.heads)
    deliver(session, NOW)
    assert [told(session, message) for message in messages] == [[head.user_id], [leader.user_id]]


@pytest.mark.parametrize("audience", [Audience.duty_officer, Audience.heads])
def test_where_there_is_no_such_person_everyone_is_told(make, session, say, audience):
    unit = make.department()
    clerk = make.posting(unit=unit)
    make.posting(unit=unit, role=RoleName.department_head, is_duty_officer=True, to_on=date(2026, 11, 22))
    make.posting(unit=make.department(), role=RoleName.department_head, is_duty_officer=True)
    message = say(unit, audience)
    deliver(session, NOW)
    assert told(session, message) == [clerk.user_id]


def test_a_unit_without_people_is_done_with_and_named_once(make, session, say, caplog):
    empty, full = make.department(), make.department()
    make.posting(unit=full)
    messages = [say(empty), say(empty), say(full)]
    assert deliver(session, NOW) == (3, 1)
    session.expire_all()
    assert {message.done_at for message in messages} == {NOW}
    assert [record.getMessage() for record in caplog.records] == [
        f"Nobody is posted in these units, so nobody was told: [{empty.id}]"
    ]


@pytest.mark.requirement("TC-32")
def test_the_county_office_hears_once_of_a_part_whose_unit_has_no_people(make, session):
    office = make.office(Duty.county_office)
    dispatcher = make.posting(unit=office, role=RoleName.county_dispatcher)
    part = make.assignment()
    for hour in range(3):
        deliver(session, NOW + timedelta(hours=hour))
        tell(session, part.department_id, part, "Again.", key=f"again {hour}", now=NOW, call=str(part.call))
        session.commit()
    of_office = select(Notice).where(
        Notice.user_id == dispatcher.user_id, Notice.message.startswith("Nobody is posted")
    )
    notices = session.scalars(of_office).all()
    assert [(notice.subject_type, notice.subject_id) for notice in notices] == [("call_assignment", part.id)]
    assert notices[0].details == {"unit": part.department.name, "call": str(part.call)}


def test_of_a_unit_with_people_the_county_office_hears_nothing_more(make, session):
    office, part = make.office(Duty.county_office), make.assignment()
    make.posting(unit=office, role=RoleName.county_dispatcher)
    make.posting(unit=part.department, role=RoleName.department_head)
    for hour in range(3):
        deliver(session, NOW + timedelta(hours=hour))
    assert not session.scalars(select(Outbox).where(Outbox.key.startswith("unheard:"))).all()


def test_nothing_is_delivered_twice(make, session, say):
    unit = make.department()
    make.posting(unit=unit)
    say(unit)
    deliver(session, NOW)
    make.posting(unit=unit)  # who comes later was not there
    assert deliver(session, NOW + timedelta(days=1)) == (0, 0)
    assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_what_waits_longest_goes_first(make, session, say):
    unit = make.department()
    make.posting(unit=unit)
    first, second, third = (say(unit) for _ in range(3))
    assert deliver(session, NOW, limit=2).found == 2
    session.expire_all()
    assert [message.done_at for message in (first, second, third)] == [NOW, NOW, None]


def test_a_longer_list_costs_no_more_statements(make, session, say, statements):
    def cost(number):
        for _ in range(number):
            unit = make.department()
            make.posting(unit=unit)
            make.posting(unit=unit)
            say(unit)
        statements.clear()
        assert deliver(session, NOW) == (number, 2 * number)
        return list(statements)

    few, many = cost(3), cost(23)
    assert len(few) == len(many), "\n".join(many)


def test_what_a_move_says_arrives(make, session):
    office = make.office(Duty.county_office)
    dispatcher = make.posting(unit=office)
    call = make.call(state=CallState.submitted)
    deliver(session, NOW)
    notice = session.scalars(select(Notice)).one()
    assert (notice.user_id, notice.subject_id) == (dispatcher.user_id, call.id)
