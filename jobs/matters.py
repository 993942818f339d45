"""The term of an assigned matter: its end is told beforehand, and comes by itself (TC-27, TC-29, LX-17)."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select, union_all

from jobs.requests import withdraw
from jobs.watch import Batch
from models.assigned import AssignedMatter, MatterDepartment, MatterState, MatterTownship
from models.base import N_
from models.queries.requests import resting_on


def term(batch: Batch) -> None:
    """The lead department hears that the end is near; after the last day the matter binds nobody any more."""
    in_force = AssignedMatter.state == MatterState.in_force
    soon, over = batch.steps(batch.waiting(in_force), "ends_at")
    for promise, matter in soon:
        batch.record(promise, matter)
        message = N_("An assigned matter ends after %(last)s: %(matter)s. What has to go on needs a new approval.")
        batch.tell(promise, matter, matter.lead_department_id, message, matter=str(matter), last=f"{matter.ends_on}")
    ended = batch.change(over, in_force, action="end", state=MatterState.ended, ended_at=batch.now)
    units = _concerned(batch, [matter.id for _, matter, _ in ended])
    for promise, matter, _ in ended:
        message = N_("An assigned matter has ended: %(matter)s. Nothing more is to be done for it.")
        for unit_id in dict.fromkeys((matter.lead_department_id, *units[matter.id])):
            batch.tell(promise, matter, unit_id, message, matter=str(matter))
    causes = {matter.id: promise for promise, matter, _ in ended}
    withdraw(batch, resting_on(causes), lambda request: causes[request.assigned_matter_id])


def _concerned(batch: Batch, ids: list[int]) -> dict[int, list[int]]:
    """Who takes part in the matters, and who carries them out."""
    helpers = select(MatterDepartment.matter_id, MatterDepartment.unit_id).where(MatterDepartment.matter_id.in_(ids))
    townships = select(MatterTownship.matter_id, MatterTownship.township_id).where(MatterTownship.matter_id.in_(ids))
    found: dict[int, list[int]] = defaultdict(list)
    for matter_id, unit_id in batch.session.execute(union_all(helpers, townships)):
        found[matter_id].append(unit_id)
    return found
