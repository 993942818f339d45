"""Nudges of the county office, of a call that waits there: without a part, under the same budget (TC-36).

One step. Safe beside the release before it, which nudges for a part alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033_nudges_of_the_office"
down_revision = "0032_call_events"

WHERE = sa.text("assignment_id IS NULL")
COUNTING = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("nudge", table_kwargs=COUNTING) as nudge:
        nudge.alter_column("assignment_id", existing_type=sa.Integer(), nullable=True)
    for name in ("day", "number"):
        columns = ["call_id", name]
        op.create_index(
            f"uq_nudge_office_{name}", "nudge", columns, unique=True, sqlite_where=WHERE, postgresql_where=WHERE
        )


def downgrade() -> None:
    for name in ("day", "number"):
        op.drop_index(f"uq_nudge_office_{name}", "nudge")
    op.execute("DELETE FROM nudge WHERE assignment_id IS NULL")
    with op.batch_alter_table("nudge", table_kwargs=COUNTING) as nudge:
        nudge.alter_column("assignment_id", existing_type=sa.Integer(), nullable=False)
