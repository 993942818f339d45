"""How posts move by the establishment bank: no more is allocated than it holds, and quotas follow (R30, TS-29)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, case, func, inspect, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.establishment import BankEntryKind, BankEntryState, QuotaKind, StaffingBankEntry, StaffingQuota
from models.ledger import Job
from models.organisation import Unit
from models.rules.calendar import prepare_county_row
from models.rules.clocks import soon
from models.rules.deadlines import SHANGHAI
from models.rules.internal_organs import editorial_office, hold_to_plan, one_at_a_time
from models.rules.ledger import cancel, plan, tell
from models.rules.registers import be_sound
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

B, E, Q = BankEntryKind, BankEntryState, QuotaKind
REMIND_DAYS = 20
"""Working days before the term of turnover posts ends. Composed: about a month, to ask for what has to go on."""

_into_bank = case((StaffingBankEntry.kind == B.allocation, -StaffingBankEntry.count), else_=StaffingBankEntry.count)


def balance_of(session: Session, region_id: int | None) -> int:
    """Posts in the bank of a county: what was paid in and taken back, without what is allocated."""
    held = select(func.coalesce(func.sum(_into_bank), 0)).where(StaffingBankEntry.region_id == region_id)
    return session.scalar(held) or 0


def _gained(session: Session, unit_id: int, kind: QuotaKind) -> int:
    """Posts of a kind that the bank's movements have given a unit; below 0, taken from it."""
    of_unit = (StaffingBankEntry.unit_id == unit_id, StaffingBankEntry.quota == kind)
    return -(session.scalar(select(func.coalesce(func.sum(_into_bank), 0)).where(*of_unit)) or 0)


def _of(unit_id: int, *kinds: QuotaKind) -> Select[StaffingQuota]:
    return select(StaffingQuota).where(StaffingQuota.unit_id == unit_id, StaffingQuota.kind.in_(kinds))


def prepare_quota(session: Session, quota: StaffingQuota, actor: Actor, now: datetime) -> None:
    """A unit's posts of a kind, with what the bank has moved. Raises `Refused`, naming the field."""
    prepare_county_row(session, quota, actor, now)
    be_sound(quota)
    if session.get_one(Unit, quota.unit_id).region_id != quota.region_id:
        raise Refused(N_("Choose a unit of your own county."), field="unit")
    if quota.kind is Q.turnover and quota.approved:
        raise Refused(N_("Turnover posts are lent by the establishment bank. Allocate them there."), field="approved")
    one_at_a_time(session, quota.region_id)
    unit_id, kind = (_before(quota, name) for name in ("unit_id", "kind"))
    if (unit_id, kind) != (quota.unit_id, quota.kind):
        _leave(session, unit_id, kind, field="unit")
    _count(session, quota, field="approved")


def forget_quota(session: Session, quota: StaffingQuota, actor: Actor, now: datetime) -> None:
    """Raises `Refused` where posts of it have moved, or a plan rests on it."""
    one_at_a_time(session, quota.region_id)
    _leave(session, quota.unit_id, quota.kind, field="approved")


def _before(quota: StaffingQuota, name: str) -> Any:
    return next(iter(inspect(quota).attrs[name].history.deleted or ()), getattr(quota, name))


def _leave(session: Session, unit_id: int, kind: QuotaKind, *, field: str) -> None:
    """A unit has no quota of the kind any more. Raises `Refused` where posts of it have moved, or a plan needs them."""
    booked = select(StaffingBankEntry.id).where(StaffingBankEntry.unit_id == unit_id, StaffingBankEntry.quota == kind)
    if session.scalar(booked.limit(1)) is not None:
        raise Refused(N_("The establishment bank has moved posts of this quota, so it stays."), field=field)
    hold_to_plan(session, unit_id, {kind: 0}, field=field)


def _count(session: Session, quota: StaffingQuota, *, field: str) -> None:
    """What the quota is now. Raises `Refused` where that is too little for what rests on it."""
    count = (quota.approved or 0) + _gained(session, quota.unit_id, quota.kind)
    _be_enough(session, quota, count, field=field)
    quota.count = count


def _be_enough(session: Session, quota: StaffingQuota, count: int, *, field: str) -> None:
    if count < 0:
        raise Refused(
            N_("%(unit)s has %(short)s posts of this kind too few for that. Enter what its quota is first."),
            field=field,
            unit=session.get_one(Unit, quota.unit_id).name,
            short=-count,
        )
    if count < (quota.count or 0):
        hold_to_plan(session, quota.unit_id, {quota.kind: count}, field=field)


def prepare_entry(session: Session, entry: StaffingBankEntry, actor: Actor, now: datetime) -> None:
    """R30: no more is allocated than the bank holds. Raises `Refused`, naming the field."""
    if not inspect(entry).transient:
        raise Refused(N_("What the establishment bank has booked stays. Take the posts back, or pay in others."))
    prepare_county_row(session, entry, actor, now)
    be_sound(entry)
    if entry.kind is B.taken_back:
        raise Refused(N_("Posts are taken back at their allocation: open it, and choose “Take back”."), field="kind")
    if session.get_one(Unit, entry.unit_id).region_id != entry.region_id:
        raise Refused(N_("Choose a unit of your own county."), field="unit")
    if entry.count < 1:
        raise Refused(N_("Move one post at least."), field="count")
    _check_term(entry, now)
    one_at_a_time(session, entry.region_id)
    _book(session, entry, now)


def _check_term(entry: StaffingBankEntry, now: datetime) -> None:
    lent = entry.kind is B.allocation and entry.quota is Q.turnover
    if entry.quota is not Q.public_institution and not lent:
        raise Refused(
            N_("The bank moves posts of public institutions; they are lent as turnover posts."), field="quota"
        )
    if lent != (entry.until_on is not None):
        raise Refused(N_("Turnover posts have a term, and no other posts have one."), field="until_on")
    if entry.until_on is not None and entry.until_on <= now.astimezone(SHANGHAI).date():
        raise Refused(N_("The term has to end after today."), field="until_on")


def _book(session: Session, entry: StaffingBankEntry, now: datetime) -> None:
    held = balance_of(session, entry.region_id)
    entry.balance = held + (-entry.count if entry.kind is B.allocation else entry.count)
    entry.booked_at = now
    if entry.balance < 0:
        raise Refused(
            N_(
                "Establishment bank (R30): it holds %(held)s posts, %(short)s too few. Allocate fewer, or have others"
                " paid in first."
            ),
            field="count",
            held=held,
            short=-entry.balance,
        )


def follow_entry(session: Session, entry: StaffingBankEntry, actor: Actor, now: datetime) -> None:
    """The quota follows the movement; an allocation is told, and its term watched. Raises `Refused`."""
    step = Step(session, actor, now, {}, "")
    _move_quota(session, entry)
    if entry.kind is B.allocation:
        follow(step, entry, "lend" if entry.quota is Q.turnover else "allocate")


def _move_quota(session: Session, entry: StaffingBankEntry) -> None:
    quota = session.scalars(_of(entry.unit_id, entry.quota)).one_or_none()
    with by_rule(session):
        if quota is None:
            quota = StaffingQuota(region_id=entry.region_id, unit_id=entry.unit_id, kind=entry.quota, approved=0)
        _count(session, quota, field="count")
        session.add(quota)
        session.flush()


def _allocated(entry: StaffingBankEntry, step: Step) -> None:
    message = N_("%(count)s posts were allocated to %(unit)s by %(document)s.")
    tell(step.session, entry.unit_id, entry, message, key="allocated", now=step.now,
         count=str(entry.count), unit=str(entry.unit), document=entry.document)  # fmt: skip
    if entry.until_on is not None:
        end = datetime.combine(entry.until_on, time(9), SHANGHAI)
        entry.remind_at = soon(step.session, entry.region_id, step.now, end, REMIND_DAYS)
        plan(step.session, entry, Job.turnover_watch, entry.remind_at)


def left(session: Session, entry: StaffingBankEntry) -> int:
    """Posts of an allocation that were not taken back yet."""
    back = select(func.coalesce(func.sum(StaffingBankEntry.count), 0)).where(
        StaffingBankEntry.allocation_id == entry.id
    )
    return entry.count - (session.scalar(back) or 0)


def _may_take_back(entry: StaffingBankEntry, step: Step) -> None:
    one_at_a_time(step.session, entry.region_id)
    count, held = step.answers["count"], left(step.session, entry)
    if not 0 < count <= held:
        raise Refused(
            N_("%(unit)s has %(held)s posts of this allocation. Take back one at least, and no more than that."),
            field="count",
            unit=str(entry.unit),
            held=held,
        )


def _taken_back(entry: StaffingBankEntry, step: Step) -> None:
    session = step.session
    back = StaffingBankEntry(
        region_id=entry.region_id, unit_id=entry.unit_id, kind=B.taken_back, quota=entry.quota, allocation=entry,
        count=step.answers["count"], document=step.answers["document"], reason=step.note,
    )  # fmt: skip
    with session.no_autoflush:
        _book(session, back, step.now)
    session.add(back)
    session.flush()
    _move_quota(session, back)
    message = N_("%(count)s posts of %(unit)s were taken back by %(document)s.")
    tell(session, entry.unit_id, back, message, key="taken back", now=step.now,
         count=str(back.count), unit=str(entry.unit), document=back.document)  # fmt: skip
    if not left(session, entry):
        follow(step, entry, "close")


def _closed(entry: StaffingBankEntry, step: Step) -> None:
    cancel(step.session, entry, Job.turnover_watch, cause="taken back")


BANK_ENTRY = Workflow(
    StaffingBankEntry,
    Transition(
        name="allocate",
        label=N_("Allocated"),
        source=frozenset({E.booked}),
        target=E.allocated,
        by=None,
        effect=_allocated,
    ),
    Transition(
        name="lend", label=N_("Lent"), source=frozenset({E.booked}), target=E.allocated, by=None, effect=_allocated
    ),
    Transition(
        name="take_back",
        label=N_("Take back"),
        source=frozenset({E.allocated}),
        target=None,
        by=editorial_office,
        asks=(
            Ask(name="count", label=N_("Posts"), kind="number"),
            Ask(name="document", label=N_("Document number"), length=120),
        ),
        guard=_may_take_back,
        effect=_taken_back,
        wants_note=True,
        tone="warn",
        help=N_("They go back to the bank, and the quota of the unit falls by as many."),
    ),
    Transition(
        name="close",
        label=N_("All taken back"),
        source=frozenset({E.allocated}),
        target=E.returned,
        by=None,
        effect=_closed,
    ),
)
