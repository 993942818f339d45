"""The clocks of lists: a comment round ends when its time is over, and items that nobody calls are found (TC-03)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, null, or_, select, update
from sqlalchemy.orm import aliased

from jobs.watch import Batch, Pair
from models.adjustments import AdjustmentOpinion, AdjustmentState, ListAdjustment
from models.base import N_
from models.calls import Call
from models.item_words import ItemState, ListState
from models.lists import DutyList, ListItem
from models.opinions import ListOpinion, OpinionState
from models.organisation import Duty
from models.reviews import ReviewOpinion
from models.rules.editions import MONTH

IDLE = timedelta(days=180)
"""How long nobody has called about an item that is idle. Composed: the article gives no number."""


def commenting(batch: Batch) -> None:
    """Who has not answered is reminded; when the limit is over, the round ends with what has come in (TS-02)."""
    waiting = batch.waiting(DutyList.state == ListState.consulting)
    soon, over = batch.steps(waiting, "comment_due")
    silent = silent_units(batch, ListOpinion, [duty_list.id for _, duty_list in waiting])
    remind_silent(batch, soon, silent, "comment_due")
    ended = batch.change(
        over,
        DutyList.state == ListState.consulting,
        action="round_over",
        state=ListState.draft,
        rounds_done=DutyList.rounds_done + 1,
        comment_due=null(),
    )
    _lapse(batch, ListOpinion, [duty_list.id for _, duty_list, _ in ended])
    offices = batch.offices()
    for promise, duty_list, now in ended:
        message = N_("%(list)s: comment round %(round)s is over; %(silent)s units did not answer.")
        office = offices.get((duty_list.region_id, Duty.editorial_office))
        batch.tell(promise, duty_list, office, message, list=str(duty_list), round=str(now.rounds_done),
                   silent=str(len(silent[duty_list.id])))  # fmt: skip


def proposals(batch: Batch) -> None:
    """A proposal moves on when its limit is over, with the opinions that have come in (TA-13)."""
    open_ = ListAdjustment.state == AdjustmentState.consulting
    soon, over = batch.steps(waiting := batch.waiting(open_), "opinion_due")
    silent = silent_units(batch, AdjustmentOpinion, [adjustment.id for _, adjustment in waiting])
    remind_silent(batch, soon, silent, "opinion_due")
    moved = batch.change(over, open_, action="opinions_in", state=AdjustmentState.reviewing, opinion_due=null())
    _lapse(batch, AdjustmentOpinion, [adjustment.id for _, adjustment, _ in moved])
    offices = batch.offices()
    for promise, adjustment, _ in moved:
        message = N_("%(about)s: time for opinions is over; %(silent)s units did not answer. Review it.")
        office = offices.get((adjustment.region_id, Duty.editorial_office))
        number = str(len(silent[adjustment.id]))
        batch.tell(promise, adjustment, office, message, about=str(adjustment), silent=number)


def _subject(model: type[Any]) -> Any:
    """What the opinions of a table are about."""
    subjects = {ListOpinion: "duty_list_id", AdjustmentOpinion: "list_adjustment_id", ReviewOpinion: "review_file_id"}
    return getattr(model, subjects[model])


def silent_units(batch: Batch, model: type[Any], ids: list[int]) -> dict[int, list[int]]:
    """The units that have not answered, by what they were asked about."""
    asked = select(_subject(model), model.unit_id).where(_subject(model).in_(ids), model.state == OpinionState.asked)
    found: dict[int, list[int]] = defaultdict(list)
    for subject_id, unit_id in batch.session.execute(asked.order_by(model.id)):
        found[subject_id].append(unit_id)
    return found


def remind_silent(batch: Batch, soon: list[Pair], silent: dict[int, list[int]], due: str) -> None:
    for promise, subject in soon:
        batch.record(promise, subject)
        for unit_id in silent[subject.id]:
            message = N_("%(about)s: your opinion is due by %(due)s.")
            batch.tell(promise, subject, unit_id, message, due=getattr(subject, due), about=str(subject))


def _lapse(batch: Batch, model: type[Any], ids: list[int]) -> None:
    still = (_subject(model).in_(ids), model.state == OpinionState.asked)
    for opinion in batch.session.scalars(select(model).where(*still)).all():
        batch.note(opinion, {"state": OpinionState.asked}, {"state": OpinionState.lapsed}, action="lapse")
    lapse = update(model).where(*still).values(state=OpinionState.lapsed, version=model.version + 1)
    batch.session.execute(lapse.execution_options(synchronize_session=False))


def idle(batch: Batch) -> None:
    """Once a month each list in force says which of its items nobody calls about."""
    waiting = batch.waiting(DutyList.state == ListState.published)
    by_list = {duty_list.id: promise for promise, duty_list in waiting}
    counts: Counter[int] = Counter()
    for is_idle in (True, False):
        for item in _changed(batch, list(by_list), is_idle=is_idle):
            batch.note(item, {"is_idle": not is_idle}, {"is_idle": is_idle})
    of_lists = select(ListItem.duty_list_id, func.count()).where(ListItem.duty_list_id.in_(by_list), ListItem.is_idle)
    counts.update(dict(batch.session.execute(of_lists.group_by(ListItem.duty_list_id)).all()))
    offices = batch.offices()
    again = batch.now + MONTH
    for promise, duty_list, _ in batch.change(waiting, DutyList.state == ListState.published, idle_due=again):
        batch.plan_again(promise, duty_list, again)
        if counts[duty_list.id]:
            message = N_("%(list)s: nobody has called about %(items)s of its items for %(days)s days.")
            office = offices.get((duty_list.region_id, Duty.editorial_office))
            batch.tell(promise, duty_list, office, message, list=str(duty_list),
                       items=str(counts[duty_list.id]), days=str(IDLE.days))  # fmt: skip


def _changed(batch: Batch, ids: list[int], *, is_idle: bool) -> list[ListItem]:
    """Set the mark where it has to change, in one statement; the items that it changed."""
    quiet = _quiet(batch)
    statement = (
        update(ListItem)
        .where(
            ListItem.duty_list_id.in_(ids),
            ListItem.state == ItemState.published,
            ListItem.is_idle.is_(not is_idle),
            quiet if is_idle else ~quiet,
        )
        .values(is_idle=is_idle, version=ListItem.version + 1)
        .returning(ListItem)
        .execution_options(synchronize_session=False)
    )
    return list(batch.session.scalars(statement))


def _quiet(batch: Batch) -> ColumnElement[bool]:
    """No version of the item has been cited by a call lately, and it has been there as long."""
    since = batch.now - IDLE
    cited, first = aliased(ListItem), aliased(ListItem)
    root = func.coalesce(ListItem.root_id, ListItem.id)
    called = exists().where(
        Call.list_item_id == cited.id, or_(cited.id == root, cited.root_id == root), Call.sent_at >= since
    )
    listed = exists().where(first.id == root, DutyList.id == first.duty_list_id, DutyList.published_at <= since)
    return and_(listed, ~called)
