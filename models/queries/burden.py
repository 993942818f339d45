"""What each department asks of each township in a year (TC-29), and what townships may do and owe (ZG-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from models.actor import Actor
from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission
from models.assigned import COUNTED, AssignedMatter, AssignedMatterCap, MatterState, MatterTownship
from models.base import N_
from models.calls import AssignmentState, Call, CallAssignment, Direction
from models.irregular import IrregularAssignmentReport, ReportState
from models.item_words import ItemState, PowerStatus, SinkKind
from models.lists import ListItem, ListType
from models.organisation import LOCAL, Unit
from models.recorder import RecorderEntry
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.roles import COUNTY, EVERYWHERE
from models.rules.deadlines import SHANGHAI
from models.statements import ResponsibilityStatement, StatementState, StatementTownship

Asked = Select[*tuple[Any, ...]]
"""`SELECT department, township, how often … GROUP BY department, township`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One way of asking something of townships: how it is called, and the statement for a county and a year."""

    name: str
    label: str
    query: Callable[[int, int], Asked]


def _matters(region_id: int, year: int) -> Asked:
    """Assigned matters that are, or were, in force, in each year that they touch."""
    matter, part = AssignedMatter, MatterTownship
    return (
        select(matter.lead_department_id, part.township_id, func.count())
        .join(part, part.matter_id == matter.id)
        .where(
            matter.region_id == region_id,
            matter.state.in_((MatterState.in_force, MatterState.ended)),
            matter.starts_on <= date(year, 12, 31),
            matter.ends_on >= date(year, 1, 1),
        )
        .group_by(matter.lead_department_id, part.township_id)
    )


def _admissions(region_id: int, year: int) -> Asked:
    """Duties moved down that are, or were, in force, in each year that they touch."""
    admission, part = DutyAdmission, AdmissionOpinion
    return (
        select(admission.applicant_id, part.township_id, func.count())
        .join(part, part.admission_id == admission.id)
        .where(
            admission.region_id == region_id,
            admission.state.in_((AdmissionState.in_force, AdmissionState.suspended, AdmissionState.expired)),
            admission.starts_on <= date(year, 12, 31),
            admission.ends_on >= date(year, 1, 1),
        )
        .group_by(admission.applicant_id, part.township_id)
    )


def _statements(region_id: int, year: int) -> Asked:
    """Responsibility statements of the year that have not been cleared."""
    statement, part = ResponsibilityStatement, StatementTownship
    return (
        select(statement.department_id, part.township_id, func.count())
        .join(part, part.statement_id == statement.id)
        .where(statement.region_id == region_id, statement.year == year, statement.state != StatementState.cleared)
        .group_by(statement.department_id, part.township_id)
    )


def _irregular(region_id: int, year: int) -> Asked:
    """Reports of irregular assignments that were upheld in the year."""
    return upheld(region_id, _within(IrregularAssignmentReport.concluded_at, year))


def upheld(region_id: int, within: ColumnElement[bool]) -> Asked:
    """Reports of irregular assignments that were upheld."""
    report = IrregularAssignmentReport
    return (
        select(report.department_id, report.reporter_id, func.count())
        .where(report.region_id == region_id, report.state == ReportState.upheld, within)
        .group_by(report.department_id, report.reporter_id)
    )


def _reverse_calls(region_id: int, year: int) -> Asked:
    """Calls by which departments called townships, by the day they were sent; but what was void counts as irregular."""
    call, part = Call, CallAssignment
    return (
        select(call.caller_unit_id, part.department_id, func.count(call.id.distinct()))
        .join(part, part.call_id == call.id)
        .where(
            call.region_id == region_id,
            call.direction == Direction.department_to_township,
            part.state != AssignmentState.void,
            _within(call.sent_at, year),
        )
        .group_by(call.caller_unit_id, part.department_id)
    )


def _returned(region_id: int, year: int) -> Asked:
    """Calls that were sent back to a township for more; whoever sent them back has asked for it."""
    entry, call = RecorderEntry, Call
    return (
        select(entry.unit_id, call.caller_unit_id, func.count())
        .join(call, call.id == entry.subject_id)
        .where(
            call.region_id == region_id,
            call.direction == Direction.township_to_department,
            entry.subject_type == Call.__tablename__,
            entry.action == "return_for_correction",
            _within(entry.at, year),
        )
        .group_by(entry.unit_id, call.caller_unit_id)
    )


def _fields(region_id: int, year: int) -> Asked:
    """Fields that townships are to report for the year."""
    request, part, field = DataRequest, DataRequestTownship, DataRequestField
    return (
        select(request.department_id, part.township_id, func.count())
        .join(part, part.request_id == request.id)
        .join(field, field.request_id == request.id)
        .where(request.region_id == region_id, request.state == RequestState.sent, request.year == year)
        .group_by(request.department_id, part.township_id)
    )


def _repeated_fields(region_id: int, year: int) -> Asked:
    """Those of them that the county had already."""
    return _fields(region_id, year).where(DataRequestField.held_in_id.is_not(None))


SOURCES = (
    Source("assigned_matters", N_("Assigned matters in force"), _matters),
    Source("admissions", N_("Duties admitted"), _admissions),
    Source("responsibility_statements", N_("Responsibility statements not cleared"), _statements),
    Source("irregular_reports", N_("Irregular assignments upheld"), _irregular),
    Source("reverse_calls", N_("Reverse calls"), _reverse_calls),
    Source("returned_calls", N_("Calls returned for correction"), _returned),
    Source("requested_fields", N_("Fields asked for"), _fields),
    Source("repeated_fields", N_("Fields asked for again"), _repeated_fields),
)
"""To count another way of asking, add its line."""


def _within(moment: InstrumentedAttribute[Any], year: int) -> ColumnElement[bool]:
    first, next_first = (datetime(n, 1, 1, tzinfo=SHANGHAI) for n in (year, year + 1))
    return and_(moment >= first, moment < next_first)


def is_of_county(actor: Actor) -> bool:
    """Whether somebody sees what all departments ask, and not only what their own unit asks or owes."""
    return bool(actor.roles & (COUNTY | EVERYWHERE))


def asked(source: Source, actor: Actor, year: int) -> Asked:
    """What a source counts for somebody: everything in the county, or a department's row, a township's column."""
    if actor.region_id is None:
        return source.query(0, year).where(false())
    query = source.query(actor.region_id, year)
    if is_of_county(actor):
        return query
    department, township, _ = query.selected_columns
    return query.where(or_(department.in_(actor.unit_ids), township.in_(actor.unit_ids)))


def townships(actor: Actor) -> Select[Unit]:
    """The townships of the county; for a township itself alone. By their code: townships are not ranked."""
    of_county = Unit.unit_type.in_(LOCAL) & (Unit.region_id == actor.region_id)
    return select(Unit).where(of_county, Unit.valid_to.is_(None)).order_by(Unit.code)


def matters_by_year(actor: Actor, years: tuple[int, ...]) -> Asked:
    """`SELECT township, matters in the first of the years, in the second …`: what counts against the cap (TC-29)."""
    matter, part = AssignedMatter, MatterTownship
    touches = (
        and_(extract("year", matter.starts_on) <= year, extract("year", matter.ends_on) >= year) for year in years
    )
    query = (
        select(part.township_id, *(func.sum(case((touched, 1), else_=0)) for touched in touches))
        .join(matter, matter.id == part.matter_id)
        .where(part.region_id == actor.region_id, matter.state.in_(COUNTED))
        .group_by(part.township_id)
    )
    return query if is_of_county(actor) else query.where(part.township_id.in_(actor.unit_ids))


def caps(actor: Actor, years: tuple[int, ...]) -> Select[int, int, int | None]:
    """`SELECT year, most, township` of the caps of these years; no township where it is that of all."""
    cap = AssignedMatterCap
    found = select(cap.year, cap.most, cap.township_id)
    return found.where(cap.region_id == actor.region_id, cap.year.in_(years))


POWERS = ("power", "power_responsibility", "enforcement")
"""The kinds of list that say what townships may do, by their code; the others say what they owe."""


def powers_and_duties(actor: Actor) -> Select[int, int]:
    """How many items in force give the townships of the county a power, and how many write duties for them (ZG-06).

    What was entrusted to townships gives them a power; one that was cancelled does not. Duties that were admitted bind
    only the townships that they affect: `admitted_now` counts them.
    """
    item, admitted = (
        ListItem,
        select(DutyAdmission.resulting_item_id).where(DutyAdmission.resulting_item_id.is_not(None)),
    )
    entrusted = func.coalesce(item.sink_kind == SinkKind.delegated, false())
    gives = or_(ListType.code.in_(POWERS), entrusted)
    powers = func.count().filter(gives, item.power_status != PowerStatus.cancelled)
    duties = func.count().filter(~gives, func.trim(item.township_duties) != "")
    of_county = (item.region_id == actor.region_id) & (item.state == ItemState.published)
    of_lists = of_county & func.coalesce(item.root_id, item.id).not_in(admitted)
    return select(powers, duties).join_from(item, ListType, ListType.id == item.list_type_id).where(of_lists)


def admitted_now(actor: Actor, *within: ColumnElement[bool]) -> Select[int, int]:
    """How many admitted duties are in force for each township that they affect."""
    admission, part = DutyAdmission, AdmissionOpinion
    mine = true() if is_of_county(actor) else part.township_id.in_(actor.unit_ids)
    in_force = (part.region_id == actor.region_id) & (admission.state == AdmissionState.in_force)
    joined = select(part.township_id, func.count()).join(admission, admission.id == part.admission_id)
    return joined.where(in_force, mine, *within).group_by(part.township_id)


def matters_now(actor: Actor, *within: ColumnElement[bool]) -> Select[int, int]:
    """How many assigned matters are in force for each township."""
    matter, part = AssignedMatter, MatterTownship
    mine = true() if is_of_county(actor) else part.township_id.in_(actor.unit_ids)
    in_force = (part.region_id == actor.region_id) & (matter.state == MatterState.in_force)
    joined = select(part.township_id, func.count()).join(matter, matter.id == part.matter_id)
    return joined.where(in_force, mine, *within).group_by(part.township_id)
