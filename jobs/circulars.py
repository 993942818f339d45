"""The clock of rectification orders; and at the end of a month, a draft circular for each county (TA-29, TC-36)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from jobs.chinese import chinese
from jobs.watch import Batch, Done
from models.base import N_
from models.calls import Call, CallAssignment, FailureKind
from models.notices import Audience
from models.organisation import LOCAL, Duty, Unit
from models.rectification import Circular, CircularFailure, CircularLine, RectificationOrder, RectificationState
from models.rules.deadlines import SHANGHAI
from models.rules.ladder import LADDER

OPEN = (RectificationState.issued, RectificationState.planned)
KINDS = (FailureKind.no_response, FailureKind.late_response, FailureKind.inaction)
TITLE = N_("Circular on the responses of %(month)s")
LEAD = N_("In %(month)s %(total)s failures were found: no response %(no)s, late response %(late)s, inaction %(none)s.")
LINE = N_("%(unit)s: no response %(no)s, late response %(late)s, inaction %(none)s.")
CLEAN = N_("In %(month)s no failure was found.")


def rectification(batch: Batch) -> None:
    """Before the end the unit is reminded; at the end it is late, and its heads, the offices and the leaders hear."""
    open_ = RectificationOrder.state.in_(OPEN)
    waiting = batch.waiting(open_, options=[joinedload(RectificationOrder.unit)])
    soon, over = batch.steps(waiting, "due")
    before = N_("Your rectification is due by %(due)s.")
    after = N_("Your rectification was due by %(due)s. Report it now.")
    for promise, order in soon:
        batch.warn(promise, order, order.unit_id, order.due, "", before)
    aloud = N_("%(unit)s: %(step)s for its rectification, due by %(due)s.")
    batch.climb([pair for pair in waiting if pair[0].step >= LADDER], "due", before, after, aloud)
    offices = batch.offices()
    for promise, order, _ in batch.change(over, open_, is_late=True):
        batch.remind(promise, order, order.unit_id, order.due, "", after, audience=Audience.heads)
        message = N_("%(unit)s did not rectify by %(due)s.")
        for duty in (Duty.supervision_office, Duty.leadership):
            audience = Audience.heads if duty is Duty.leadership else Audience.everyone
            office = offices.get((order.region_id, duty))
            batch.remind(promise, order, office, order.due, "", message, audience=audience, unit=str(order.unit))


def compile_circulars(session: Session, now: datetime) -> Done:
    """Last month's, by China's day, of each county that has none yet and in which anybody was asked. Twice is once."""
    first = now.astimezone(SHANGHAI).date().replace(day=1)
    month = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    begins, ends = (datetime.combine(day, time(), SHANGHAI) for day in (month, first))
    period = f"{month:%Y-%m}"
    compiled = exists().where(Circular.region_id == CallAssignment.region_id, Circular.period == period)
    asked = select(CallAssignment.region_id).join(CallAssignment.call).where(CallAssignment.dispatched_at < ends)
    asked = asked.where(~Call.imported, ~compiled).distinct()
    counties = _locked(session, asked.order_by(CallAssignment.region_id))
    found = select(CallAssignment).where(
        CallAssignment.region_id.in_(counties),
        CallAssignment.failure_kind != FailureKind.none,
        CallAssignment.failed_at >= begins,
        CallAssignment.failed_at < ends,
    )
    failures: dict[int, list[CallAssignment]] = defaultdict(list)
    for part in session.scalars(found.order_by(CallAssignment.id)) if counties else ():
        failures[part.region_id].append(part)
    named = select(Unit).where(Unit.id.in_(_units(failures))).options(joinedload(Unit.region))
    units = {unit.id: unit for unit in session.scalars(named)}
    for county in counties:
        session.add_all(_compiled(county, month, period, failures[county], units, now))
    session.flush()
    return Done(len(counties), len(counties))


def _locked(session: Session, asked: Select[int]) -> list[int]:
    """The counties, each held: of two who compile at once, the second waits, and finds the first one's."""
    if held := list(session.scalars(asked)):
        session.execute(select(Unit.id).where(Unit.id.in_(held)).order_by(Unit.id).with_for_update())
        held = list(session.scalars(asked))
    return held


def _units(failures: dict[int, list[CallAssignment]]) -> set[int]:
    return {part.department_id for parts in failures.values() for part in parts}


def _compiled(
    county: int, month: date, period: str, parts: list[CallAssignment], units: dict[int, Unit], now: datetime
) -> list[Circular | CircularLine | CircularFailure]:
    """Those who failed most first, but for townships: these are named after them, by their codes, and not ranked."""
    counts: dict[int, Counter[FailureKind]] = defaultdict(Counter)
    for part in parts:
        counts[part.department_id][part.failure_kind] += 1

    def place(unit: int) -> tuple[bool, int, str]:
        local = units[unit].unit_type in LOCAL
        return local, 0 if local else -counts[unit].total(), units[unit].code

    ranked = sorted(counts, key=place)
    whole = sum(counts.values(), Counter[FailureKind]())
    said = {"month": f"{month.year}年{month.month}月"}
    text = [_lead(said, whole)]
    text += [chinese(LINE) % ({"unit": _name(units[unit], county)} | _numbers(counts[unit])) for unit in ranked]
    circular = Circular(
        region_id=county,
        period=period,
        title=chinese(TITLE) % said,
        text="\n".join(text),
        compiled_at=now,
        **{kind.value: whole[kind] for kind in KINDS},
    )
    lines = {
        unit: CircularLine(
            region_id=county, circular=circular, unit_id=unit, **{kind.value: counts[unit][kind] for kind in KINDS}
        )
        for unit in ranked
    }
    behind = [
        CircularFailure(
            region_id=county,
            line=lines[part.department_id],
            call_id=part.call_id,
            assignment_id=part.id,
            kind=part.failure_kind,
            failed_at=part.failed_at,
        )
        for part in parts
    ]
    return [circular, *lines.values(), *behind]


def _name(unit: Unit, county: int) -> str:
    """Of another county's unit, with its county."""
    return unit.name if unit.region_id in (county, None) else f"{unit.region}{unit.name}"


def _lead(said: dict[str, str], whole: Counter[FailureKind]) -> str:
    if not whole:
        return chinese(CLEAN) % said
    return chinese(LEAD) % (said | {"total": str(whole.total())} | _numbers(whole))


def _numbers(counts: Counter[FailureKind]) -> dict[str, str]:
    return {
        "no": str(counts[FailureKind.no_response]),
        "late": str(counts[FailureKind.late_response]),
        "none": str(counts[FailureKind.inaction]),
    }
