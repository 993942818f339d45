"""The five guarantees of an admission: proposed with it, promised by its approval, delivered and confirmed (TA-22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.admissions import AdmissionState, DutyAdmission, Guarantee, GuaranteeMeasure, GuaranteeState
from models.base import N_
from models.files import Attachment
from models.ledger import Job
from models.rules.affected import affected, applicant, draft_of, inform, inform_townships
from models.rules.clocks import soon
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import cancel, plan
from models.workflow import Ask, Refused, Step, Transition, Workflow

G = GuaranteeState
BINDING = (AdmissionState.approved, AdmissionState.in_force, AdmissionState.suspended)
"""While the department owes what it promised."""


def measures(admission: DutyAdmission, step: Step) -> Sequence[GuaranteeMeasure]:
    """The admission's, locked: what a sweep finds late meanwhile, it finds after this move."""
    of_admission = select(GuaranteeMeasure).where(GuaranteeMeasure.admission_id == admission.id)
    return step.session.scalars(of_admission.order_by(GuaranteeMeasure.id).with_for_update()).all()


def require_all(admission: DutyAdmission, step: Step) -> None:
    """R7: all five, and at the same time as the duty. Raises `Refused`."""
    found = {measure.kind: measure for measure in measures(admission, step)}
    for kind in Guarantee:
        if kind not in found:
            raise Refused(
                N_("“%(kind)s” is missing: an admission promises all five guarantees. Add it, then submit."),
                field="guarantees",
                kind=kind.label,
            )
        if found[kind].due.astimezone(SHANGHAI).date() > admission.starts_on:
            raise Refused(
                N_("“%(kind)s” comes later than the duty. Promise it for the first day at the latest."),
                field="guarantees",
                kind=kind.label,
            )


def require_kept(admission: DutyAdmission, step: Step) -> None:
    """Whatever was due by now is delivered, and confirmed. Raises `Refused`."""
    for measure in measures(admission, step):
        if measure.due <= step.now and measure.state is not G.delivered:
            raise Refused(
                N_("“%(kind)s” was due and is not delivered: the department reports it, and a township confirms it."),
                field="guarantees",
                kind=measure.kind.label,
            )


def _promised(measure: GuaranteeMeasure, step: Step) -> None:
    reminder = soon(step.session, measure.region_id, step.now, measure.due)
    plan(step.session, measure, Job.admission_watch, reminder, measure.due)


def _binding(measure: GuaranteeMeasure, step: Step) -> None:
    if measure.admission.state not in BINDING:
        raise Refused(N_("The admission does not run any more, so nothing is owed for it."))


def _reported(measure: GuaranteeMeasure, step: Step) -> None:
    measure.delivery, measure.proof = step.answers["delivery"], step.answers.get("proof_id")
    measure.delivered_at = step.now
    cancel(step.session, measure, Job.admission_watch, cause="delivered")
    message = N_("%(unit)s reports as delivered, of %(admission)s: %(promise)s Confirm it, or say that it is not.")
    details = {"unit": str(measure.admission.applicant), "promise": measure.promise}
    inform_townships(measure.admission, step, message, measure, **details)


def _confirmed(measure: GuaranteeMeasure, step: Step) -> None:
    measure.confirmed_at = step.now
    message = N_("A township confirmed as delivered, of %(admission)s: %(promise)s")
    inform(measure.admission, step, measure.admission.applicant_id, message, measure, promise=measure.promise)


def _disputed(measure: GuaranteeMeasure, step: Step) -> None:
    """It is owed as before, by the same date; if that has passed, the next sweep calls it late."""
    measure.delivered_at = None
    _promised(measure, step)
    message = N_("A township says that this is not delivered, of %(admission)s: %(promise)s Reason: %(note)s")
    details = {"promise": measure.promise, "note": step.note}
    inform(measure.admission, step, measure.admission.applicant_id, message, measure, **details)


GUARANTEE = Workflow(
    GuaranteeMeasure,
    Transition(
        name="promise",
        label=N_("Promised by the approval"),
        source=frozenset({G.proposed}),
        target=G.promised,
        by=None,
        effect=_promised,
        tone="active",
    ),
    Transition(
        name="lapse",
        label=N_("Late"),
        source=frozenset({G.promised}),
        target=G.late,
        by=None,
        tone="danger",
    ),
    Transition(
        name="deliver",
        label=N_("Report the delivery"),
        source=frozenset({G.promised, G.late}),
        target=G.reported,
        by=lambda measure, actor: applicant(measure.admission, actor),
        asks=(
            Ask(name="delivery", label=N_("What was delivered"), kind="long_text"),
            Ask(name="proof_id", label=N_("Proof"), kind="file", model=Attachment, required=False),
        ),
        guard=_binding,
        effect=_reported,
        tone="active",
        help=N_("An affected township confirms it."),
    ),
    Transition(
        name="confirm_delivery",
        label=N_("Confirm the delivery"),
        source=frozenset({G.reported}),
        target=G.delivered,
        by=lambda measure, actor: affected(measure.admission, actor),
        effect=_confirmed,
        tone="done",
    ),
    Transition(
        name="dispute_delivery",
        label=N_("Not delivered"),
        source=frozenset({G.reported}),
        target=G.promised,
        by=lambda measure, actor: affected(measure.admission, actor),
        guard=_binding,
        effect=_disputed,
        wants_note=True,
        tone="warn",
    ),
    under="admission",
)


def prepare_guarantee(session: Session, measure: GuaranteeMeasure, actor: Actor, now: datetime) -> None:
    """What is promised with a duty is settled in its draft. Raises `Refused`, naming the field."""
    measure.region_id = draft_of(session, measure.admission_id).region_id
