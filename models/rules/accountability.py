"""How an event is judged by the list of its day, and each unit heard before it is found (R36, TA-17, TA-18, ZG-05)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session, object_session

from models.accountability import (
    AccountabilityCase,
    AccountabilityState,
    AccountabilityUnit,
    Finding,
    PartState,
    Responsibility,
)
from models.actor import Actor
from models.base import N_
from models.calendar import LimitUnit
from models.door import by_rule
from models.item_words import Primary
from models.lists import ListItem
from models.organisation import LOCAL, Posting, Unit
from models.queries.calendar import calendar_of
from models.queries.deeds import local_of
from models.queries.editions import version_on
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.deeds import gather, parts_of
from models.rules.ledger import tell
from models.rules.rounds import iso, next_number
from models.workflow import Ask, Refused, Step, Transition, Workflow

S, P, F = AccountabilityState, PartState, Finding
JUDGES = frozenset({RoleName.assessor, RoleName.discipline_inspector})
DAYS = 5
"""Working days in which a unit may state its view. Composed: the articles name none."""
WHOLE = 100


def prepare_accountability(session: Session, case: AccountabilityCase, actor: Actor, now: datetime) -> None:
    """Of a call, a coordination case, or an event of its own, with a day. Raises `Refused`, naming the field."""
    if inspect(case).persistent:
        raise Refused(N_("An open case is not rewritten. Say in the analysis what is different."))
    if actor.region_id is None or actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: a case comes from one."))
    if not (case.facts or "").strip():
        raise Refused(N_("Say what happened, and what came of it."), field="facts")
    case.region_id, case.opened_by_id, case.opened_at = actor.region_id, actor.unit_id, now
    case.state = S.opened
    with by_rule(session):
        _place(session, case)
        case.happened_on = _day(case, now)
        case.item = _item_of_the_day(session, case, case.happened_on)
        check_judge(session, actor, involved(case), now)
        case.number = next_number(session, actor.region_id, "accountability", now)


def _place(session: Session, case: AccountabilityCase) -> None:
    """One origin; what it says itself is not said by hand."""
    if (case.call is not None) + (case.coordination_case is not None) > 1:
        raise Refused(N_("Name the call, or the coordination case, not both."), field="coordination_case")
    origin = case.call or case.coordination_case
    if origin is None:
        if case.list_item is None:
            raise Refused(N_("Name the call, the coordination case, or the matter of the list."), field="list_item")
        if case.township is None or case.township.unit_type not in LOCAL:
            raise Refused(N_("Name the township or street where it happened."), field="township")
        return
    if origin.region_id != case.region_id:
        raise Refused(N_("A case of accountability is about a matter of its own county."), field="call")
    if origin.list_item is None:
        raise Refused(N_("This cites no item of a list, so nobody is accountable by one."), field="call")
    case.list_item = origin.list_item
    here = select(Unit).where(Unit.id.in_(list(local_of(session, case.call, case.coordination_case))))
    case.township = session.scalar(here.where(Unit.unit_type.in_(LOCAL)).order_by(Unit.id).limit(1))
    if case.township is None:
        raise Refused(N_("No township or street takes part in this."), field="call")


def _day(case: AccountabilityCase, now: datetime) -> date:
    today = now.astimezone(SHANGHAI).date()
    call = case.call or (case.coordination_case.call if case.coordination_case else None)
    known = (call.occurred_at or call.sent_at) if call is not None else None
    day = case.happened_on or (known.astimezone(SHANGHAI).date() if known is not None else None)
    if day is None:
        raise Refused(N_("Name the day of the event."), field="happened_on")
    if day > today:
        raise Refused(N_("This lies in the future. Name a day that has passed."), field="happened_on")
    return day


def _item_of_the_day(session: Session, case: AccountabilityCase, day: date) -> ListItem:
    """R36: what is judged is what bound on the day, whatever the list said before or says since."""
    named = case.list_item
    if named is None or named.region_id != case.region_id:
        raise Refused(N_("Name a matter of a list of your county."), field="list_item")
    found = version_on(session, named.root_id or named.id, day)
    if found is None:
        raise Refused(
            N_(
                "Accountability (R36): on %(day)s no list in force named “%(item)s”, and what is in no list makes"
                " nobody accountable."
            ),
            field="happened_on",
            day=f"{day}",
            item=named.title,
        )
    return found


def involved(case: AccountabilityCase) -> dict[int, Responsibility]:
    """Who leads has the primary share, who cooperates and the township the cooperative; by the item of the day.

    Of a list of what townships do themselves (TC-01) it is the other way round.
    """
    item, township = case.item, case.township
    by_township = item.list_type.primary is Primary.township
    lead = Responsibility.cooperative if by_township else Responsibility.primary
    own = Responsibility.primary if by_township else Responsibility.cooperative
    shares: dict[int, Responsibility] = {}
    if item.lead_department_id is not None:
        shares[item.lead_department_id] = lead
    if township is not None:
        shares.setdefault(township.id, own)
    for helper in item.cooperating:
        shares.setdefault(helper.unit_id, Responsibility.cooperative)
    return shares


def check_judge(session: Session, actor: Actor, unit_ids: Iterable[int], now: datetime) -> None:
    """R3: who serves in a unit involved, in any of their posts, does not judge. Raises `Refused`."""
    today = now.astimezone(SHANGHAI).date()
    units = session.scalars(select(Unit).where(Unit.id.in_(list(unit_ids)))).all()
    posts = select(Posting.unit_id).where(Posting.user_id == actor.user_id, Posting.from_on <= today)
    posts = posts.where(or_(Posting.to_on.is_(None), Posting.to_on >= today))
    within = or_(*(Unit.path.startswith(unit.path) for unit in units))
    own = session.scalar(select(Unit).where(within, or_(Unit.id.in_(posts), Unit.id == actor.unit_id)).limit(1))
    if own is not None:
        raise Refused(
            N_("You serve in %(unit)s, which is involved. Leave the case to somebody who serves in none of its units."),
            unit=str(own),
        )


def open_accountability(session: Session, case: AccountabilityCase, actor: Actor, now: datetime) -> None:
    """Each unit involved gets its part, with what the item demands of it and what the recorder knows of it."""
    with by_rule(session):
        for unit_id, responsibility in involved(case).items():
            is_township = unit_id == case.township_id
            demanded = case.item.township_duties if is_township else case.item.department_duties
            session.add(
                AccountabilityUnit(
                    region_id=case.region_id,
                    case=case,
                    unit_id=unit_id,
                    responsibility=responsibility,
                    demanded=demanded,
                )
            )
        session.flush()
        gather(session, case)
        message = N_("A case of accountability is open: %(case)s. See what is on record of your unit.")
        _tell_all(session, case, message, "opened", now)


def _tell_all(session: Session, case: AccountabilityCase, message: str, key: str, now: datetime, **more: str) -> None:
    for part in parts_of(session, case):
        tell(session, part.unit_id, case, message, key=key, now=now, case=str(case), **more)


def judge(row: AccountabilityCase | AccountabilityUnit, actor: Actor) -> bool:
    """The assessment office and the discipline inspection of the county (ZG-03)."""
    return bool(actor.roles & JUDGES) and actor.region_id == row.region_id


def _not_involved(case: AccountabilityCase, step: Step) -> None:
    check_judge(step.session, step.actor, [part.unit_id for part in parts_of(step.session, case)], step.now)


def _may_weigh(part: AccountabilityUnit, step: Step) -> None:
    _not_involved(part.case, step)
    if part.case.state is not S.opened:
        raise Refused(N_("The shares are fixed: the case is analysed."))
    if not 0 <= step.answers["share"] <= WHOLE:
        raise Refused(N_("A share lies between 0 and 100."), field="share")


def _weighed(part: AccountabilityUnit, step: Step) -> None:
    part.share, part.weighing = step.answers["share"], step.answers["weighing"]


def _may_analyse(case: AccountabilityCase, step: Step) -> None:
    _not_involved(case, step)
    parts = parts_of(step.session, case)
    if open_ := [part for part in parts if part.share is None]:
        raise Refused(N_("Fix the share of %(unit)s first."), unit=str(open_[0].unit))
    if (whole := sum(part.share or 0 for part in parts)) != WHOLE:
        raise Refused(N_("The shares make %(sum)s percent, and must make 100. Correct them."), sum=str(whole))
    _primary_bears_most(parts)


def _primary_bears_most(parts: Sequence[AccountabilityUnit]) -> None:
    """ZG-05: blame goes by who is primary and who secondary. Raises `Refused`."""
    primary = [part for part in parts if part.responsibility is Responsibility.primary]
    heaviest = max(parts, key=lambda part: part.share or 0)
    if primary and (heaviest.share or 0) > max(part.share or 0 for part in primary):
        raise Refused(
            N_("Primary responsibility (R36): %(unit)s cooperates, and its share of %(share)s percent is beyond that"
               " of %(primary)s, which is primary. Correct the shares."),
            field="share", unit=str(heaviest.unit), share=heaviest.share, primary=str(primary[0].unit),
        )  # fmt: skip


def _analysed(case: AccountabilityCase, step: Step) -> None:
    case.analysis, case.analysed_at = step.answers["analysis"], step.now
    case.views_due = calendar_of(step.session, case.region_id).add(step.now, DAYS, LimitUnit.working_day).at
    gather(step.session, case)
    message = N_("%(case)s is analysed. Read your unit's part; you may state your view until %(due)s.")
    _tell_all(step.session, case, message, "analysed", step.now, due=iso(case.views_due))


def _unit_involved(part: AccountabilityUnit, actor: Actor) -> bool:
    """TA-17: a unit is heard itself, and not through a superior that has a part of its own in the same case."""
    if not actor.serves(part.unit_id):
        return False
    return part.unit_id == actor.unit_id or not _has_a_part(part.case, actor)


def _has_a_part(case: AccountabilityCase, actor: Actor) -> bool:
    session, part = object_session(case), AccountabilityUnit
    own = select(part.id).where(part.case_id == case.id, part.unit_id == actor.unit_id)
    return session is not None and session.scalar(own) is not None


def _may_state(part: AccountabilityUnit, step: Step) -> None:
    due = part.case.views_due
    if part.case.state is not S.analysed or due is None:
        raise Refused(N_("Views are heard between the analysis and the conclusion."))
    if part.viewed_at is not None:
        raise Refused(N_("Your unit has stated its view, and that stays."))
    if step.now > due:
        raise Refused(N_("The time for views was over at %(due)s."), due=f"{due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def _stated(part: AccountabilityUnit, step: Step) -> None:
    part.view, part.viewed_at = step.answers["view"], step.now
    message = N_("%(unit)s has stated its view: %(case)s.")
    tell(step.session, part.case.opened_by_id, part.case, message, key=f"view {part.id}", now=step.now,
         case=str(part.case), unit=str(part.unit))  # fmt: skip


def _be_heard(part: AccountabilityUnit, step: Step) -> None:
    """Nothing is found of a unit that may still state its view. Raises `Refused`."""
    due = part.case.views_due
    if part.viewed_at is None and due is not None and step.now <= due:
        raise Refused(
            N_("%(unit)s may state its view until %(due)s. Record the finding after that."),
            unit=str(part.unit),
            due=f"{due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        )


def _may_find(part: AccountabilityUnit, step: Step) -> None:
    """TA-18: by the item and by what was done; against the record, with a reason in writing."""
    _not_involved(part.case, step)
    if part.case.state is not S.analysed:
        raise Refused(N_("First the case is analysed, then each unit is found accountable or exempted."))
    _be_heard(part, step)
    cited = "".join(step.answers["duty_cited"].split())
    if not cited or cited not in "".join(part.demanded.split()):
        raise Refused(
            N_("Cite the duty in the words of the item: what it does not demand makes nobody accountable."),
            field="duty_cited",
        )
    if (why := against_record(part, step.answers["finding"])) and not step.answers.get("against_record"):
        raise Refused(why, field="against_record")


def against_record(part: AccountabilityUnit, finding: Finding) -> str:
    """Why a finding needs a reason; nothing where the record bears it out."""
    if finding is F.exempted and part.failures:
        return N_("The record shows a failure of this unit. Say why it is exempted all the same.")
    if finding is F.held_accountable and part.deeds and not part.failures:
        return N_("The record shows what this unit did, and no failure. Say why it is held accountable all the same.")
    return ""


def _found(part: AccountabilityUnit, step: Step) -> None:
    for name in ("finding", "duty_cited", "what_was_done"):
        setattr(part, name, step.answers[name])
    part.against_record = step.answers.get("against_record") or ""
    part.found_at = step.now


def _may_conclude(case: AccountabilityCase, step: Step) -> None:
    _not_involved(case, step)
    if open_ := [part for part in parts_of(step.session, case) if part.finding is None]:
        raise Refused(N_("Say first what is found of %(unit)s."), unit=str(open_[0].unit))


def _concluded(case: AccountabilityCase, step: Step) -> None:
    case.concluded_at = step.now
    _tell_all(step.session, case, N_("%(case)s is concluded. Read the finding of your unit."), "concluded", step.now)


ACCOUNTABILITY = Workflow(
    AccountabilityCase,
    Transition(
        name="analyse",
        label=N_("Record the analysis of the case"),
        source=frozenset({S.opened}),
        target=S.analysed,
        by=judge,
        asks=(
            Ask(
                name="analysis",
                label=N_("Comprehensive analysis"),
                kind="long_text",
                help=N_("All units involved read it. What concerns one alone belongs to its share and finding."),
            ),
        ),
        guard=_may_analyse,
        effect=_analysed,
        tone="active",
        help=N_("Before, fix each unit's share. From now on the units may state their views."),
    ),
    Transition(
        name="conclude",
        label=N_("Conclude"),
        source=frozenset({S.analysed}),
        target=S.concluded,
        by=judge,
        guard=_may_conclude,
        effect=_concluded,
        tone="done",
        help=N_("From then on nothing of the case changes any more."),
    ),
)

PART = Workflow(
    AccountabilityUnit,
    Transition(
        name="weigh",
        label=N_("Fix the share"),
        source=frozenset({P.named, P.weighed}),
        target=P.weighed,
        by=judge,
        asks=(
            Ask(name="share", label=N_("Share in percent"), kind="number", help=N_("All together make 100.")),
            Ask(name="weighing", label=N_("Why this share"), kind="long_text"),
        ),
        guard=_may_weigh,
        of_use=lambda part: part.case.state is S.opened,
        effect=_weighed,
        tone="active",
    ),
    Transition(
        name="state_view",
        label=N_("State our view"),
        source=frozenset({P.weighed, P.found}),
        target=None,
        by=_unit_involved,
        asks=(Ask(name="view", label=N_("View of the unit"), kind="long_text"),),
        guard=_may_state,
        of_use=lambda part: part.case.state is S.analysed and part.viewed_at is None,
        effect=_stated,
        tone="info",
        help=N_("Once, until the time for views is over."),
    ),
    Transition(
        name="find",
        label=N_("Record the finding"),
        source=frozenset({P.weighed, P.found}),
        target=P.found,
        by=judge,
        asks=(
            Ask(name="finding", label=N_("Finding"), kind="word", words=Finding),
            Ask(name="duty_cited", label=N_("Duty cited"), kind="long_text", help=N_("In the words of the item.")),
            Ask(name="what_was_done", label=N_("What the unit did"), kind="long_text", help=N_("And what was not.")),
            Ask(
                name="against_record",
                label=N_("Why against the record"),
                kind="long_text",
                required=False,
                help=N_("Needed to exempt a unit that failed, or to hold one accountable that did its duty in time."),
            ),
        ),
        guard=_may_find,
        of_use=lambda part: part.case.state is S.analysed,
        suggest=lambda part: {"duty_cited": part.demanded},
        effect=_found,
        tone="warn",
    ),
    under="case",
)
