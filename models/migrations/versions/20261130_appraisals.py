"""Keep appraisals of persons within a township's total, frozen once confirmed; and daily assessments of agencies.

One step. Safe beside the release before it, which knows none of the tables (ZG-21, ZG-22, LX-11).
"""

import sqlalchemy as sa
from alembic import op

revision = "0048_appraisals"
down_revision = "0047_accountability"

WORDS, MOMENT = sa.String(40), sa.DateTime(timezone=True)
WHY = "what is confirmed is frozen"


def _table(name: str, *columns: sa.Column | sa.Constraint, keys: dict[str, str], optional: tuple[str, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{key}_id": f"{table}.id" for key, table in (keys | {"region": "unit"}).items()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=key in optional) for key in keys),
        *(sa.ForeignKeyConstraint([key], [there]) for key, there in keys.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        if (name, key) != ("daily_assessment", "agency_id"):  # it leads the index of agency and day
            op.create_index(f"ix_{name}_{key}", name, [key])


def upgrade() -> None:
    op.create_index("ix_dispatched_agency_unit_id", "dispatched_agency", ["unit_id"])
    _table(
        "appraisal_total",
        *(sa.Column(column, sa.Integer(), nullable=False) for column in ("year", "excellent_quota", "post_weight")),
        *(sa.Column(column, WORDS, nullable=False) for column in ("state", "measure")),
        sa.Column("total", sa.Numeric(12, 2), nullable=False),
        *(sa.Column(column, MOMENT, nullable=True) for column in ("submitted_at", "confirmed_at")),
        sa.UniqueConstraint("township_id", "year", name="uq_appraisal_total"),
        sa.CheckConstraint("post_weight BETWEEN 1 AND 99", name="ck_appraisal_total_post_weight"),
        keys={"township": "unit"},
    )
    op.create_index("ix_appraisal_total_region_state", "appraisal_total", ["region_id", "state"])
    _table(
        "staff_appraisal",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("post_name", sa.String(80), nullable=False),
        *(sa.Column(column, sa.Text(), nullable=False) for column in ("duties", "remark")),
        *(sa.Column(column, sa.Numeric(5, 2), nullable=False) for column in ("post_function", "satisfaction", "score")),
        sa.Column("grade", WORDS, nullable=False),
        sa.Column("share", sa.Numeric(12, 2), nullable=False),
        sa.UniqueConstraint("total_id", "staff_id", name="uq_staff_appraisal"),
        keys={"total": "appraisal_total", "staff": "agency_staff", "post": "post", "establishment_unit": "unit"},
        optional=("staff_id", "post_id"),
    )
    _table(
        "daily_assessment",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("matter", sa.String(200), nullable=False),
        sa.Column("points", sa.Numeric(5, 1), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        *(sa.Column(column, sa.Text(), nullable=False) for column in ("agency_answer", "department_answer")),
        keys={"agency": "dispatched_agency", "township": "unit", "file": "attachment"},
        optional=("file_id",),
    )
    op.create_index("ix_daily_assessment_agency_day", "daily_assessment", ["agency_id", "day"])
    _on_postgresql() if op.get_bind().dialect.name == "postgresql" else _on_sqlite()


def _confirmed(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM appraisal_total WHERE id = {row}.total_id AND state = 'confirmed')"


def _on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        _refuse("appraisal_total", verb, "OLD.state = 'confirmed'")
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        _refuse("staff_appraisal", verb, _confirmed(row))


def _refuse(table: str, verb: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _on_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER appraisal_total_frozen BEFORE UPDATE OR DELETE ON appraisal_total FOR EACH ROW "
        "WHEN (OLD.state = 'confirmed') EXECUTE FUNCTION refuse_frozen()"
    )
    for name, verbs, row in (("insert", "INSERT", "NEW"), ("change", "UPDATE OR DELETE", "OLD")):
        name = f"staff_appraisal_frozen_{name}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_confirmed(row)} THEN RAISE EXCEPTION '{WHY}'; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verbs} ON staff_appraisal FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    op.drop_index("ix_dispatched_agency_unit_id", "dispatched_agency")
    for name in ("daily_assessment", "staff_appraisal", "appraisal_total"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("insert", "change"):
            op.execute(f"DROP FUNCTION staff_appraisal_frozen_{name}()")
