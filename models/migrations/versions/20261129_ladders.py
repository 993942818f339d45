"""Let the county office hear of a step of the reminder ladder, and let steps be taken by number (TC-36).

One step. Safe beside the release before it, which tells that office nothing of steps and counts none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_ladders"
down_revision = "0029_module_contacts"

STEP = "reminder_step"
COUNTED = {"after_count": sa.Integer(), "of_level": sa.Integer(), "within": sa.String(40)}


def upgrade() -> None:
    op.add_column(STEP, sa.Column("county_office", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, kind in COUNTED.items():
        op.add_column(STEP, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    op.execute(f"DELETE FROM {STEP} WHERE point = 'by_count'")
    for name in ("county_office", *COUNTED):
        op.drop_column(STEP, name)
