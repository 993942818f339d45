"""The clocks of a duty admission: answered in writing, guaranteed in time, ended with its last day (TA-22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from jobs.requests import withdraw
from jobs.watch import Batch, Fired
from models.admissions import (
    AdmissionOpinion,
    AdmissionState,
    DutyAdmission,
    GuaranteeMeasure,
    GuaranteeState,
    OpinionState,
)
from models.base import N_
from models.item_words import ItemState
from models.lists import ListItem
from models.notices import Audience
from models.organisation import Duty
from models.queries.requests import resting_on_items
from models.rules.handover import strike_from_list

SAID = 60
"""As much of a promise as a message tells."""

RUNNING = (AdmissionState.in_force, AdmissionState.suspended)
WITH_NAMES = (joinedload(AdmissionOpinion.admission), joinedload(AdmissionOpinion.township))


def answers(batch: Batch) -> None:
    """A township that has not answered is reminded, and no more: silence is no consent (TC-13)."""
    asked = batch.waiting(AdmissionOpinion.state == OpinionState.asked, options=WITH_NAMES)
    soon, over = batch.steps(asked, "answer_due")
    offices = batch.offices()
    for promise, opinion in soon:
        batch.record(promise, opinion)
        message = N_("%(admission)s waits for your written opinion. Answer by %(due)s.")
        batch.tell(promise, opinion, opinion.township_id, message, audience=Audience.duty_officer,
                   due=opinion.answer_due, admission=str(opinion.admission))  # fmt: skip
    for promise, opinion in over:
        batch.record(promise, opinion)
        admission, due, unit = str(opinion.admission), opinion.answer_due, str(opinion.township)
        message = N_("You have not answered on %(admission)s; the limit was %(due)s. It waits for you: answer now.")
        batch.tell(promise, opinion, opinion.township_id, message, audience=Audience.heads, due=due,
                   admission=admission)  # fmt: skip
        office = offices.get((opinion.region_id, Duty.editorial_office))
        message = N_("%(unit)s has not answered on %(admission)s; the limit was %(due)s.")
        batch.tell(promise, opinion, office, message, due=due, admission=admission, unit=unit)


def guarantees(batch: Batch) -> None:
    """A guarantee is reminded of; when it is late, what is in force for want of it rests (TA-22)."""
    promised = GuaranteeMeasure.state == GuaranteeState.promised
    soon, over = batch.steps(batch.waiting(promised, options=(joinedload(GuaranteeMeasure.admission),)), "due")
    for promise, measure in soon:
        batch.record(promise, measure)
        message = N_("You promised for %(admission)s by %(due)s: %(what)s. Deliver it, and report it.")
        batch.tell(promise, measure, measure.admission.applicant_id, message, audience=Audience.duty_officer,
                   due=measure.due, admission=str(measure.admission), what=measure.promise[:SAID])  # fmt: skip
    late = batch.change(over, promised, GuaranteeMeasure.due <= batch.now, action="lapse", state=GuaranteeState.late)
    suspended = _suspend(batch, {measure.admission_id for _, measure, _ in late})
    parties, offices = _townships(batch, suspended), batch.offices()
    for promise, measure, _ in late:
        admission = measure.admission
        message = N_("You promised for %(admission)s by %(due)s, and are late: %(what)s. Deliver it now.")
        batch.tell(promise, measure, admission.applicant_id, message, audience=Audience.heads, due=measure.due,
                   admission=str(admission), what=measure.promise[:SAID])  # fmt: skip
        if admission.id in suspended:
            suspended.remove(admission.id)  # told once, however many guarantees are late
            message = N_("%(admission)s is suspended: a guarantee is late.")
            for unit_id in (offices.get((admission.region_id, Duty.editorial_office)), *parties[admission.id]):
                batch.tell(promise, measure, unit_id, message, admission=str(admission))


def _suspend(batch: Batch, ids: Iterable[int]) -> set[int]:
    """Those that were in force; of an admission that lacks two guarantees, once."""
    in_force = DutyAdmission.state == AdmissionState.in_force
    resting = {"state": AdmissionState.suspended, "suspended_at": batch.now}
    query = select(DutyAdmission).where(DutyAdmission.id.in_(list(ids)), in_force)
    found = {admission.id: admission for admission in batch.session.scalars(query)}
    if not found:
        return set()
    statement = (
        update(DutyAdmission)
        .where(DutyAdmission.id.in_(list(found)), in_force)
        .values(**resting, version=DutyAdmission.version + 1)
        .returning(DutyAdmission.id)
        .execution_options(synchronize_session=False)
    )
    suspended = set(batch.session.scalars(statement))
    for key in sorted(suspended):
        batch.note(found[key], {name: getattr(found[key], name) for name in resting}, resting, action="suspend")
    return suspended


def ends(batch: Batch) -> None:
    """The department hears that the end is near; with the last day the duty ends, and so does its item."""
    running = DutyAdmission.state.in_(RUNNING)
    soon, over = batch.steps(batch.waiting(running), "expires_at")
    for promise, admission in soon:
        batch.record(promise, admission)
        message = N_("%(admission)s ends by %(due)s. Take the duty back, or apply anew.")
        batch.tell(promise, admission, admission.applicant_id, message, due=admission.expires_at,
                   admission=str(admission))  # fmt: skip
    ended = batch.change(
        over,
        running,
        DutyAdmission.expires_at <= batch.now,
        action="expire",
        state=AdmissionState.expired,
        ended_at=batch.now,
    )
    day_after = {
        admission.resulting_item_id: admission.ends_on + timedelta(days=1)
        for _, admission, _ in ended
        if admission.resulting_item_id is not None
    }
    struck = strike_from_list(batch.session, day_after)
    for item in struck:
        before = {"state": ItemState.published, "removed_on": None, "removed_reason": ""}
        batch.note(item, before, {name: getattr(item, name) for name in before}, action="strike_out")
    _withdraw_requests(batch, struck, {item_id: promise for promise, admission, _ in ended
                                       if (item_id := admission.resulting_item_id)})  # fmt: skip
    parties = _townships(batch, [admission.id for _, admission, _ in ended])
    for promise, admission, _ in ended:
        message = N_("%(admission)s has ended: the duty is the department's again.")
        for unit_id in (admission.applicant_id, *parties[admission.id]):
            batch.tell(promise, admission, unit_id, message, admission=str(admission))


def _withdraw_requests(batch: Batch, struck: Sequence[ListItem], ended: Mapping[int, Fired]) -> None:
    """Whatever version of the item they cite: what ended the one that was handed over ended all of them."""
    if not struck:
        return
    root = func.coalesce(ListItem.root_id, ListItem.id)
    roots = batch.session.execute(select(root, ListItem.id).where(ListItem.id.in_(ended))).all()
    causes = {root_id: ended[item_id] for root_id, item_id in roots}
    cited = select(ListItem.id, root).where(root.in_(causes))
    versions: dict[int | None, int] = dict(batch.session.execute(cited).all())
    withdraw(batch, resting_on_items(causes), lambda request: causes[versions[request.list_item_id]])


def _townships(batch: Batch, ids: Iterable[int]) -> dict[int, list[int]]:
    """The townships that admissions name, by admission."""
    named = select(AdmissionOpinion.admission_id, AdmissionOpinion.township_id).where(
        AdmissionOpinion.admission_id.in_(list(ids))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for admission_id, township_id in batch.session.execute(named.order_by(AdmissionOpinion.id)):
        found[admission_id].append(township_id)
    return found
