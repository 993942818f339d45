"""Let time limits be rules with conditions and an order, rehearsed before they count; count due times anew (B4).

One step. The limits that are there are in force; each clock gets one without conditions, so that one always fits. The
release before it knows neither: it reads limits that are drafts, too, and is stopped first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_limit_rules"
down_revision = "0017_coordination_complete"

TABLE = "time_limit"
ENOUGH = (sa.CheckConstraint("amount > 0", name="ck_time_limit_amount"),)
KEPT = "state <> 'retired'"
KEYS = {"list_item_id": "list_item", "root_item_id": "list_item", "department_id": "unit"}
COUNTS = ("past_calls", "past_matched", "past_earlier", "past_later", "past_late", "open_clocks", "open_matched",
          "open_earlier", "open_later", "open_overdue", "busiest_matched")  # fmt: skip


def upgrade() -> None:
    for name, kind, given in (
        ("position", sa.Integer(), "90"),
        ("state", sa.String(40), "in_force"),
        ("category", sa.String(40), ""),
        ("version", sa.Integer(), "1"),
    ):
        op.add_column(TABLE, sa.Column(name, kind, nullable=False, server_default=given))
    for name, target in KEYS.items():
        op.execute(f"ALTER TABLE {TABLE} ADD COLUMN {name} INTEGER REFERENCES {target} (id)")
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])
    op.drop_index("uq_time_limit_region_clock_unscoped", TABLE)
    with op.batch_alter_table(TABLE, table_args=ENOUGH, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint("uq_time_limit_region_clock_scope", type_="unique")
    op.execute(
        f"UPDATE {TABLE} SET position = CASE scope WHEN 'emergency' THEN 10 WHEN 'key' THEN 20 WHEN 'complex' THEN 30 "
        "ELSE 90 END"
    )
    op.execute(
        f"INSERT INTO {TABLE} (region_id, clock, scope, amount, unit, basis) "
        f"SELECT region_id, clock, NULL, amount, unit, basis FROM {TABLE} AS given WHERE scope = 'complex' AND NOT EXISTS "
        f"(SELECT 1 FROM {TABLE} AS other WHERE other.region_id = given.region_id AND other.clock = given.clock "
        "AND other.scope IS NULL)"
    )
    op.create_index("uq_time_limit_position", TABLE, ["region_id", "clock", "position"], unique=True,
                    sqlite_where=sa.text(KEPT), postgresql_where=sa.text(KEPT))  # fmt: skip
    op.create_table(
        "limit_rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("time_limit_id", sa.Integer(), nullable=False),
        sa.Column("supposes", sa.String(40), nullable=False),
        sa.Column("rehearsed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("busiest_unit_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["busiest_unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["time_limit_id"], ["time_limit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in ("busiest_unit_id", "region_id", "time_limit_id"):
        op.create_index(f"ix_limit_rehearsal_{name}", "limit_rehearsal", [name])
    op.create_table(
        "due_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("running", "earlier", "later", "overdue")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("moved", "kind", "after")),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_due_revision_region_id", "due_revision", ["region_id"])
    op.create_index("ix_due_revision_waiting", "due_revision", ["id"], postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_table("due_revision")
    op.drop_table("limit_rehearsal")
    op.execute(
        f"DELETE FROM {TABLE} WHERE state <> 'in_force' OR category <> '' OR list_item_id IS NOT NULL "
        "OR department_id IS NOT NULL"
    )
    op.execute(
        f"DELETE FROM {TABLE} WHERE EXISTS (SELECT 1 FROM {TABLE} AS other WHERE other.region_id = {TABLE}.region_id "
        f"AND other.clock = {TABLE}.clock AND COALESCE(other.scope, '') = COALESCE({TABLE}.scope, '') "
        f"AND other.position < {TABLE}.position)"
    )
    op.drop_index("uq_time_limit_position", TABLE)
    for name in KEYS:
        op.drop_index(f"ix_{TABLE}_{name}", TABLE)
        op.drop_column(TABLE, name)
    for name in ("version", "category", "state", "position"):
        op.drop_column(TABLE, name)
    with op.batch_alter_table(TABLE, table_args=ENOUGH, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.create_unique_constraint("uq_time_limit_region_clock_scope", ["region_id", "clock", "scope"])
    op.create_index("uq_time_limit_region_clock_unscoped", TABLE, ["region_id", "clock"], unique=True,
                    sqlite_where=sa.text("scope IS NULL"), postgresql_where=sa.text("scope IS NULL"))  # fmt: skip
