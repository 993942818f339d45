"""How a dispute is dealt with: on three levels, in four ways, across areas where it lies across them (TS-40)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.disputes import DisputeCase, DisputeState
from models.organisation import BELOW_TOWNSHIP, LOCAL, Duty, Unit
from models.roles import RoleName
from models.rules.hotline import without_numbers
from models.rules.ledger import tell
from models.rules.offices import office
from models.rules.registers import level_of, prepare_owned
from models.rules.rounds import county_office
from models.rules.step_files import attach
from models.words import Level
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = DisputeState
ABOVE = {Level.village: Level.township, Level.township: Level.county}
OF_VILLAGES = {RoleName.grid_worker, RoleName.community_commissioner}
OPEN = frozenset({S.screening, S.consultation, S.joint_mediation})


def prepare_dispute(session: Session, case: DisputeCase, actor: Actor, now: datetime) -> None:
    """It begins on the level of the unit that found it; no number of a person is kept. Raises `Refused`."""
    prepare_owned(session, case, actor, now)
    for name in ("title", "facts"):
        setattr(case, name, without_numbers(getattr(case, name) or ""))
    if inspect(case).transient:
        case.found_at, case.level = now, level_of(session.get_one(Unit, case.unit_id))


def keeper(case: DisputeCase, actor: Actor) -> bool:
    return actor.serves(case.unit_id)


def handles(case: DisputeCase, actor: Actor) -> bool:
    """Who keeps it, and the township above, which serves its villages; of what rose to the county, its office."""
    return keeper(case, actor) or (case.level is Level.county and county_office(case, actor))


def lifts(case: DisputeCase, actor: Actor) -> bool:
    """What has reached the township is the township's to hand up, and no village's."""
    return keeper(case, actor) and (case.level is Level.village or not actor.roles <= OF_VILLAGES)


def settles(case: DisputeCase, actor: Actor) -> bool:
    """Either side of a joint mediation records how it ended."""
    return handles(case, actor) or (case.state is S.joint_mediation and actor.serves(case.partner_id))


def elsewhere(case: DisputeCase, actor: Actor) -> ColumnElement[bool]:
    """Other townships of the county: with them one mediates across areas."""
    others = Unit.unit_type.in_(LOCAL) & (Unit.region_id == case.region_id) & Unit.valid_to.is_(None)
    return others & Unit.id.not_in(actor.unit_ids)


def _is_difficult(case: DisputeCase, step: Step) -> None:
    if not case.is_difficult:
        raise Refused(
            N_("Joint consultation is for difficult or major disputes. Mark it as one, or settle it."),
            field="is_difficult",
        )


def _may_rise(case: DisputeCase, step: Step) -> None:
    if case.level not in ABOVE:
        raise Refused(N_("It is on the county's level already. Settle it, or prevent that it grows."), field="level")


def _risen(case: DisputeCase, step: Step) -> None:
    """Whoever is on that level hears of it: the township, or the county office."""
    case.level = ABOVE[case.level]
    office_of_county = case.level is Level.county
    above = office(step.session, case.region_id, Duty.county_office) if office_of_county else _township(case.unit)
    message = N_("%(unit)s hands a dispute up to you: %(case)s.")
    if above is not None and above.id != step.actor.unit_id:  # a township may hand up what its village has found
        tell(step.session, above.id, case, message, key=f"risen@{case.version}", now=step.now,
             unit=str(case.unit), case=str(case))  # fmt: skip


def _township(unit: Unit) -> Unit | None:
    above = unit.parent
    while above is not None and above.unit_type in BELOW_TOWNSHIP:
        above = above.parent
    return above


def _together(case: DisputeCase, step: Step) -> None:
    case.partner = step.answers["partner_id"]
    message = N_("%(unit)s mediates a dispute together with you: %(case)s.")
    tell(step.session, step.answers["partner_id"].id, case, message, key=f"together@{case.version}", now=step.now,
         unit=str(case.unit), case=str(case))  # fmt: skip


def _guarded(case: DisputeCase, step: Step) -> None:
    case.measures = without_numbers(step.answers["measures"])


def _settled(case: DisputeCase, step: Step) -> None:
    case.outcome, case.settled_at = without_numbers(step.answers["outcome"]), step.now
    message = N_("A dispute that you have a part in is settled: %(case)s.")
    for unit_id in dict.fromkeys(filter(None, (case.unit_id, case.partner_id))):
        if unit_id != step.actor.unit_id:
            tell(step.session, unit_id, case, message, key=f"settled@{case.version}", now=step.now, case=str(case))


DISPUTE = Workflow(
    DisputeCase,
    Transition(
        name="consult",
        label=N_("Consult jointly"),
        source=frozenset({S.screening}),
        target=S.consultation,
        by=keeper,
        guard=_is_difficult,
        of_use=lambda case: bool(case.is_difficult),
        tone="active",
    ),
    Transition(
        name="hand_up",
        label=N_("Hand up one level"),
        source=frozenset({S.consultation}),
        target=S.consultation,
        by=lifts,
        guard=_may_rise,
        of_use=lambda case: case.level in ABOVE,
        effect=_risen,
        tone="warn",
    ),
    Transition(
        name="mediate_jointly",
        label=N_("Mediate across areas"),
        source=frozenset({S.screening, S.consultation}),
        target=S.joint_mediation,
        by=keeper,
        asks=(Ask(name="partner_id", label=N_("Township of the other side"), kind="row", model=Unit, among=elsewhere),),
        effect=_together,
        tone="active",
    ),
    Transition(
        name="prevent",
        label=N_("Guard against unrest"),
        source=OPEN,
        target=S.prevention,
        by=handles,
        asks=(Ask(name="measures", label=N_("Measures"), kind="long_text"),),
        effect=_guarded,
        tone="warn",
    ),
    Transition(
        name="settle",
        label=N_("Settle"),
        source=OPEN | {S.prevention},
        target=S.settled,
        by=settles,
        asks=(Ask(name="outcome", label=N_("Outcome"), kind="long_text"),),
        effect=_settled,
        tone="done",
    ),
    attach(OPEN | {S.prevention}, settles),
)
