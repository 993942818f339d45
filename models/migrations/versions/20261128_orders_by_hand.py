"""Supervision orders by hand: about a part or a case, with a day to report back; their level never falls (TC-36).

One step. The release before it goes on: what it writes has an assignment, and no day to report back. SQLite makes
the table anew, which no other refers to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_orders_by_hand"
down_revision = "0010_townships_and_villages"

TABLE = "supervision_order"
LEVEL = sa.CheckConstraint("level BETWEEN 1 AND 9", name="ck_supervision_order_level")
"""SQLite forgets its checks when it makes a table anew."""

OPEN = sa.text("state <> 'closed'")
WHY = "the level of a supervision order never falls"


def upgrade() -> None:
    with op.batch_alter_table(TABLE, table_args=(LEVEL,), table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("assignment_id", existing_type=sa.Integer(), nullable=True)
        for name, target in (("case_id", "coordination_case"), ("issued_by_id", "unit")):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(f"fk_supervision_order_{name}", target, [name], ["id"])
            batch.create_index(f"ix_supervision_order_{name}", [name])
        for name in ("acknowledge_due", "due", "acknowledged_at"):
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint("ck_supervision_order_about", "(assignment_id IS NULL) <> (case_id IS NULL)")
    op.create_index(
        "uq_supervision_order_case",
        TABLE,
        ["case_id", "unit_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_lower_level() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER supervision_order_level BEFORE UPDATE ON {TABLE} FOR EACH ROW "
            "WHEN (NEW.level < OLD.level) EXECUTE FUNCTION refuse_lower_level()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER supervision_order_level BEFORE UPDATE ON {TABLE} WHEN NEW.level < OLD.level "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER supervision_order_level ON {TABLE}")
        op.execute("DROP FUNCTION refuse_lower_level()")
    else:
        op.execute("DROP TRIGGER supervision_order_level")
    op.execute(f"DELETE FROM {TABLE} WHERE assignment_id IS NULL")
    op.drop_index("uq_supervision_order_case", TABLE)
    with op.batch_alter_table(TABLE, table_args=(LEVEL,), table_kwargs={"sqlite_autoincrement": True}) as batch:
        for name in ("case_id", "issued_by_id"):
            batch.drop_index(f"ix_supervision_order_{name}")
        for name in ("acknowledged_at", "due", "acknowledge_due", "issued_by_id", "case_id"):
            batch.drop_column(name)
        batch.alter_column("assignment_id", existing_type=sa.Integer(), nullable=False)
