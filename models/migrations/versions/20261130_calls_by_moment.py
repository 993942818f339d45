"""List calls and their parts by their own moments: what is imported last may have happened first.

One step: indexes alone. Safe beside the release before it, which lists them by key.
"""

from alembic import op

revision = "0053_calls_by_moment"
down_revision = "0052_step_files_of_villages"


def upgrade() -> None:
    op.drop_index("ix_call_region", "call")
    op.create_index("ix_call_region", "call", ["region_id", "created_at", "id"])
    op.create_index("ix_call_assignment_region", "call_assignment", ["region_id", "dispatched_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_call_assignment_region", "call_assignment")
    op.drop_index("ix_call_region", "call")
    op.create_index("ix_call_region", "call", ["region_id", "id"])
