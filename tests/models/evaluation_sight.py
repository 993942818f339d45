"""Who reads what of an evaluation, said once more in plain Python: what `models.scope.evaluation` says in SQL."""

from models.agencies import DispatchedAgency
from models.evaluation import CycleState, Side, SubjectKind
from models.evaluation_sheets import AgencyAggregate, AggregateState, EvaluationSheet, SheetScore, SheetState
from models.roles import COUNTY, EVERYWHERE
from models.scores import ScorePart, ScoreResult

EVALUATED = (EvaluationSheet, SheetScore, AgencyAggregate, ScoreResult, ScorePart)
JUDGES = {"assessor", "scorer", "discipline_inspector", "leader"}
OPENED = (SheetState.opened, SheetState.lapsed)
GATHERED = (AggregateState.submitted, AggregateState.graded)


def reads(session, row, actor):
    """Whether an actor reads a row of these tables."""
    if isinstance(row, SheetScore):
        return reads(session, row.sheet, actor)
    if isinstance(row, EvaluationSheet):
        return _reads_sheet(row, actor)
    if isinstance(row, AgencyAggregate):
        asked = {s.rater_unit_id for s in session.query(EvaluationSheet).filter_by(aggregate_id=row.id)}
        own = asked | {row.seat_id, row.department_id} | ({row.unit_id} if _published(row) else set())
        return _told(row, actor, bool(own & set(actor.unit_ids)))
    result = row.result if isinstance(row, ScorePart) else row
    units = set(actor.unit_ids)
    agencies = session.query(DispatchedAgency).filter_by(unit_id=result.unit_id)
    hosts = {unit for agency in agencies for unit in (agency.seat_id, agency.department_id)}
    own = _published(result) and bool(units & {result.unit_id, *hosts})
    public = result.subject_kind is SubjectKind.department and _published(result) and _here(result, actor)
    seen = _told(result, actor, own)
    return seen or (row is result and public and not actor.observes)


def _here(row, actor):
    return row.region_id == actor.region_id


def _published(row):
    return row.cycle.state is CycleState.published


def _told(row, actor, own):
    if actor.roles & EVERYWHERE:
        return True
    if actor.observes:
        return own and _here(row, actor) and _published(row)
    if actor.roles & JUDGES:
        return own or _here(row, actor)
    return own or bool(actor.roles & COUNTY and _here(row, actor) and _published(row))


def _reads_sheet(sheet, actor):
    units, opened = set(actor.unit_ids), sheet.state in OPENED
    if actor.roles & EVERYWHERE:
        return opened
    if actor.observes:
        named = units & {sheet.rater_unit_id, sheet.subject_unit_id}
        return bool(named) and opened and _published(sheet) and _here(sheet, actor)
    if sheet.rater_unit_id in units:
        return True
    if (
        opened
        and _published(sheet)
        and (sheet.subject_unit_id in units or (actor.roles & COUNTY and _here(sheet, actor)))
    ):
        return True
    if opened and actor.roles & JUDGES and _here(sheet, actor):
        return True
    gathered = sheet.aggregate
    if gathered is None or sheet.side is not Side.bottom_up or sheet.state is SheetState.draft:
        return False
    if "assessor" in actor.roles and _here(sheet, actor):
        return True
    return gathered.seat_id in units or (gathered.department_id in units and gathered.state in GATHERED)
