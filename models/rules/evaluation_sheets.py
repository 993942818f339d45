"""How the sheets of a cycle are drawn up, filled in, and sealed (R3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.actor import SYSTEM_ACTOR, Actor
from models.base import N_
from models.door import by_rule
from models.evaluation import (
    BY_PEOPLE,
    CycleState,
    EvaluationCycle,
    EvaluationIndicator,
    Side,
    Source,
    SubjectKind,
)
from models.evaluation_sheets import (
    AgencyAggregate,
    AggregateState,
    EvaluationSheet,
    SheetScore,
    SheetState,
)
from models.files import Attachment
from models.lists import ListItem
from models.queries.raters import Pair, pairs, posts_of, served
from models.recorder import gathering, note_move
from models.rules.ledger import tell
from models.workflow import Ask, NotYours, Refused, Step, Transition, Workflow, follow

A, S = AggregateState, SheetState
TENTH = Decimal("0.1")
SEALED = (S.draft, S.submitted)
LAPSED = N_("“%(cycle)s” is closed. %(count)s of your evaluation sheets were not in, and have lapsed.")


def asked(sheet: EvaluationSheet, laid: Iterable[EvaluationIndicator], leads: Mapping[int, int]) -> list[int]:
    """The indicators that a sheet scores; without those about an item that its rater leads (R3)."""
    return _asked(Pair(sheet.subject_kind, sheet.side, sheet.subject_unit_id, sheet.rater_unit_id), laid, leads)


def _asked(pair: Pair, laid: Iterable[EvaluationIndicator], leads: Mapping[int, int]) -> list[int]:
    return [
        row.id
        for row in laid
        if (row.subject_kind, row.side) == (pair.kind, pair.side)
        and row.source in BY_PEOPLE
        and leads.get(row.list_item_id or 0) != pair.rater_id
    ]


def leads_of(session: Session, laid: Iterable[EvaluationIndicator]) -> dict[int, int]:
    """Who leads the items that indicators are about."""
    about = {row.list_item_id for row in laid if row.list_item_id}
    led = select(ListItem.id, ListItem.lead_department_id).where(ListItem.id.in_(about))
    return {item: lead for item, lead in session.execute(led) if lead is not None} if about else {}


def draw_up(session: Session, cycle: EvaluationCycle, laid: Sequence[EvaluationIndicator], now: datetime) -> None:
    """Every sheet of a cycle, and what gathers those of each agency; told once to each who is asked."""
    kinds, leads = {row.subject_kind for row in laid}, leads_of(session, laid)
    sheets = [_sheet(cycle, pair) for pair in pairs(session, cycle, kinds) if _asked(pair, laid, leads)]
    if SubjectKind.agency in kinds:
        sheets += _of_agencies(session, cycle)
    if not sheets:
        raise Refused(N_("Nobody is to be evaluated in this cycle: no unit of its kinds stands in the record."))
    session.add_all(sheets)
    session.flush()
    message = N_(
        "“%(cycle)s” is open: fill in %(count)s evaluation sheets by %(day)s. Until it closes no unit that is scored"
        " reads them."
    )
    counts: dict[int, int] = defaultdict(int)
    for sheet in sheets:
        counts[sheet.rater_unit_id] += 1
    for unit_id, count in sorted(counts.items()):
        tell(session, unit_id, cycle, message, key="opened", now=now, cycle=cycle.name, count=str(count),
             day=f"{cycle.closes_on}")  # fmt: skip


def _sheet(cycle: EvaluationCycle, pair: Pair) -> EvaluationSheet:
    return EvaluationSheet(
        region_id=cycle.region_id,
        cycle_id=cycle.id,
        subject_unit_id=pair.subject_id,
        rater_unit_id=pair.rater_id,
        subject_kind=pair.kind,
        side=pair.side,
    )


def _of_agencies(session: Session, cycle: EvaluationCycle) -> list[EvaluationSheet]:
    """TA-39: of each township that an agency serves, with the weight of this day; and of its department."""
    gathered: dict[int, AgencyAggregate] = {}
    sheets = []
    for agency, township_id, weight in served(session, cycle.region_id):
        if agency.id not in gathered:
            gathered[agency.id] = AgencyAggregate(
                region_id=cycle.region_id,
                cycle_id=cycle.id,
                agency_id=agency.id,
                unit_id=agency.unit_id,
                seat_id=agency.seat_id,
                department_id=agency.department_id,
            )
            above = Pair(SubjectKind.agency, Side.top_down, agency.unit_id, agency.department_id)
            sheets.append(_sheet(cycle, above))
            sheets[-1].aggregate = gathered[agency.id]
        below = _sheet(cycle, Pair(SubjectKind.agency, Side.bottom_up, agency.unit_id, township_id))
        below.aggregate, below.coverage = gathered[agency.id], weight
        sheets.append(below)
    session.add_all(gathered.values())
    return sheets


def prepare_score(session: Session, score: SheetScore, actor: Actor, now: datetime) -> None:
    """One score on a sheet that is still to be filled in. Raises `Refused`, naming the field."""
    check_scores(session, [score], actor, now)


def check_scores(session: Session, scores: Collection[SheetScore], actor: Actor, now: datetime) -> None:
    """The same of many, in as many statements. Raises `Refused`, naming the field."""
    of_sheets = select(EvaluationSheet).where(EvaluationSheet.id.in_({score.sheet_id for score in scores}))
    sheets = {sheet.id: sheet for sheet in session.scalars(of_sheets.options(joinedload(EvaluationSheet.cycle)))}
    cycles = {sheet.cycle_id for sheet in sheets.values()}
    laid = session.scalars(select(EvaluationIndicator).where(EvaluationIndicator.cycle_id.in_(cycles))).all()
    of_cycle = {cycle: [row for row in laid if row.cycle_id == cycle] for cycle in cycles}
    leads = leads_of(session, laid)
    refuse_own(session, sheets.values(), laid, leads, actor, now)
    for score in scores:
        sheet = sheets.get(score.sheet_id)
        if sheet is None or sheet.state is not S.draft or sheet.cycle.state is not CycleState.open:
            raise Refused(N_("A sheet is filled in while its cycle is open, and once. This one stands."), field="sheet")
        score.region_id = sheet.region_id
        if score.indicator_id not in asked(sheet, of_cycle[sheet.cycle_id], leads):
            raise Refused(N_("This sheet does not ask for that indicator."), field="indicator")
        if not 0 <= score.points <= 100:
            raise Refused(N_("A score goes from 0 to 100."), field="points")


def refuse_own(
    session: Session,
    sheets: Iterable[EvaluationSheet],
    laid: Iterable[EvaluationIndicator],
    leads: Mapping[int, int],
    actor: Actor,
    now: datetime,
) -> None:
    """R3: nobody assesses a unit where they hold a post, nor its item; whichever unit they act for."""
    if actor.user_id is None:
        return
    posts, laid = posts_of(session, actor.user_id, now), list(laid)
    for sheet in sheets:
        of_sheet = asked(sheet, [row for row in laid if row.cycle_id == sheet.cycle_id], leads)
        items = {row.list_item_id for row in laid if row.id in of_sheet and row.list_item_id}
        own = {sheet.subject_unit_id, *(leads.get(item, 0) for item in items)} & posts.keys()
        if own - {sheet.rater_unit_id}:
            raise Refused(
                N_("Lead department (R3): whoever serves in “%(unit)s” does not assess it, nor its items. Leave this"
                   " sheet to a colleague."),
                field="sheet",
                unit=posts[min(own)],
            )  # fmt: skip


def _may_submit(sheet: EvaluationSheet, step: Step) -> None:
    _refuse_incomplete(step, sheet.cycle, [sheet])


def _refuse_incomplete(step: Step, cycle: EvaluationCycle, sheets: Collection[EvaluationSheet]) -> None:
    """Of sheets of one cycle, in four statements."""
    session = step.session
    if cycle.state is not CycleState.open:
        raise Refused(N_("The cycle is not open: nothing is submitted any more."))
    laid = session.scalars(select(EvaluationIndicator).where(EvaluationIndicator.cycle_id == cycle.id)).all()
    leads, names = leads_of(session, laid), {row.id: row for row in laid}
    refuse_own(session, sheets, laid, leads, step.actor, step.now)
    given = select(SheetScore.sheet_id, SheetScore.indicator_id)
    of_sheets = given.where(SheetScore.sheet_id.in_([sheet.id for sheet in sheets]))
    scored = {(sheet_id, indicator_id) for sheet_id, indicator_id in session.execute(of_sheets)}
    for sheet in sheets:
        needed = asked(sheet, laid, leads)
        missing = [names[key].name for key in needed if (sheet.id, key) not in scored]
        if missing:
            raise Refused(N_("Score “%(indicator)s” first: a sheet is submitted whole."), field="points",
                          indicator=missing[0])  # fmt: skip
        of_residents = any(names[key].source is Source.survey for key in needed)
        if of_residents and step.answers.get("file_id") is None:
            raise Refused(N_("Send the source of the survey's figures with it."), field="file_id")


def _submitted(sheet: EvaluationSheet, step: Step) -> None:
    _sign(sheet, step)
    step.session.flush()
    _complete(step, [sheet])


def _sign(sheet: EvaluationSheet, step: Step) -> None:
    sheet.submitted_at, sheet.submitted_by_id = step.now, step.actor.user_id
    sheet.comment, sheet.file = step.answers.get("comment") or "", step.answers.get("file_id")


def _complete(step: Step, sheets: Iterable[EvaluationSheet]) -> None:
    """Every agency whose last part is among these."""
    below = {sheet.aggregate_id for sheet in sheets if sheet.side is Side.bottom_up and sheet.aggregate_id is not None}
    if not below:
        return
    sheet, gathered = EvaluationSheet, AgencyAggregate
    waiting = select(sheet.aggregate_id).where(sheet.side == Side.bottom_up, sheet.state == S.draft)
    waiting = waiting.where(sheet.aggregate_id.in_(below))
    ready = select(gathered).where(gathered.id.in_(below), gathered.id.not_in(waiting))
    for aggregate in step.session.scalars(ready.where(gathered.state == A.collecting).order_by(gathered.id)):
        follow(step, aggregate, "complete")


def submit_all(
    session: Session,
    cycle: EvaluationCycle,
    sheets: Collection[EvaluationSheet],
    file: Attachment | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The move `submit_sheet` of many sheets of one unit: asked together, and each with its entry in the recorder.

    Raises `NotYours`, or `Refused` where one of them may not be submitted; then none is.
    """
    step = Step(session, actor, now, {"file_id": file}, "")
    with gathering(session), by_rule(session):
        session.refresh(cycle, with_for_update=True)
        if not all(actor.serves(sheet.rater_unit_id) and sheet.state is S.draft for sheet in sheets):
            raise NotYours(N_("This step is not yours to take for this record."))
        _refuse_incomplete(step, cycle, sheets)
        for sheet in sheets:
            note_move(session, sheet, "submit_sheet", note="", actor=actor, now=now)
            sheet.state = S.submitted
            _sign(sheet, step)
        session.flush()
        _complete(step, sheets)


def unsealed(cycle: EvaluationCycle, step: Step) -> None:
    """The cycle closes: what is in is opened, what is not has lapsed; told once to each who owed some."""
    session = step.session
    of_cycle = select(EvaluationSheet).where(EvaluationSheet.cycle_id == cycle.id, EvaluationSheet.state.in_(SEALED))
    lapsed: dict[int, int] = defaultdict(int)
    for sheet in session.scalars(of_cycle.order_by(EvaluationSheet.id)):
        opened = sheet.state is S.submitted
        action = "open_sheet" if opened else "lapse_sheet"
        note_move(session, sheet, action, note="", actor=SYSTEM_ACTOR, now=step.now)
        sheet.state = S.opened if opened else S.lapsed
        if not opened:
            lapsed[sheet.rater_unit_id] += 1
    for unit_id, count in sorted(lapsed.items()):
        tell(session, unit_id, cycle, LAPSED, key="lapsed", now=step.now, cycle=cycle.name, count=str(count))


SHEET = Workflow(
    EvaluationSheet,
    Transition(
        name="submit_sheet",
        label=N_("Submit the sheet"),
        source=frozenset({S.draft}),
        target=S.submitted,
        by=lambda sheet, actor: actor.serves(sheet.rater_unit_id),
        asks=(
            Ask(name="comment", label=N_("Comment"), kind="long_text", required=False),
            Ask(name="file_id", label=N_("Source of the figures"), kind="file", model=Attachment, required=False,
                help=N_("Of a survey of residents.")),
        ),
        guard=_may_submit,
        effect=_submitted,
        tone="active",
        help=N_("Once, and for good. No unit that is scored reads it until the cycle closes."),
    ),
    Transition(
        name="open_sheet",
        label=N_("Sheet opened"),
        source=frozenset({S.submitted}),
        target=S.opened,
        by=None,
    ),
    Transition(
        name="lapse_sheet",
        label=N_("Sheet lapsed"),
        source=frozenset({S.draft}),
        target=S.lapsed,
        by=None,
    ),
    under="cycle",
)  # fmt: skip
