"""Builders of evaluations: cycles, the sheets that are filled in, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator, Source, SubjectKind
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet, SheetScore, SheetState
from models.organisation import Duty, Unit
from models.rules.aggregates import AGGREGATE
from models.rules.appeals import APPEAL, follow_appeal, prepare_appeal
from models.rules.evaluation import CYCLE, prepare_cycle
from models.rules.evaluation_sheets import SHEET, asked, leads_of, prepare_score
from models.rules.indicators import lay_down
from models.scores import ScoreAppeal, ScorePart, ScoreResult
from tests.moments import NOW

EVALUATION_WORKFLOWS: dict[type[Any], Any] = {
    EvaluationCycle: CYCLE,
    EvaluationSheet: SHEET,
    AgencyAggregate: AGGREGATE,
    ScoreAppeal: APPEAL,
}
CYCLE_PATHS = {
    CycleState.draft: "",
    CycleState.open: "open_cycle",
    CycleState.closed: "open_cycle close_cycle",
    CycleState.computed: "open_cycle close_cycle compute_scores",
    CycleState.confirmed: "open_cycle close_cycle compute_scores confirm_scores",
    CycleState.published: "open_cycle close_cycle compute_scores confirm_scores publish_scores",
}


class MakeEvaluation:
    """The part of `Make` that knows evaluations."""

    def cycle(
        self: Any,
        county: Unit | None = None,
        state: CycleState = CycleState.draft,
        *kinds: SubjectKind,
        **columns: Any,
    ) -> Any:
        """A cycle over the last ninety days, with the usual indicators; of these kinds alone, if any are named."""
        county = county or self.home
        days = {"starts_on": timedelta(days=-90), "ends_on": timedelta(days=-1), "closes_on": timedelta(days=10)}
        told = {name: NOW.date() + offset for name, offset in days.items()}
        shares = {"township_share_department": "33.33", "township_share_agency": "60", "excellent_quota": "30"}
        scale = {"excellent_from": "90", "good_from": "80", "qualified_from": "60"}
        told |= {name: Decimal(text) for name, text in (shares | scale).items()}
        cycle = EvaluationCycle(region_id=county.id, **({"name": self._name("Cycle")} | told | columns))
        prepare_cycle(self.session, cycle, self.assessor(county), NOW)
        self._add(cycle)
        lay_down(self.session, cycle, self.assessor(county), NOW)
        for row in self.indicators(cycle):
            if kinds and row.subject_kind not in kinds:
                self.session.delete(row)
        self.session.commit()
        for name in CYCLE_PATHS[state].split():
            self.press(cycle, name)
        return cycle

    def assessor(self: Any, county: Unit | None = None) -> Any:
        return self.actor(self.office(Duty.assessment_office, county or self.home), "assessor")

    def indicators(self: Any, cycle: EvaluationCycle) -> list[EvaluationIndicator]:
        laid = select(EvaluationIndicator).where(EvaluationIndicator.cycle_id == cycle.id)
        return self.session.scalars(laid.order_by(EvaluationIndicator.id)).all()

    def lay(self: Any, cycle: EvaluationCycle, **columns: Any) -> EvaluationIndicator:
        """One indicator more, scored by people unless the columns say otherwise."""
        told = {"name": self._name("Indicator"), "weight": Decimal(10), "source": Source.scored} | columns
        return self._add(EvaluationIndicator(region_id=cycle.region_id, cycle=cycle, **told))

    def sheets(self: Any, cycle: EvaluationCycle, **columns: Any) -> list[EvaluationSheet]:
        """Those of a cycle, in the order in which they were drawn up; of some units, if any are named."""
        found = select(EvaluationSheet).where(EvaluationSheet.cycle_id == cycle.id).filter_by(**columns)
        return self.session.scalars(found.order_by(EvaluationSheet.id)).all()

    def score(self: Any, sheet: EvaluationSheet, points: str | Mapping[str, str] = "90") -> None:
        """Fill in all that a sheet asks for: the same everywhere, or by the names of the indicators."""
        laid = self.indicators(sheet.cycle)
        by_key = {row.id: row.name for row in laid}
        for key in asked(sheet, laid, leads_of(self.session, laid)):
            value = points if isinstance(points, str) else points[by_key[key]]
            row = SheetScore(sheet_id=sheet.id, indicator_id=key, points=Decimal(value))
            prepare_score(self.session, row, self.actor(sheet.rater_unit), NOW)
            self._add(row)

    def fill(self: Any, sheet: EvaluationSheet, points: str | Mapping[str, str] = "90") -> None:
        """Score a sheet, and submit it."""
        self.score(sheet, points)
        self.press(sheet, "submit_sheet", file_id=self.file(sheet.rater_unit), comment="")

    def fill_all(self: Any, cycle: EvaluationCycle, points: str = "90", **columns: Any) -> None:
        for sheet in self.sheets(cycle, state=SheetState.draft, **columns):
            self.fill(sheet, points)

    def aggregate(self: Any, cycle: EvaluationCycle, unit: Unit) -> Any:
        of_unit = (AgencyAggregate.cycle_id == cycle.id, AgencyAggregate.unit_id == unit.id)
        return self.session.scalars(select(AgencyAggregate).where(*of_unit)).one()

    def result(self: Any, cycle: EvaluationCycle, unit: Unit) -> Any:
        of_unit = (ScoreResult.cycle_id == cycle.id, ScoreResult.unit_id == unit.id)
        found = select(ScoreResult).where(*of_unit).execution_options(populate_existing=True)
        return self.session.scalars(found).one()

    def parts(self: Any, result: ScoreResult) -> dict[str, ScorePart]:
        """By the names of their indicators."""
        of_result = select(ScorePart).where(ScorePart.result_id == result.id).order_by(ScorePart.id)
        return {part.indicator.name: part for part in self.session.scalars(of_result)}

    def appeal(self: Any, result: ScoreResult, reason: str = "The survey was miscounted.", **columns: Any) -> Any:
        actor = self.actor(result.unit)
        row = ScoreAppeal(result_id=result.id, reason=reason, **columns)
        with self.session.no_autoflush:
            prepare_appeal(self.session, row, actor, NOW)
        self._add(row)
        follow_appeal(self.session, row, actor, NOW)
        self.session.commit()
        return row
