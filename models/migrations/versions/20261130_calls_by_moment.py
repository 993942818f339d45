"""List calls and their parts by their own moments; say of which step an early warning is.

One step. Safe beside the release before it, which lists by key; a warning that it writes meanwhile names the other step.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053_calls_by_moment"
down_revision = "0052_step_files_of_villages"


WARNINGS = sa.table("early_warning", sa.column("kind"), sa.column("key"))


def _call(before: str, after: str) -> None:
    """The key that a warning is told apart by has always ended with the moment that its step began with."""
    of_results = WARNINGS.c.key.like("stuck:%:responded_at")
    op.execute(sa.update(WARNINGS).where(WARNINGS.c.kind == before, of_results).values(kind=after))


def upgrade() -> None:
    _call("stuck", "unfinished")
    op.drop_index("ix_call_region", "call")
    op.create_index("ix_call_region", "call", ["region_id", "created_at", "id"])
    op.create_index("ix_call_assignment_region", "call_assignment", ["region_id", "dispatched_at", "id"])


def downgrade() -> None:
    _call("unfinished", "stuck")
    op.drop_index("ix_call_assignment_region", "call_assignment")
    op.drop_index("ix_call_region", "call")
    op.create_index("ix_call_region", "call", ["region_id", "id"])
