"""Evaluation: cycles with their indicators, sheets under seal, what seats gather, scores that open, appeals."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator
from models.evaluation_sheets import AgencyAggregate, EvaluationSheet, SheetScore
from models.queries.choices import (
    asked_indicators,
    cycles_here,
    draft_cycles,
    draft_sheets,
    own_results,
    published_items,
)
from models.queries.scoreboard import still_appealable
from models.rules.aggregates import AGGREGATE
from models.rules.appeals import APPEAL, follow_appeal, prepare_appeal
from models.rules.evaluation import CYCLE, forget_cycle, prepare_cycle
from models.rules.evaluation_sheets import SHEET, prepare_score
from models.rules.indicators import lay_down, prepare_indicator
from models.scores import ScoreAppeal, ScorePart, ScoreResult

CATEGORY = N_("Evaluation")
DAYS = ("name", "period", "starts_on", "ends_on", "closes_on", "copied_from")
SHARES = ("township_share_department", "township_share_agency", "excellent_quota")
SCALE = ("excellent_from", "good_from", "qualified_from")
SINCE = (CycleState.computed, CycleState.confirmed, CycleState.published)

WEIGHED = (
    ({"subject_kind": "department", "side": "top_down"}, N_("Weights of departments from above, cycle by cycle")),
    ({"subject_kind": "department", "side": "bottom_up"}, N_("Weights of departments from below, cycle by cycle")),
    ({"subject_kind": "agency", "side": "top_down"}, N_("Weights of agencies from above, cycle by cycle")),
    ({"subject_kind": "agency", "side": "bottom_up"}, N_("Weights of agencies from below, cycle by cycle")),
    ({"subject_kind": "township"}, N_("Weights of townships and streets, cycle by cycle")),
    ({"subject_kind": "community"}, N_("Weights of communities, cycle by cycle")),
)
"""What makes a hundred together; each cycle keeps the weights that it had (TC-54)."""

evaluation_cycles = Console(
    model=EvaluationCycle,
    name=N_("Evaluation cycles"),
    category=CATEGORY,
    icon="fa-scale-balanced",
    listed=("name", "period", "state", "starts_on", "ends_on", "closes_on", "published_at"),
    shown=(
        *("name", "state", *DAYS[1:], *SHARES, *SCALE),
        *("opened_at", "closed_at", "computed_at", "results_hash", "confirmed_at", "published_at", "appeal_due"),
    ),
    form=(*DAYS, *SHARES, *SCALE),
    folded=SCALE,
    searched=("name", "period", "state", "starts_on", "ends_on", "closes_on", "published_at"),
    among={"copied_from": cycles_here},
    deadlines={"closes_at": ("closed_at",)},
    links=(
        Link(
            label=N_("Fill in the sheets"),
            endpoint="Sheets.page",
            icon="fa-pen-to-square",
            needs=("can_edit", "SheetScore"),
            when=lambda cycle: cycle.state is CycleState.open,
        ),
        Link(
            label=N_("What the weights make"),
            endpoint="EvaluationWeights.page",
            icon="fa-scale-balanced",
            needs=("can_read", "EvaluationIndicator"),
            when=lambda cycle: cycle.state is CycleState.draft,
            summed_up=True,
        ),
        Link(
            label=N_("Weights, cycle by cycle"),
            endpoint="EvaluationIndicatorPage.chart_page",
            icon="fa-chart-simple",
            takes="",
            needs=("can_read", "EvaluationIndicator"),
            when=lambda cycle: cycle.state is not CycleState.draft,
        ),
        Link(
            label=N_("Who has sent what"),
            endpoint="EvaluationProgress.page",
            icon="fa-list-check",
            when=lambda cycle: cycle.state is not CycleState.draft,
        ),
        Link(
            label=N_("Scores"),
            endpoint="EvaluationScores.page",
            icon="fa-ranking-star",
            when=lambda cycle: cycle.state in SINCE,
        ),
    ),
    related=(
        Related(
            model=EvaluationIndicator,
            by="cycle",
            listed=("name", "subject_kind", "side", "component", "source", "weight"),
        ),
        Related(
            model=AgencyAggregate,
            by="cycle",
            listed=("unit", "seat", "department", "state", "score", "township_grade", "grade"),
            order="id",
        ),
    ),
    workflow=CYCLE,
    prepare=prepare_cycle,
    follow=lay_down,
    forget=forget_cycle,
    intake=None,
    empty=N_("No cycle yet. The assessment office lays one down; the usual indicators come with it."),
)

evaluation_indicators = Console(
    model=EvaluationIndicator,
    name=N_("Evaluation indicators"),
    category=CATEGORY,
    icon="fa-ruler",
    listed=("name", "cycle", "subject_kind", "side", "component", "source", "weight"),
    shown=(
        *("name", "cycle", "subject_kind", "side", "component", "weight", "source", "formula", "deduct", "is_veto"),
        *("list_item", "standard"),
    ),
    form=(
        *("cycle", "subject_kind", "side", "component", "name", "weight", "source", "formula", "deduct", "is_veto"),
        *("list_item", "standard"),
    ),
    folded=("deduct", "is_veto", "list_item"),
    searched=("cycle", "name", "subject_kind", "side", "component", "source", "formula", "is_veto"),
    among={"cycle": draft_cycles, "list_item": published_items},
    charts=tuple(
        Chart(by="cycle", split="component", sums=("weight",), only=of, ranked=False, title=title)
        for of, title in WEIGHED
    ),
    prepare=prepare_indicator,
    empty=N_("No indicator. They are laid down with a cycle, and change while it is a draft."),
)

evaluation_sheets = Console(
    model=EvaluationSheet,
    name=N_("Evaluation sheets"),
    category=CATEGORY,
    icon="fa-clipboard",
    listed=("subject_unit", "rater_unit", "cycle", "side", "state", "submitted_at"),
    shown=(
        *("subject_unit", "rater_unit", "cycle", "subject_kind", "side", "state", "coverage", "aggregate"),
        *("submitted_at", "comment", "file"),
    ),
    form=(),
    searched=("cycle", "subject_unit", "rater_unit", "subject_kind", "side", "state", "submitted_at"),
    related=(Related(model=SheetScore, by="sheet", listed=("indicator", "points"), order="id"),),
    workflow=SHEET,
    empty=N_("No sheet that you may read. They are drawn up when a cycle opens, and opened when it closes."),
)

sheet_scores = Console(
    model=SheetScore,
    name=N_("Scores on sheets"),
    category=CATEGORY,
    listed=("sheet", "indicator", "points"),
    unsorted=("points",),
    form=("sheet", "indicator", "points"),
    searched=("sheet", "indicator", "points"),
    among={"sheet": draft_sheets, "indicator": asked_indicators},
    prepare=prepare_score,
    intake=None,
    in_menu=False,
)

agency_aggregates = Console(
    model=AgencyAggregate,
    name=N_("What townships say of agencies"),
    category=CATEGORY,
    icon="fa-layer-group",
    listed=("unit", "cycle", "seat", "department", "state", "score", "township_grade", "grade"),
    shown=(
        *("unit", "cycle", "seat", "department", "state", "score", "township_grade", "submitted_at"),
        *("grade", "graded_at", "agency"),
    ),
    form=(),
    searched=("cycle", "unit", "seat", "department", "state", "township_grade", "grade"),
    related=(
        Related(
            model=EvaluationSheet,
            by="aggregate",
            listed=("rater_unit", "side", "coverage", "state", "submitted_at"),
            order="id",
        ),
    ),
    charts=(
        Chart(
            by="township_grade",
            split="grade",
            title=N_("Grades of agencies: of the townships, and of the department"),
            definition=N_("Excellent of a department only where it is excellent of the townships (R18)."),
        ),
    ),
    links=(
        Link(
            label=N_("Who has sent what"),
            endpoint="EvaluationProgress.page",
            icon="fa-list-check",
            takes="",
            further=lambda gathered: {"pk": gathered.cycle_id},
            summed_up=True,
        ),
    ),
    workflow=AGGREGATE,
    empty=N_("Nothing is gathered. It is drawn up for each agency in force when a cycle opens."),
)

score_results = Console(
    model=ScoreResult,
    name=N_("Scores"),
    category=CATEGORY,
    icon="fa-calculator",
    listed=("unit", "cycle", "subject_kind", "bottom_up", "top_down", "total", "grade", "capped_by", "place"),
    unsorted=("bottom_up", "top_down", "total", "grade", "capped_by", "place"),  # townships are not ranked (B5)
    shown=(
        *("unit", "cycle", "subject_kind", "share", "bottom_up", "top_down", "total", "grade", "capped_by", "place"),
        *("computed_at", "inputs_hash"),
    ),
    form=(),
    searched=("cycle", "unit", "subject_kind", "grade", "capped_by", "computed_at"),
    charts=(
        Chart(
            by="grade",
            split="subject_kind",
            title=N_("Grades by kind of unit"),
            definition=N_("Of the scores that you may read. Townships stand by their code and have no rank."),
        ),
    ),
    links=(Link(label=N_("The calculator"), endpoint="Calculator.page", icon="fa-calculator"),),
    related=(
        Related(
            model=ScorePart,
            by="result",
            listed=("indicator", "side", "weight", "numerator", "denominator", "value"),
            order="id",
        ),
        Related(
            model=ScoreAppeal,
            by="result",
            listed=("unit", "state", "published_total", "corrected_total", "signature", "answered_at"),
        ),
    ),
    empty=N_("No score that you may read. They are computed when a cycle is closed, and told when it is published."),
)

score_parts = Console(
    model=ScorePart,
    name=N_("Parts of scores"),
    category=CATEGORY,
    listed=("result", "indicator", "side", "weight", "numerator", "denominator", "value"),
    unsorted=("numerator", "denominator", "value"),
    shown=(
        *("result", "indicator", "side", "source", "formula", "deduct", "weight"),
        *("numerator", "denominator", "value"),
    ),
    form=(),
    searched=("result", "indicator", "side", "source", "formula"),
    in_menu=False,
)

score_appeals = Console(
    model=ScoreAppeal,
    name=N_("Appeals against scores"),
    category=CATEGORY,
    icon="fa-hand",
    listed=("result", "unit", "state", "published_total", "corrected_total", "lodged_at", "answered_at"),
    unsorted=("published_total", "corrected_total"),
    shown=(
        *("result", "unit", "state", "reason", "lodged_at", "published_total", "corrected_total"),
        *("answer", "signature", "answered_at"),
    ),
    form=("result", "reason"),
    searched=("result", "unit", "state", "lodged_at"),
    among={"result": own_results},
    timely={"result": still_appealable},
    workflow=APPEAL,
    prepare=prepare_appeal,
    follow=follow_appeal,
    intake=None,
    empty=N_("No appeal. A unit lodges one against its own published score, in time."),
)
