"""Work in disguise is reported, examined, and void if the report is upheld; statements go, or stay on an order."""

import pytest
from sqlalchemy import select

from models.assigned import MatterState
from models.calls import AssignmentState, CallState, FailureKind
from models.coordination import OVER, CaseState
from models.irregular import Disguise, IrregularAssignmentReport, ReportState
from models.notices import Outbox
from models.organisation import Duty, UnitType
from models.policies import PolicyLevel
from models.requests import RequestState
from models.rules.irregular import REPORT, prepare_report
from models.rules.statements import prepare_signatory, prepare_statement
from models.segments import ExtensionState, Pause
from models.statements import ResponsibilityStatement, StatementState, StatementTownship
from models.supervision import OrderState
from models.workflow import MovedOn, Refused
from tests.make import NOW
from tests.models.look import entries, last_message, timers, told

A, C, M, R, S = AssignmentState, CallState, MatterState, ReportState, StatementState


def field_refused(do, *args, **options):
    with pytest.raises(Refused) as refused:
        do(*args, **options)
    return refused.value.field


# Reporting


@pytest.mark.requirement("TC-17", "LX-16")
def test_the_eight_disguises_are_those_of_the_articles():
    assert set(Disguise) == {
        "territorial_name",
        "department_document",
        "fund_allocation",
        "supervision_assessment",
        "appraisal_commendation",
        "acceptance_check",
        "responsibility_statement",
        "indicator_breakdown",
    }


@pytest.mark.requirement("TC-17")
@pytest.mark.parametrize("kind", [UnitType.township, UnitType.street])
def test_a_township_reports_in_its_own_name(make, kind):
    town = make.unit(kind)
    report = make.report(town)
    assert (report.reporter, report.region_id, report.reported_at) == (town, town.region_id, NOW)
    assert report.state is R.reported


@pytest.mark.requirement("TC-17")
@pytest.mark.parametrize("kind", [UnitType.department, UnitType.office, UnitType.village])
def test_nobody_else_reports(make, session, kind):
    with pytest.raises(Refused, match="Only townships"):
        prepare_report(session, IrregularAssignmentReport(), make.actor(make.unit(kind), "township_operator"), NOW)


@pytest.mark.requirement("LX-16")
def test_the_editorial_office_hears_of_a_report_and_the_department_does_not(make, session):
    office, town = make.office(Duty.editorial_office), make.township()
    since = last_message(session)
    report = make.report(town)
    (outbox,) = session.scalars(select(Outbox).where(Outbox.id > since))
    assert (outbox.unit_id, outbox.subject_id, outbox.details["unit"]) == (office.id, report.id, town.name)


def test_a_report_is_about_one_task_and_that_of_the_department(make):
    town, lead, helper, other = make.township(), *(make.department() for _ in range(3))
    matter = make.matter(lead, town, state=M.in_force, helpers=[helper])
    statement = make.statement(lead, town)
    about = {"assigned_matter_id": matter.id}
    for department in (lead, helper):
        assert make.report(town, department, **about).assigned_matter == matter
    assert field_refused(make.report, town, other, **about) == "department"
    assert field_refused(make.report, town, other, responsibility_statement_id=statement.id) == "department"
    both = about | {"responsibility_statement_id": statement.id}
    assert field_refused(make.report, town, lead, **both) == "assigned_matter"


def test_nothing_is_said_to_the_department_before_the_finding(make, session):
    report = make.report()
    heard = {report.reporter.name, make.office(Duty.editorial_office).name}
    make.press(report, "accept")
    assert set(told(session)) == heard
    make.press(report, "withdraw")
    assert set(told(session)) == heard


# The finding


@pytest.mark.requirement("LX-17")
def test_an_upheld_report_cancels_the_matter_and_all_concerned_hear(make, session):
    town, other, lead, helper = make.township(), make.township(), make.department(), make.department()
    matter = make.matter(lead, town, other, state=M.in_force, helpers=[helper])
    report = make.report(town, helper, state=R.accepted, assigned_matter_id=matter.id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="It is the department's own duty.")
    assert (report.state, report.cancelled, report.concluded_at) == (R.upheld, True, NOW)
    assert (matter.state, timers(session, matter)) == (M.cancelled, [])
    assert told(session, since).keys() == {unit.name for unit in (town, other, lead, helper)}
    last = entries(session, matter)[-1]
    assert (last.action, last.user_id) == ("annul", None)


@pytest.mark.requirement("LX-17")
def test_what_rests_on_a_void_matter_is_asked_no_more(make, session):
    town, lead = make.township(), make.department()
    matter, other = (make.matter(lead, town, state=M.in_force) for _ in range(2))
    resting, elsewhere, owed = (
        make.request(lead, town, state=RequestState.sent, assigned_matter_id=about.id, list_item_id=item)
        for about, item in ((matter, None), (other, None), (matter, make.item(lead).id))
    )
    draft = make.request(lead, town, assigned_matter_id=matter.id)
    report = make.report(town, lead, state=R.accepted, assigned_matter_id=matter.id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="It is the department's own duty.")
    assert [request.state.value for request in (resting, elsewhere, owed, draft)] == [
        "withdrawn", "sent", "sent", "draft"]  # fmt: skip
    last = entries(session, resting)[-1]
    assert (last.action, last.user_id, last.after["state"]) == ("lapse", None, "withdrawn")
    heard = select(Outbox.unit_id).where(Outbox.id > since, Outbox.subject_type == "data_request")
    assert sorted(session.scalars(heard)) == sorted([lead.id, town.id])


@pytest.mark.requirement("LX-17")
def test_it_does_so_in_the_same_transaction(make, session):
    town, lead = make.township(), make.department()
    matter = make.matter(lead, town, state=M.in_force)
    report = make.report(town, lead, state=R.accepted, assigned_matter_id=matter.id)
    REPORT.move(
        session, report, "find_irregular", actor=make.whose(report, "accept"), now=NOW, answers={"finding": "x"}
    )
    assert (report.state, matter.state) == (R.upheld, M.cancelled)
    session.rollback()
    assert (report.state, matter.state) == (R.accepted, M.in_force)


@pytest.mark.requirement("LX-17")
@pytest.mark.parametrize("state", [S.registered, S.kept])
def test_an_upheld_report_clears_the_statement(make, session, state):
    town, other, department = make.township(), make.township(), make.department()
    statement = make.statement(department, town, other, state=state)
    report = make.report(town, department, state=R.accepted, responsibility_statement_id=statement.id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="No basis.")
    assert (statement.state, statement.reason, statement.cleared_at) == (S.cleared, "No basis.", NOW)
    assert report.cancelled
    assert told(session, since).keys() == {unit.name for unit in (town, other, department)}


@pytest.mark.requirement("LX-17")
def test_an_upheld_report_voids_the_data_request_and_all_asked_hear(make, session):
    town, other, department = make.township(), make.township(), make.department()
    request = make.request(department, town, other, state=RequestState.sent)
    report = make.report(town, department, state=R.accepted, data_request_id=request.id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="The data are held already.")
    assert (request.state, report.cancelled) == (RequestState.withdrawn, True)
    last = entries(session, request)[-1]
    assert (last.action, last.user_id) == ("annul", None)
    heard = select(Outbox.unit_id).where(Outbox.id > since, Outbox.subject_type == "data_request")
    assert sorted(session.scalars(heard)) == sorted([department.id, town.id, other.id])
    assert "is void" in told(session, since)[department.name]


CALLED = (C.dispatched, C.in_progress, C.awaiting_confirmation)


@pytest.mark.requirement("LX-17")
@pytest.mark.parametrize("state", CALLED)
def test_an_upheld_report_voids_the_call_its_parts_and_their_clocks(make, session, state):
    town, helper, department = make.township(), make.township(), make.department()
    call = make.call(department, lead=town, cooperating=[helper], state=state)
    report = make.report(town, department, state=R.accepted, reported_call_id=call.id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="It is the department's own duty.")
    session.expire_all()
    assert (call.state, report.cancelled) == (C.withdrawn, True)
    parts = make.assignments(call)
    assert {part.state for part in parts} == {A.resolved if state is C.awaiting_confirmation else A.void}
    assert [timers(session, subject) for subject in (call, *parts)] == [[]] * 3
    heard = select(Outbox.unit_id).where(Outbox.id > since, Outbox.subject_type == "call")
    units = (department, town, helper, make.office(Duty.county_office))
    assert sorted(session.scalars(heard)) == sorted(unit.id for unit in units)
    assert (entries(session, call)[-1].action, entries(session, call)[-1].user_id) == ("annul", None)
    with pytest.raises(MovedOn):
        make.press(parts[0], "respond", promised_due=NOW)


@pytest.mark.requirement("LX-17")
@pytest.mark.parametrize("state", sorted({*CaseState} - {*OVER}))
def test_an_upheld_report_ends_the_coordination_case_of_the_call_and_what_presses_for_it(make, session, state):
    town, department = make.township(), make.department()
    case = make.case(caller=department, lead=town, state=state)
    order = make.order(case=case, unit=town)
    report = make.report(town, department, state=R.accepted, reported_call_id=case.call_id)
    since = last_message(session)
    make.press(report, "find_irregular", finding="It is the department's own duty.")
    session.expire_all()
    assert (case.state, case.closed_at, case.call.state) == (CaseState.withdrawn, NOW, C.withdrawn)
    assert (timers(session, case), report.cancelled) == ([], True)
    assert (order.state, timers(session, order)) == (OrderState.closed, [])
    heard = select(Outbox.unit_id).where(Outbox.id > since, Outbox.subject_type == "coordination_case")
    units = (department, town, make.office(Duty.supervision_office))
    assert sorted(session.scalars(heard)) == sorted(unit.id for unit in units)


@pytest.mark.requirement("LX-17")
def test_a_part_that_waits_for_the_caller_waits_no_more(make, session):
    town, department = make.township(), make.department()
    part = make.assignment(caller=department, lead=town, state=A.paused)
    report = make.report(town, department, state=R.accepted, reported_call_id=part.call_id)
    make.press(report, "find_irregular", finding="x")
    session.expire_all()
    assert (part.state, part.pause_due, timers(session, part)) == (A.void, None, [])
    assert session.scalars(select(Pause)).one().resumed_at == NOW


@pytest.mark.requirement("LX-17")
def test_nobody_is_pressed_for_what_is_void_nor_has_failed_at_it(make, session):
    town, department = make.township(), make.department()
    part = make.assignment(caller=department, lead=town, state=A.working)
    extension, order = make.extension(part), make.order(assignment=part)
    part.failure_kind, part.failed_at = FailureKind.inaction, NOW
    session.commit()
    report = make.report(town, department, state=R.accepted, reported_call_id=part.call_id)
    make.press(report, "find_irregular", finding="x")
    session.expire_all()
    assert (part.state, part.failure_kind, part.failed_at) == (A.void, FailureKind.none, None)
    assert (extension.state, order.state) == (ExtensionState.lapsed, OrderState.closed)
    assert [timers(session, subject) for subject in (part, extension, order)] == [[]] * 3
    assert [entries(session, subject)[-1].action for subject in (extension, order)] == ["lapse", "annul"]


@pytest.mark.requirement("LX-17")
@pytest.mark.parametrize("named", ["nothing", "closed call", "withdrawn request"])
def test_where_nothing_is_left_to_cancel_nobody_is_told_that_it_is_void(make, session, named):
    town, department = make.township(), make.department()
    about = {}
    if named == "closed call":
        about = {"reported_call_id": make.call(department, lead=town, state=C.closed).id}
    if named == "withdrawn request":
        request = make.request(department, town, state=RequestState.sent)
        make.press(request, "withdraw")
        about = {"data_request_id": request.id}
    report = make.report(town, department, state=R.accepted, **about)
    since = last_message(session)
    make.press(report, "find_irregular", finding="x")
    assert (report.state, report.cancelled) == (R.upheld, False)
    messages = told(session, since)
    assert messages.keys() == {town.name, department.name}
    assert all("void" not in message and "nothing that could be cancelled" in message for message in messages.values())


@pytest.mark.requirement("TC-17")
def test_a_request_or_a_call_is_named_with_the_department_whose_it_is(make):
    town, department, other = make.township(), make.department(), make.department()
    about = {
        "data_request_id": make.request(department, town, state=RequestState.sent).id,
        "reported_call_id": make.call(department, lead=town, state=C.dispatched).id,
    }
    for name, key in about.items():
        assert field_refused(make.report, town, other, **{name: key}) == "department"
        assert make.report(town, department, **{name: key}).state is R.reported
    assert field_refused(make.report, town, department, **about) == "assigned_matter"


def test_the_department_does_not_read_of_the_report_in_the_timeline_of_its_call(make, session):
    town, department = make.township(), make.department()
    call = make.call(department, lead=town, state=C.dispatched)
    report = make.report(town, department, state=R.accepted, reported_call_id=call.id)
    assert {entry.call_id for entry in entries(session, report)} == {None}


@pytest.mark.requirement("LX-17")
def test_a_task_that_is_over_stays_as_it_is(make):
    town, lead = make.township(), make.department()
    matter = make.matter(lead, town, state=M.in_force)
    report = make.report(town, lead, state=R.accepted, assigned_matter_id=matter.id)
    make.press(matter, "end")
    make.press(report, "find_irregular", finding="x")
    assert (matter.state, report.state, report.cancelled) == (M.ended, R.upheld, False)


def test_a_dismissed_report_changes_nothing_of_the_task(make, session):
    town, lead = make.township(), make.department()
    matter = make.matter(lead, town, state=M.in_force)
    since = last_message(session)
    report = make.report(town, lead, state=R.dismissed, assigned_matter_id=matter.id)
    assert (matter.state, report.finding, report.cancelled) == (M.in_force, "It has no basis.", False)
    assert told(session, since).keys() == {town.name, lead.name, make.office(Duty.editorial_office).name}


@pytest.mark.requirement("LX-17")
def test_of_the_reporter_other_townships_hear_nothing(make, session):
    town, other, lead = make.township(name="Reporter"), make.township(name="Other"), make.department()
    matter = make.matter(lead, town, other, state=M.in_force)
    make.report(town, lead, state=R.upheld, assigned_matter_id=matter.id, title="SECRET")
    message = told(session)["Other"]
    assert "report" not in message.lower()


@pytest.mark.parametrize("state", [R.upheld, R.dismissed, R.withdrawn])
def test_a_concluded_report_moves_no_more(make, state):
    report = make.report(state=state)
    with pytest.raises(MovedOn):
        make.press(report, "accept")


# Statements


@pytest.mark.requirement("LX-16")
@pytest.mark.parametrize("level", PolicyLevel)
def test_a_statement_stays_only_on_a_central_or_provincial_order(make, level):
    statement, basis = make.statement(), make.policy(level)
    if level in (PolicyLevel.central, PolicyLevel.provincial):
        make.press(statement, "keep", basis_id=basis)
        assert (statement.state, statement.basis) == (S.kept, basis)
    else:
        assert field_refused(make.press, statement, "keep", basis_id=basis) == "basis_id"
        assert statement.state is S.registered


@pytest.mark.requirement("LX-14")
@pytest.mark.parametrize("state", [S.registered, S.kept])
def test_a_statement_is_cleared_with_a_reason_and_who_signed_is_told(make, session, state):
    department, town = make.department(), make.township()
    statement = make.statement(department, town, state=state)
    since = last_message(session)
    make.press(statement, "clear", reason="The duty is the department's.")
    assert (statement.state, statement.reason) == (S.cleared, "The duty is the department's.")
    assert told(session, since).keys() == {department.name, town.name}


@pytest.mark.parametrize("state", [S.kept, S.cleared])
def test_who_signed_is_fixed_once_it_was_judged(make, session, state):
    part = StatementTownship(statement_id=make.statement(state=state).id, township_id=make.township().id)
    keeper = make.actor(make.office(Duty.editorial_office), "list_manager")
    assert field_refused(prepare_signatory, session, part, keeper, NOW) == "statement"


@pytest.mark.parametrize("year", [26, 20266])
def test_a_statement_is_of_a_year_of_four_digits(session, make, year):
    statement = ResponsibilityStatement(title="x", year=year)
    with pytest.raises(Refused, match="four digits") as refused:
        prepare_statement(session, statement, make.actor(make.office(Duty.editorial_office)), NOW)
    assert refused.value.field == "year"
