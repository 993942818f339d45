"""Hang files on joint reviews, disputes and front-desk requests, as on calls and their steps (TS-33).

One step. Safe beside the release before it, which hangs files on calls alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052_step_files_of_villages"
down_revision = "0051_before_a_change"

OF_CALLS = ("call_id", "assignment_id", "order_id", "rectification_id", "extension_id")
ADDED = {"review_file_id": "review_file", "dispute_case_id": "dispute_case", "service_request_id": "service_request"}
COUNTING = {"sqlite_autoincrement": True}


def _one_of(*steps: str) -> str:
    return " + ".join(f"CASE WHEN {key} IS NULL THEN 0 ELSE 1 END" for key in steps) + " = 1"


def upgrade() -> None:
    with op.batch_alter_table("step_file", table_kwargs=COUNTING) as hung:
        hung.drop_constraint("ck_step_file_step", type_="check")
        for name, table in ADDED.items():
            hung.add_column(sa.Column(name, sa.Integer(), nullable=True))
            hung.create_foreign_key(f"fk_step_file_{name}", table, [name], ["id"])
        hung.create_check_constraint("ck_step_file_step", _one_of(*OF_CALLS, *ADDED))
    for name in ADDED:
        op.create_index(f"ix_step_file_{name}", "step_file", [name])


def downgrade() -> None:
    for name in ADDED:
        op.drop_index(f"ix_step_file_{name}", "step_file")
    op.execute(sa.table("step_file", *map(sa.column, OF_CALLS)).delete().where(sa.text(f"NOT ({_one_of(*OF_CALLS)})")))
    with op.batch_alter_table("step_file", table_kwargs=COUNTING) as hung:
        hung.drop_constraint("ck_step_file_step", type_="check")
        for name in ADDED:
            hung.drop_constraint(f"fk_step_file_{name}", type_="foreignkey")
            hung.drop_column(name)
        hung.create_check_constraint("ck_step_file_step", _one_of(*OF_CALLS))
