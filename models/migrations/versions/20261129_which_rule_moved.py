"""Say of due times counted anew which rule has changed, in place of an English sentence about it (B4).

One step. Safe beside the release before it, which does not know the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036_which_rule_moved"
down_revision = "0035_task_forces"

NAME = "fk_due_revision_time_limit_id"
COUNTING = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("due_revision", table_kwargs=COUNTING) as revised:
        revised.add_column(sa.Column("time_limit_id", sa.Integer(), nullable=True))
        revised.create_foreign_key(NAME, "time_limit", ["time_limit_id"], ["id"])
    op.create_index("ix_due_revision_time_limit_id", "due_revision", ["time_limit_id"])


def downgrade() -> None:
    op.drop_index("ix_due_revision_time_limit_id", "due_revision")
    with op.batch_alter_table("due_revision", table_kwargs=COUNTING) as revised:
        revised.drop_constraint(NAME, type_="foreignkey")
        revised.drop_column("time_limit_id")
