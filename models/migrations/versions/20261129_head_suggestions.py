"""Keep suggestions of townships to adjust the head of an agency (TA-36, TA-37).

One step. Safe beside the release before it, which does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039_head_suggestions"
down_revision = "0038_personnel_changes"

TABLE = "head_adjustment_suggestion"
KEYS = {"township": "unit", "department": "unit", "staff": "agency_staff", "region": "unit"}
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("facts", "analysis", "negotiated_plan")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("opened_at", "due")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("analysed_at", "settled_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(f"{key}_id", sa.Integer(), nullable=False) for key in KEYS),
        *(sa.ForeignKeyConstraint([f"{key}_id"], [f"{table}.id"]) for key, table in KEYS.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in KEYS:
        op.create_index(f"ix_{TABLE}_{key}_id", TABLE, [f"{key}_id"])
    op.create_index(f"ix_{TABLE}_state_due", TABLE, ["state", "due"])


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute("DELETE FROM promise WHERE job = 'suggestion_watch'")
