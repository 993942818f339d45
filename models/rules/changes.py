"""How a personnel change goes: the township's word first, then the decision, then the person's record (R24, TS-20)."""

from __future__ import annotations

from sqlalchemy import select

from models.actor import Actor
from models.agencies import DispatchedAgency
from models.base import N_
from models.notices import Audience
from models.personnel import ChangeKind, ChangeState, PersonnelChange, TownshipOpinion, TransferPlan
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.ledger import tell, tell_some
from models.rules.personnel import OPEN, fits, in_time
from models.rules.seats import follow_person
from models.rules.staffing import TERM, after_months, check_head
from models.staffing import AgencyStaff, PostGrade
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

K, S = ChangeKind, ChangeState


def _department(change: PersonnelChange, actor: Actor) -> bool:
    return actor.serves(change.department_id)


def _its_head(change: PersonnelChange, actor: Actor) -> bool:
    """A decision commits the department, so its head makes it."""
    return _department(change, actor) and RoleName.department_head in actor.roles


def _township(change: PersonnelChange, actor: Actor) -> bool:
    return actor.serves(change.township_id)


def _its_leader(change: PersonnelChange, actor: Actor) -> bool:
    """The veto is one of the committee's four powers: its leader's, and nobody's who works for them (TS-20)."""
    return _township(change, actor) and RoleName.township_head in actor.roles


def _who_answered(change: PersonnelChange, actor: Actor) -> bool:
    return (_its_leader if change.state is S.vetoed else _township)(change, actor)


# Moving


def _still_fits(change: PersonnelChange, step: Step) -> None:
    """The person, and the agencies, may have changed since it was proposed."""
    fits(change, change.staff, change.to_agency)
    in_time(change, change.staff, change.to_agency)


def _asked(change: PersonnelChange, step: Step) -> None:
    change.asked_at = step.now
    message = N_("A personnel change at “%(agency)s” waits for the opinion of your committee.")
    _tell(change, step, change.township_id, message)


ANSWERS = {
    TownshipOpinion.agree: ("agree_to_change", N_("Agree"), S.agreed),
    TownshipOpinion.object: ("object_to_change", N_("Object"), S.objected),
    TownshipOpinion.veto: ("veto_change", N_("Veto"), S.vetoed),
}


def _answered(opinion: TownshipOpinion, message: str) -> Transition:
    """The township's word, once."""
    by = _its_leader if opinion is TownshipOpinion.veto else _township
    name, label, target = ANSWERS[opinion]

    def effect(change: PersonnelChange, step: Step) -> None:
        change.township_opinion, change.opinion_at = opinion, step.now
        change.opinion_text = step.answers.get("opinion_text") or ""
        _tell(change, step, change.department_id, message)

    said = Ask(name="opinion_text", label=N_("Reasons of the township"), kind="long_text",
               required=opinion is not TownshipOpinion.agree)  # fmt: skip
    return Transition(
        name=name,
        label=label,
        source=frozenset({S.opinion_requested}),
        target=target,
        by=by,
        asks=(said,),
        effect=effect,
        tone=opinion.tone,
        help=N_("A veto stops the change until a plan is negotiated with you.")
        if opinion is TownshipOpinion.veto
        else "",
    )


def _negotiated(change: PersonnelChange, step: Step) -> None:
    change.negotiated_plan = step.answers["negotiated_plan"]
    message = N_("A plan is negotiated for the personnel change at “%(agency)s”. It can be decided.")
    _tell(change, step, change.department_id, message, key=f"negotiated@{change.version}")


def _is_free(change: PersonnelChange) -> bool:
    """Not vetoed, or vetoed and talked over (R24)."""
    return change.state is not S.vetoed or bool(change.negotiated_plan.strip())


def _may_be_decided(change: PersonnelChange, step: Step) -> None:
    if not _is_free(change):
        raise Refused(
            N_(
                "Township opinion first (R24): the township vetoes this change. Negotiate a plan with it: its leader"
                " records it here."
            ),
            field="negotiated_plan",
        )
    _still_fits(change, step)
    if change.kind is K.transfer_out:
        _within_plan(change, step)


def _within_plan(change: PersonnelChange, step: Step) -> None:
    """R27: no more are transferred out of a township in a year than it is to get in that year."""
    year = change.effective_on.year
    of_year = select(TransferPlan).where(TransferPlan.township_id == change.township_id, TransferPlan.year == year)
    plan = step.session.scalar(of_year.with_for_update().execution_options(populate_existing=True))
    if plan is None:
        raise Refused(
            N_("%(township)s has no transfer plan for %(year)s yet. The editorial office fixes it: ask it first."),
            field="kind",
            township=str(change.township),
            year=year,
        )
    if plan.transferred_out >= plan.planned_replenishment:
        raise Refused(
            N_("Transfer cap (R27): %(township)s may transfer out %(planned)s in %(year)s, as many as it is to get, "
               "and has done so. Ask the editorial office for its transfer plan."),
            field="kind",
            township=str(change.township),
            planned=plan.planned_replenishment,
            year=year,
        )  # fmt: skip
    change.plan = plan


BORROWED = {
    K.second: N_("Somebody of “%(agency)s” is seconded to your unit from %(day)s until %(until)s."),
    K.come_back: N_("Somebody of “%(agency)s” who was seconded to your unit returns on %(day)s."),
}


def _decided(change: PersonnelChange, step: Step) -> None:
    change.decision, change.decided_at = step.answers["decision"], step.now
    if change.plan is not None:
        change.plan.transferred_out += 1
    _tell_hosts(change, step, N_("The personnel change at “%(agency)s” is decided."))
    _tell_borrower(change, step)


def _tell_borrower(change: PersonnelChange, step: Step) -> None:
    """Who gets somebody for a time, or gives them back, knows the day beforehand (TS-25)."""
    borrower = change.to_unit_id if change.kind is K.second else change.staff.seconded_to_id
    if change.kind not in BORROWED or borrower is None:
        return
    days = {"day": change.effective_on, "until": change.ends_on}
    said = {name: f"{day}" for name, day in days.items() if day is not None}
    _tell_of_agency(change, step, borrower, BORROWED[change.kind], **said)


def _is_the_day(change: PersonnelChange, step: Step) -> None:
    if step.now.astimezone(SHANGHAI).date() < change.effective_on:
        raise Refused(
            N_("It takes effect on %(day)s, and not before."), field="effective_on", day=f"{change.effective_on}"
        )
    _still_fits(change, step)
    if change.as_head and (agency := change.to_agency or change.staff.agency) is not None:
        check_head(step.session, agency.id, change.staff_id, "as_head")


def _took_effect(change: PersonnelChange, step: Step) -> None:
    change.effective_at = step.now
    EFFECTS[change.kind](change, change.staff, step)
    follow_person(step.session, change.staff, change.effective_on)
    _tell_hosts(change, step, N_("The personnel change at “%(agency)s” is in effect."))


def _appointed(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    if change.to_agency is not None:
        _serve(change, staff)
        follow(step, staff, "take_up_post")
    staff.post, staff.is_head = change.new_post, change.as_head


def _removed(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    staff.post, staff.post_grade, staff.is_head = "", PostGrade.ungraded, False


def _moved(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    _serve(change, staff)
    staff.post, staff.is_head = change.new_post, change.as_head


def _serve(change: PersonnelChange, staff: AgencyStaff) -> None:
    """In another township, the term of two years begins anew (R25)."""
    agency = change.to_agency
    if agency is None:
        return
    if staff.agency is None or staff.agency.seat_id != agency.seat_id:
        staff.dispatched_on = change.effective_on
        staff.min_term_until = after_months(change.effective_on, TERM)
    staff.agency, staff.field = agency, agency.field


def _seconded(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    """R29: whoever is away draws no allowance of the post."""
    staff.seconded_to, staff.seconded_until = change.to_unit, change.ends_on
    staff.allowance_on_post = False
    follow(step, staff, "go_on_secondment")


def _returned(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    """R29: what a secondment took is not given back by itself; who keeps the record is told."""
    staff.seconded_to = staff.seconded_until = None
    follow(step, staff, "come_back")
    message = N_("Somebody is back at “%(agency)s” from a secondment. Tick the allowance on post again, if it is due.")
    tell(step.session, change.department_id, staff, message, key=f"back {change.id}", now=step.now,
         agency=str(staff.agency))  # fmt: skip


def _transferred(change: PersonnelChange, staff: AgencyStaff, step: Step) -> None:
    staff.left_on = change.effective_on
    follow(step, staff, "leave")


EFFECTS = {
    K.appoint: _appointed,
    K.remove: _removed,
    K.move: _moved,
    K.second: _seconded,
    K.come_back: _returned,
    K.transfer_out: _transferred,
}


def _withdrawn(change: PersonnelChange, step: Step) -> None:
    if change.plan is not None:
        plan = change.plan
        step.session.refresh(plan, with_for_update=True)
        plan.transferred_out -= 1
        change.plan = None
    if change.asked_at is not None:
        message = N_("The personnel change at “%(agency)s” is withdrawn. Reason: %(note)s")
        _tell(change, step, change.township_id, message, note=step.note[:200])


def _agencies(change: PersonnelChange) -> list[DispatchedAgency]:
    """Where the person serves; and of a move, where they go."""
    named = (change.from_agency or change.staff.agency, change.to_agency)
    return list(dict.fromkeys(agency for agency in named if agency is not None))


def _tell(change: PersonnelChange, step: Step, unit_id: int, message: str, *, key: str = "", **details: str) -> None:
    """A message names the agency, of a move both, and not the person: it may leave the console by mail (B6)."""
    agency = " → ".join(map(str, _agencies(change)))
    tell(step.session, unit_id, change, message, key=key or change.state.value, now=step.now, agency=agency, **details)


def _tell_hosts(change: PersonnelChange, step: Step, message: str) -> None:
    """The township that was asked; and of a move, the one where the person goes. Then the heads of each agency."""
    hosts = {change.township_id, change.to_agency.seat_id if change.to_agency else change.township_id}
    for unit_id in sorted(hosts):
        _tell(change, step, unit_id, message)
    for agency in _agencies(change):
        _tell_of_agency(change, step, agency.unit_id, message)


def _tell_of_agency(change: PersonnelChange, step: Step, unit_id: int, message: str, **details: str) -> None:
    """The heads of who may read of the agency, and not of the person: the message is about the agency."""
    agencies = _agencies(change)
    tell_some(step.session, unit_id, Audience.heads, agencies[0], message, key=f"{change.id} {change.state.value}",
              now=step.now, agency=" → ".join(map(str, agencies)), **details)  # fmt: skip


CHANGE = Workflow(
    PersonnelChange,
    Transition(
        name="ask_township",
        label=N_("Ask the township"),
        source=frozenset({S.proposed}),
        target=S.opinion_requested,
        by=_department,
        guard=_still_fits,
        effect=_asked,
        tone="active",
        help=N_("Its committee agrees, objects, or vetoes. Nothing is decided before."),
    ),
    _answered(TownshipOpinion.agree, N_("The township agrees to the personnel change at “%(agency)s”.")),
    _answered(TownshipOpinion.object, N_("The township objects to the personnel change at “%(agency)s”.")),
    _answered(
        TownshipOpinion.veto, N_("The township vetoes the personnel change at “%(agency)s”. Negotiate a plan with it.")
    ),
    Transition(
        name="record_plan",
        label=N_("Record the negotiated plan"),
        source=frozenset({S.objected, S.vetoed}),
        target=None,
        by=_who_answered,
        asks=(Ask(name="negotiated_plan", label=N_("Negotiated plan"), kind="long_text"),),
        effect=_negotiated,
        tone="active",
        help=N_("What you have agreed on with the department. A vetoed change can be decided from then on."),
    ),
    Transition(
        name="decide_change",
        label=N_("Decide"),
        source=frozenset({S.agreed, S.objected, S.vetoed}),
        target=S.decided,
        by=_its_head,
        asks=(Ask(name="decision", label=N_("Decision taken"), kind="long_text"),),
        guard=_may_be_decided,
        of_use=_is_free,
        effect=_decided,
        tone="active",
    ),
    Transition(
        name="put_into_effect",
        label=N_("Put into effect"),
        source=frozenset({S.decided}),
        target=S.effective,
        by=_department,
        guard=_is_the_day,
        effect=_took_effect,
        tone="done",
        help=N_("The record of the person changes with it."),
    ),
    Transition(
        name="withdraw_change",
        label=N_("Withdraw"),
        source=frozenset(OPEN),
        target=S.withdrawn,
        by=_department,
        effect=_withdrawn,
        wants_note=True,
        tone="danger",
    ),
    under="staff",
)
