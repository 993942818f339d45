"""Let proposals and admissions say what their list demands: procedure, accountability and module (TC-14, TS-15).

One step. Safe beside the release before it, which leaves the new columns empty. SQLite makes no table anew for them:
what refers to its rows would be in the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_what_proposals_say"
down_revision = "0005_situations_three_fixed"

TABLES = ("list_adjustment", "duty_admission")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("procedure", sa.Text(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("responsibility", sa.Text(), nullable=False, server_default=""))
        op.execute(f"ALTER TABLE {table} ADD COLUMN module_id INTEGER REFERENCES governance_module (id)")
        op.create_index(f"ix_{table}_module_id", table, ["module_id"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_module_id", table)
        for name in ("module_id", "responsibility", "procedure"):
            op.drop_column(table, name)
