"""Keep the clause that a refusal cites, and what the county office rules on the second one (TC-40).

One step. Safe beside the release before it, which leaves the new columns empty. SQLite makes no table anew for them:
what refers to its rows would be in the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_refusals_cite"
down_revision = "0015_mutual_ratings"

TABLE = "call_assignment"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("clause", sa.String(200), nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("ruling", sa.Text(), nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"ALTER TABLE {TABLE} ADD COLUMN ruled_unit_id INTEGER REFERENCES unit (id)")
    op.create_index(f"ix_{TABLE}_ruled_unit_id", TABLE, ["ruled_unit_id"])


def downgrade() -> None:
    op.drop_index(f"ix_{TABLE}_ruled_unit_id", TABLE)
    for name in ("ruled_unit_id", "ruled_at", "ruling", "clause"):
        op.drop_column(TABLE, name)
