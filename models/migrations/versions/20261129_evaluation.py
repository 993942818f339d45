"""Keep evaluation cycles, their sheets, and the scores that are computed from them (TA-30, TA-32, TA-38, TC-53).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045_evaluation"
down_revision = "0044_caps_of_townships"

WORD, PERCENT = sa.String(40), sa.Numeric(5, 2)
MOMENT = sa.DateTime(timezone=True)


def _table(name: str, *parts: sa.Column | sa.Constraint, keys: dict[str, str], optional: tuple[str, ...] = (),
           unindexed: tuple[str, ...] = ()) -> None:  # fmt: skip
    """`keys`: the tables that the row points at, by the names of its columns. Each is indexed, if nothing else is."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *(part for part in parts if isinstance(part, sa.Column)),
        *(sa.Column(f"{key}_id", sa.Integer(), nullable=key in optional) for key in keys),
        *(sa.ForeignKeyConstraint([f"{key}_id"], [f"{table}.id"]) for key, table in keys.items()),
        *(part for part in parts if not isinstance(part, sa.Column)),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        if key not in unindexed:
            op.create_index(f"ix_{name}_{key}_id", name, [f"{key}_id"])


def _columns(kind: sa.types.TypeEngine, *names: str, optional: bool = False) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=optional) for name in names]


def upgrade() -> None:
    _table(
        "evaluation_cycle",
        *_columns(sa.String(80), "name"),
        *_columns(WORD, "period", "state"),
        *_columns(sa.Date(), "starts_on", "ends_on", "closes_on"),
        *_columns(PERCENT, "township_share_department", "township_share_agency", "excellent_quota"),
        *_columns(PERCENT, "excellent_from", "good_from", "qualified_from"),
        *_columns(MOMENT, "begins_at", "ends_at", "closes_at"),
        *_columns(MOMENT, "opened_at", "closed_at", "computed_at", "confirmed_at", optional=True),
        *_columns(MOMENT, "published_at", "appeal_due", optional=True),
        *_columns(sa.String(64), "results_hash"),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint("township_share_department >= 30", name="ck_evaluation_cycle_share_department"),
        sa.CheckConstraint("township_share_agency >= 60", name="ck_evaluation_cycle_share_agency"),
        sa.UniqueConstraint("region_id", "name", name="uq_evaluation_cycle_name"),
        keys={"region": "unit", "copied_from": "evaluation_cycle"},
        optional=("copied_from",),
    )
    op.create_index("ix_evaluation_cycle_published_at", "evaluation_cycle", ["published_at"])
    op.create_index("ix_evaluation_cycle_region_state", "evaluation_cycle", ["region_id", "state"])
    _table(
        "evaluation_indicator",
        *_columns(WORD, "subject_kind", "side", "component", "source"),
        *_columns(WORD, "formula", optional=True),
        *_columns(sa.String(80), "name"),
        *_columns(PERCENT, "deduct", "weight"),
        *_columns(sa.Boolean(), "is_veto"),
        *_columns(sa.Text(), "standard"),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint("weight > 0 AND weight <= 100", name="ck_evaluation_indicator_weight"),
        sa.UniqueConstraint("cycle_id", "subject_kind", "side", "name", name="uq_evaluation_indicator_name"),
        keys={"cycle": "evaluation_cycle", "list_item": "list_item", "region": "unit"},
        optional=("list_item",),
    )
    _table(
        "agency_aggregate",
        *_columns(WORD, "state"),
        *_columns(PERCENT, "score", optional=True),
        *_columns(WORD, "township_grade", "grade", optional=True),
        *_columns(MOMENT, "submitted_at", "graded_at", optional=True),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint(
            "grade IS NULL OR grade <> 'excellent' OR township_grade = 'excellent'", name="ck_agency_aggregate_cap"
        ),
        sa.UniqueConstraint("cycle_id", "agency_id", name="uq_agency_aggregate"),
        keys={
            "cycle": "evaluation_cycle",
            "agency": "dispatched_agency",
            "unit": "unit",
            "seat": "unit",
            "department": "unit",
            "region": "unit",
        },
        unindexed=("seat", "department"),
    )
    op.create_index("ix_agency_aggregate_seat", "agency_aggregate", ["seat_id", "state"])
    op.create_index("ix_agency_aggregate_department", "agency_aggregate", ["department_id", "state"])
    _table(
        "evaluation_sheet",
        *_columns(WORD, "subject_kind", "side", "state"),
        *_columns(PERCENT, "coverage", optional=True),
        *_columns(sa.Text(), "comment"),
        *_columns(MOMENT, "submitted_at", optional=True),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint("rater_unit_id <> subject_unit_id", name="ck_evaluation_sheet_own"),
        sa.UniqueConstraint("cycle_id", "subject_unit_id", "rater_unit_id", "side", name="uq_evaluation_sheet"),
        keys={
            "cycle": "evaluation_cycle",
            "subject_unit": "unit",
            "rater_unit": "unit",
            "aggregate": "agency_aggregate",
            "file": "attachment",
            "submitted_by": "ab_user",
            "region": "unit",
        },
        optional=("aggregate", "file", "submitted_by"),
        unindexed=("rater_unit",),
    )
    op.create_index("ix_evaluation_sheet_rater", "evaluation_sheet", ["rater_unit_id", "state", "cycle_id"])
    _table(
        "sheet_score",
        *_columns(sa.Numeric(4, 1), "points"),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name="ck_sheet_score_points"),
        sa.UniqueConstraint("sheet_id", "indicator_id", name="uq_sheet_score"),
        keys={"sheet": "evaluation_sheet", "indicator": "evaluation_indicator", "region": "unit"},
    )
    _table(
        "score_result",
        *_columns(WORD, "subject_kind"),
        *_columns(PERCENT, "share", "bottom_up", "top_down", "total", optional=True),
        *_columns(WORD, "grade", "capped_by", optional=True),
        *_columns(sa.Integer(), "place", optional=True),
        *_columns(sa.String(64), "inputs_hash"),
        *_columns(MOMENT, "computed_at"),
        sa.UniqueConstraint("cycle_id", "unit_id", name="uq_score_result"),
        keys={"cycle": "evaluation_cycle", "unit": "unit", "region": "unit"},
    )
    op.create_index("ix_score_result_computed_at", "score_result", ["computed_at"])
    op.create_index("ix_score_result_region_kind", "score_result", ["region_id", "subject_kind"])
    _table(
        "score_part",
        *_columns(WORD, "side", "source"),
        *_columns(WORD, "formula", optional=True),
        *_columns(PERCENT, "deduct", "weight"),
        *_columns(PERCENT, "value", optional=True),
        *_columns(sa.Numeric(14, 3), "numerator", "denominator"),
        *_columns(sa.JSON(), "records"),
        sa.UniqueConstraint("result_id", "indicator_id", name="uq_score_part"),
        keys={"result": "score_result", "indicator": "evaluation_indicator", "region": "unit"},
    )
    _table(
        "score_appeal",
        *_columns(WORD, "state"),
        *_columns(sa.Text(), "reason", "answer"),
        *_columns(PERCENT, "published_total", "corrected_total", optional=True),
        *_columns(sa.String(80), "signature"),
        *_columns(MOMENT, "lodged_at"),
        *_columns(MOMENT, "answered_at", optional=True),
        *_columns(sa.Integer(), "version"),
        sa.CheckConstraint("corrected_total BETWEEN 0 AND 100", name="ck_score_appeal_corrected"),
        sa.CheckConstraint("(state = 'upheld') = (corrected_total IS NOT NULL)", name="ck_score_appeal_upheld"),
        keys={"result": "score_result", "unit": "unit", "answered_by": "ab_user", "region": "unit"},
        optional=("answered_by",),
    )
    op.create_index("ix_score_appeal_lodged_at", "score_appeal", ["lodged_at"])
    op.create_index("ix_score_appeal_region_state", "score_appeal", ["region_id", "state"])


def downgrade() -> None:
    for name in ("score_appeal", "score_part", "score_result", "sheet_score", "evaluation_sheet", "agency_aggregate"):
        op.drop_table(name)
    op.drop_table("evaluation_indicator")
    op.drop_table("evaluation_cycle")
