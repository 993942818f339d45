"""The clock of turnover posts: their term is about to end (TS-29)."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from jobs.watch import Batch
from models.base import N_
from models.establishment import BankEntryState, StaffingBankEntry
from models.organisation import Duty


def terms(batch: Batch) -> None:
    """The township and the editorial office hear once, while posts of the allocation are still out."""
    offices, out = batch.offices(), StaffingBankEntry.state == BankEntryState.allocated
    message = N_("The term of turnover posts of %(unit)s ends on %(last)s: %(count)s posts by %(document)s.")
    for promise, entry in batch.waiting(out, options=[joinedload(StaffingBankEntry.unit)]):
        batch.record(promise, entry)
        for unit_id in (entry.unit_id, offices.get((promise.region_id, Duty.editorial_office))):
            batch.tell(promise, entry, unit_id, message, unit=str(entry.unit), last=f"{entry.until_on}",
                       count=str(entry.count), document=entry.document)  # fmt: skip
