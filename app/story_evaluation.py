"""Plays two evaluations of the first demo county: one that is published, with a correction, and one that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.story_files import file_for
from models.actor import Actor
from models.evaluation import CyclePeriod, EvaluationCycle
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet, Grade, SheetScore
from models.organisation import Unit
from models.queries.scoreboard import tables
from models.recorder import Origin, set_origin
from models.rules.aggregates import AGGREGATE
from models.rules.appeals import APPEAL, follow_appeal, prepare_appeal
from models.rules.deadlines import SHANGHAI
from models.rules.evaluation import CYCLE, prepare_cycle
from models.rules.evaluation_sheets import asked, check_scores, leads_of, submit_all
from models.rules.files import keep_file
from models.rules.indicators import lay_down
from models.scores import ScoreAppeal, ScoreResult
from models.store import Store
from models.workflow import Workflow

ASSESSOR = "assessor"
CAPPED = "330329-sf-sx"
"""The agency that its department finds excellent, and its township does not."""
EARLY = ("330329106", "330329111", "330329-zhzf")
"""Who has filled in the sheets of the second evaluation already."""

A_DAY = timedelta(days=1)

Deed = tuple[datetime, Callable[[], object]]


@dataclass(slots=True)
class Evaluations:
    """When and by whom; scores are made up, and the same each time."""

    session: Session
    now: datetime
    cast: dict[str, Actor]
    store: Store
    ago: Callable[[int], datetime]

    def deeds(self) -> Iterator[Deed]:
        first, second = "双向考评（第一轮，演示）", "双向考评（第二轮，演示）"
        days: dict[str, Any] = {"starts_on": self._day(58), "ends_on": self._day(25), "closes_on": self._day(19)}
        yield self._at(26), partial(self._lay, first, self._at(26), **days)
        yield self._at(24), partial(self._press_cycle, first, "open_cycle", self._at(24))
        yield self._at(22), partial(self._fill, first, self._at(22))
        yield self._at(21), partial(self._gather, first, self._at(21))
        yield self._at(20), partial(self._grade, first, self._at(20))
        yield self._at(16), partial(self._press_cycle, first, "confirm_scores", self._at(16))
        yield self._at(15), partial(self._press_cycle, first, "publish_scores", self._at(15))
        yield self._at(13), partial(self._appeal, first, self._at(13))
        yield self._at(11), partial(self._correct, self._at(11))
        today = self.now.astimezone(SHANGHAI).date()
        days = {
            "starts_on": self._day(24),
            "ends_on": today + timedelta(days=5),
            "closes_on": today + timedelta(days=20),
        }
        yield self._at(4), partial(self._lay, second, self._at(4), after=first, **days)
        yield self._at(3), partial(self._press_cycle, second, "open_cycle", self._at(3))
        yield self._at(1), partial(self._fill, second, self._at(1), EARLY)

    def _at(self, days: int) -> datetime:
        return self.ago(days)

    def _day(self, days: int) -> date:
        return self.ago(days).astimezone(SHANGHAI).date()

    def _as(self, who: str, at: datetime) -> Actor:
        actor = self.cast[who]
        set_origin(self.session, Origin(actor=actor, at=at))
        return actor

    def _cycle(self, name: str) -> EvaluationCycle:
        return self.session.scalars(select(EvaluationCycle).where(EvaluationCycle.name == name)).one()

    def _lay(self, name: str, at: datetime, after: str = "", **days: Any) -> None:
        actor = self._as(ASSESSOR, at)
        shares = {"township_share_department": "33.33", "township_share_agency": "60", "excellent_quota": "30"}
        scale = {"excellent_from": "90", "good_from": "80", "qualified_from": "60"}
        numbers = {column: Decimal(text) for column, text in (shares | scale).items()}
        cycle = EvaluationCycle(name=name, period=CyclePeriod.quarter, **days, **numbers)
        cycle.copied_from_id = self._cycle(after).id if after else None
        prepare_cycle(self.session, cycle, actor, at)
        self.session.add(cycle)
        self.session.flush()
        lay_down(self.session, cycle, actor, at)

    def _press_cycle(self, name: str, move: str, at: datetime) -> None:
        self._press(CYCLE, self._cycle(name), move, ASSESSOR, at)

    def _press(self, workflow: Workflow, subject: Any, move: str, who: str, at: datetime, **answers: Any) -> None:
        workflow.move(self.session, subject, move, actor=self._as(who, at), now=at, answers=answers)

    def _fill(self, name: str, at: datetime, only: tuple[str, ...] = ()) -> None:
        """Everyone who is asked and can sign; of them those named, if any are."""
        cycle = self._cycle(name)
        asked_units = select(EvaluationSheet.rater_unit_id).where(EvaluationSheet.cycle_id == cycle.id)
        raters = select(Unit).where(Unit.id.in_(asked_units)).order_by(Unit.code)
        for number, unit in enumerate(self.session.scalars(raters).all()):
            if unit.code in self.cast and (not only or unit.code in only):
                self._of_unit(cycle, unit, number, at)

    def _of_unit(self, cycle: EvaluationCycle, unit: Unit, number: int, at: datetime) -> None:
        session, actor = self.session, self._as(unit.code, at)
        found = tables(session, cycle, actor)
        leads = leads_of(session, [row for table in found for row in table.indicators])
        sheets = [sheet for table in found for sheet in table.sheets if sheet.rater_unit_id == unit.id]
        scores = [
            SheetScore(sheet_id=sheet.id, indicator_id=key, points=_points(sheet, number, place))
            for table in found
            for sheet in table.sheets
            if sheet in sheets
            for place, key in enumerate(asked(sheet, table.indicators, leads))
        ]
        check_scores(session, scores, actor, at)
        session.add_all(scores)
        session.flush()
        name = "居民满意度调查报告（演示）.docx"
        file = keep_file(session, self.store, name, file_for(session, name, cycle), actor, at)
        submit_all(session, cycle, sheets, file, actor=actor, now=at)

    def _gathered(self, name: str) -> list[AgencyAggregate]:
        of_cycle = AgencyAggregate.cycle_id == self._cycle(name).id
        return list(self.session.scalars(select(AgencyAggregate).where(of_cycle).order_by(AgencyAggregate.id)))

    def _gather(self, name: str, at: datetime) -> None:
        for row in self._gathered(name):
            self._press(AGGREGATE, row, "submit_aggregate", row.seat.code, at)

    def _grade(self, name: str, at: datetime) -> None:
        """One is excellent; where the townships did not find it so, its department has to say good."""
        excellent = 0
        for row in self._gathered(name):
            best = row.township_grade is Grade.excellent and not excellent
            excellent += best
            grade = Grade.excellent if best else Grade.good
            self._press(AGGREGATE, row, "grade_agency", row.department.code, at, grade=grade)

    def _appeal(self, name: str, at: datetime) -> None:
        unit = self.session.scalars(select(Unit).where(Unit.code == "330329-zhzf")).one()
        of_unit = ScoreResult.cycle_id == self._cycle(name).id, ScoreResult.unit_id == unit.id
        result = self.session.scalars(select(ScoreResult).where(*of_unit)).one()
        actor = self._as("zhzf", at)
        appeal = ScoreAppeal(result_id=result.id, reason="有一张评价表的分数登记有误，请核对（演示）。")
        with self.session.no_autoflush:
            prepare_appeal(self.session, appeal, actor, at)
        self.session.add(appeal)
        self.session.flush()
        follow_appeal(self.session, appeal, actor, at)

    def _correct(self, at: datetime) -> None:
        appeal = self.session.scalars(select(ScoreAppeal)).one()
        corrected = (appeal.published_total or Decimal()) + Decimal("0.35")
        self._press(APPEAL, appeal, "uphold_appeal", ASSESSOR, at, corrected_total=corrected,
                    answer="经核对，一张评价表登记有误（演示）。", signature="考核办主任（演示）")  # fmt: skip


def _points(sheet: EvaluationSheet, rater: int, place: int) -> Decimal:
    """Between 78 and 98, by who says it of whom."""
    code = sheet.subject_unit.code
    if code == CAPPED:
        return Decimal(88) if sheet.coverage is not None else Decimal(98)
    made_up = sum(map(ord, code)) * 7 + rater * 5 + place * 3
    return Decimal(86 if sheet.aggregate_id else 78) + Decimal(made_up % 25) / 2
