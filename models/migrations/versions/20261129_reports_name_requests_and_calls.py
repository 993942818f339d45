"""Let a report of an irregular assignment name a data request, or a call by a department (LX-17, TC-17).

One step. Safe beside the release before it, which leaves the new columns empty.
"""

from alembic import op

revision = "0023_reports_name_more"
down_revision = "0022_struck_out_on"

TABLE = "irregular_assignment_report"
NAMED = {"data_request_id": "data_request", "reported_call_id": "call"}


def upgrade() -> None:
    for name, table in NAMED.items():
        op.execute(f'ALTER TABLE {TABLE} ADD COLUMN {name} INTEGER REFERENCES "{table}" (id)')
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])


def downgrade() -> None:
    for name in NAMED:
        op.drop_index(f"ix_{TABLE}_{name}", TABLE)
        op.drop_column(TABLE, name)
