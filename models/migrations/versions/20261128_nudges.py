"""Nudges by the caller: one a working day for each part in a call, and three in all, kept by the database (TC-36).

One step. Safe beside the release before it, which nudges nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_nudges"
down_revision = "0012_reminder_ladder"

KEYS = {
    "call_id": "call.id",
    "assignment_id": "call_assignment.id",
    "unit_id": "unit.id",
    "by_unit_id": "unit.id",
    "user_id": "ab_user.id",
    "region_id": "unit.id",
}


def upgrade() -> None:
    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name == "user_id") for name in KEYS),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("movement", sa.String(40), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name="ck_nudge_budget"),
        *(sa.ForeignKeyConstraint([name], [target]) for name, target in KEYS.items()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assignment_id", "day", name="uq_nudge_day"),
        sa.UniqueConstraint("assignment_id", "number", name="uq_nudge_number"),
        sqlite_autoincrement=True,
    )
    for name in (*KEYS, "at"):
        op.create_index(f"ix_nudge_{name}", "nudge", [name])


def downgrade() -> None:
    op.drop_table("nudge")
