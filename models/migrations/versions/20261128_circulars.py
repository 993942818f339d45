"""Rectification orders, circulars, and when a failure was found; a published circular is frozen (TA-29, TC-36, TC-47).

One step. Safe beside the release before it, which leaves the new columns empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_circulars"
down_revision = "0013_nudges"

MOMENT = sa.DateTime(timezone=True)
NUMBERS = ("no_response", "late_response", "inaction")
KEYS = {
    "circular": {"region_id": "unit.id"},
    "circular_line": {"circular_id": "circular.id", "unit_id": "unit.id", "region_id": "unit.id"},
    "circular_failure": {
        "line_id": "circular_line.id",
        "call_id": "call.id",
        "assignment_id": "call_assignment.id",
        "region_id": "unit.id",
    },
    "rectification_order": {
        "unit_id": "unit.id",
        "assignment_id": "call_assignment.id",
        "line_id": "circular_line.id",
        "issued_by_id": "unit.id",
        "region_id": "unit.id",
    },
}
OPTIONAL = {("rectification_order", name) for name in ("assignment_id", "line_id", "issued_by_id")}
ADDED = {
    "call_assignment": ("failed_at", MOMENT),
    "supervision_order": ("misconduct", sa.String(40)),
    "coordination_case": ("misconduct", sa.String(40)),
}
WHY = "a published circular is frozen"
FROZEN = "OLD.state = 'published'"


def _table(name: str, *parts: sa.Column | sa.Constraint, also: tuple[str, ...] = ()) -> None:
    keys = KEYS[name]
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=(name, key) in OPTIONAL) for key in keys),
        *parts,
        *(sa.ForeignKeyConstraint([key], [target]) for key, target in keys.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in (*keys, *also):
        op.create_index(f"ix_{name}_{column}", name, [column])


def _counted() -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS]


def _word(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(40), nullable=nullable)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), nullable=False)


def upgrade() -> None:
    _table(
        "circular",
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _word("state"),
        *_counted(),
        sa.Column("compiled_at", MOMENT, nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        _version(),
        sa.UniqueConstraint("region_id", "period", name="uq_circular_period"),
        also=("compiled_at",),
    )
    _table(
        "circular_line",
        _word("state"),
        *_counted(),
        _version(),
        sa.UniqueConstraint("circular_id", "unit_id", name="uq_circular_line"),
    )
    _table(
        "circular_failure",
        _word("kind"),
        sa.Column("failed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("line_id", "assignment_id", name="uq_circular_failure"),
    )
    _table(
        "rectification_order",
        _word("failure_kind"),
        _word("misconduct", nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        _word("state"),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        _word("finding", nullable=True),
        sa.Column("verified_at", MOMENT, nullable=True),
        _version(),
        sa.CheckConstraint("failure_kind <> 'none'", name="ck_rectification_order_failure"),
        also=("due", "issued_at"),
    )
    op.create_index("ix_rectification_order_region_state", "rectification_order", ["region_id", "state"])
    for table, (name, kind) in ADDED.items():
        op.add_column(table, sa.Column(name, kind, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_published_circular() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER circular_frozen BEFORE UPDATE OR DELETE ON circular FOR EACH ROW WHEN ({FROZEN}) "
            "EXECUTE FUNCTION refuse_published_circular()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER circular_frozen_{verb.lower()} BEFORE {verb} ON circular WHEN {FROZEN} "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def downgrade() -> None:
    for table, (name, _) in ADDED.items():
        op.drop_column(table, name)
    for table in reversed(KEYS):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_published_circular()")
