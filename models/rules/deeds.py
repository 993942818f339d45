"""What the recorder knows of the units in a case of accountability, gathered to be kept with it (TA-18)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityUnit, Responsibility
from models.organisation import Unit
from models.queries.deeds import matter_calls, records


def parts_of(session: Session, case: AccountabilityCase) -> list[AccountabilityUnit]:
    """The units involved, the primary first."""
    of_case = select(AccountabilityUnit).where(AccountabilityUnit.case_id == case.id)
    first = AccountabilityUnit.responsibility == Responsibility.primary
    return list(session.scalars(of_case.order_by(first.desc(), AccountabilityUnit.id)))


def deeds_of(session: Session, part: AccountabilityUnit) -> list[AccountabilityDeed]:
    """What is on record of a unit, in its order."""
    of_part = select(AccountabilityDeed).where(AccountabilityDeed.part_id == part.id)
    return list(session.scalars(of_part.order_by(AccountabilityDeed.seq)))


def gather(session: Session, case: AccountabilityCase) -> None:
    """What the recorder knows by now of each unit in the matter; the same again changes nothing."""
    parts = parts_of(session, case)
    known = {
        (part_id, seq)
        for part_id, seq in session.execute(
            select(AccountabilityDeed.part_id, AccountabilityDeed.seq).where(
                AccountabilityDeed.part_id.in_([part.id for part in parts])
            )
        )
    }
    units = session.scalars(select(Unit).where(Unit.id.in_([part.unit_id for part in parts]))).all()
    found = records(session, _calls(session, case), case.coordination_case_id, units)
    for part in parts:
        record = found[part.unit_id]
        part.deeds, part.failures = len(record.deeds), record.failures
        session.add_all(
            AccountabilityDeed(
                region_id=case.region_id, part_id=part.id, seq=deed.seq, at=deed.at, subject_type=deed.subject_type,
                action=deed.action, is_late=deed.is_late, note=deed.note,
            )
            for deed in record.deeds
            if (part.id, deed.seq) not in known
        )  # fmt: skip
    session.flush()


def _calls(session: Session, case: AccountabilityCase) -> list[int]:
    if case.call_id is not None:
        return [case.call_id]
    if case.coordination_case is not None:
        return [case.coordination_case.call_id] if case.coordination_case.call_id is not None else []
    root = case.item.root_id or case.item.id
    return list(session.scalars(matter_calls(root, case.township_id, case.happened_on)))  # type: ignore[arg-type]
