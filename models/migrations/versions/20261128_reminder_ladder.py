"""The reminder ladder as data; messages that wait for working hours, and go by mail in the digest of a morning (TC-36).

One step. Safe beside the release before it, which knows no ladder and says everything at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_reminder_ladder"
down_revision = "0011_orders_by_hand"

FLAGS = ("duty_officer", "heads", "supervision", "leaders")


def upgrade() -> None:
    op.create_table(
        "reminder_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("point", sa.String(40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in FLAGS),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_reminder_step_amount"),
        sa.CheckConstraint("level BETWEEN 0 AND 9", name="ck_reminder_step_level"),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "job", "level", name="uq_reminder_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reminder_step_region_id", "reminder_step", ["region_id"])
    for name in ("not_before", "mail_after"):
        op.add_column("outbox", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("bundled", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("notice", "bundled")
    for name in ("not_before", "mail_after"):
        op.drop_column("outbox", name)
    op.drop_table("reminder_step")
