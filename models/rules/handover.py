"""How an admitted duty passes: handed over, taken over, written into the list; struck when it ends (TA-21, TC-14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from models.admissions import DutyAdmission
from models.base import N_
from models.item_words import ItemState
from models.ledger import Job
from models.lists import ListItem
from models.rules.affected import inform_parties, inform_townships
from models.rules.clocks import soon
from models.rules.deadlines import SHANGHAI
from models.rules.demands import own_fields_of_new, require, said_in
from models.rules.editions import amend, in_force
from models.rules.forbidden import refuse_spared
from models.rules.guarantees import require_kept
from models.rules.ledger import plan
from models.rules.organisation import search_key
from models.workflow import Refused, Step


def may_hand_over(admission: DutyAdmission, step: Step) -> None:
    if admission.handed_over_on:
        raise Refused(N_("The handover is on record. An affected township takes the duty over now."))
    day = step.answers["handed_over_on"]
    if day > step.now.astimezone(SHANGHAI).date():
        raise Refused(N_("Record the handover once it has happened."), field="handed_over_on")
    if admission.decided_at is not None and day < admission.decided_at.astimezone(SHANGHAI).date():
        raise Refused(
            N_("A duty is handed over after its approval. Correct the day of the handover."), field="handed_over_on"
        )


def handed_over(admission: DutyAdmission, step: Step) -> None:
    admission.handover_record = step.answers["handover_record"]
    admission.handed_over_on = step.answers["handed_over_on"]
    admission.handover_file = step.answers.get("file_id")
    message = N_("%(unit)s recorded the handover of %(admission)s. If it is right, take the duty over.")
    inform_townships(admission, step, message, unit=str(admission.applicant))


def may_take_over(admission: DutyAdmission, step: Step) -> None:
    """No duty without its handover, nor without what was to come with it (TA-22)."""
    if not admission.handed_over_on:
        raise Refused(N_("The handover is not on record. The department records it first."), field="handover_record")
    if _expiry(admission) <= step.now:
        raise Refused(N_("Its last day has passed. The department applies anew."), field="ends_on")
    require_kept(admission, step)


def taken_over(admission: DutyAdmission, step: Step) -> None:
    admission.in_force_at, admission.expires_at = step.now, _expiry(admission)
    admission.resulting_item = enter_into_list(admission, step)
    reminder = soon(step.session, admission.region_id, step.now, admission.expires_at)
    plan(step.session, admission, Job.admission_watch, reminder, admission.expires_at)
    inform_parties(admission, step, N_("%(admission)s is in force, and in the list."))


def _expiry(admission: DutyAdmission) -> datetime:
    """The end of the last day, in China."""
    return datetime.combine(admission.ends_on + timedelta(days=1), time(), SHANGHAI)


def enter_into_list(admission: DutyAdmission, step: Step) -> ListItem:
    """The duty becomes an item of the next edition of its list, and is run like any other (TC-14). Raises `Refused`."""
    duty_list = in_force(step.session, admission.region_id, admission.duty_list.list_type_id)
    if duty_list is None:
        raise Refused(N_("No list of this kind is in force. The editorial office publishes one."), field="duty_list")
    item = ListItem(
        region_id=admission.region_id,
        code=admission.number,
        search_key=search_key(admission.title)[:400],
        extra=own_fields_of_new(step.session, duty_list, admission),
        **_says(admission),
    )
    item.cooperating = []
    of_edition = replace(step, note=str(admission))
    admission.duty_list = amend(of_edition, duty_list, add=[item], document_number=admission.number or "")
    return item


def _says(admission: DutyAdmission) -> dict[str, object]:
    """What an admission says of its item."""
    return said_in(admission) | {
        "lead_department_id": admission.applicant_id,
        "source": f"{admission.number} · {admission.starts_on} – {admission.ends_on}",
    }


def require_item(admission: DutyAdmission, step: Step) -> None:
    """TC-14: whatever the list demands of an item, the admission says; and nothing that streets are spared (R6)."""
    own = own_fields_of_new(step.session, admission.duty_list, admission)
    require(step.session, admission.duty_list, _says(admission) | own)
    refuse_spared(step.session, admission.region_id, _says(admission))


ENDED = N_("The admission has ended.")


def strike_from_list(session: Session, items: Mapping[int, date]) -> Sequence[ListItem]:
    """The duties have ended: from its day on each item, in the version of today, binds nobody. A set, as jobs work."""
    root = func.coalesce(ListItem.root_id, ListItem.id)
    roots = session.execute(select(ListItem.id, root).where(ListItem.id.in_(items))).all()
    days = {root_id: items[item_id] for item_id, root_id in roots}
    if not days:
        return []
    ended = (
        update(ListItem)
        .where(root.in_(days), ListItem.state == ItemState.published)
        .values(
            state=ItemState.removed,
            removed_on=case(days, value=root),
            removed_reason=ENDED,
            version=ListItem.version + 1,
        )
        .returning(ListItem)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(ended).all()


def resumed(admission: DutyAdmission, step: Step) -> None:
    admission.resumed_at = step.now
    inform_parties(admission, step, N_("The guarantees were delivered: %(admission)s is in force again."))
