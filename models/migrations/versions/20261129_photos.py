"""Keep of a photo when and where it was taken, and a small picture; hang files on calls and their steps (TC-49, TC-04).

One step. Safe beside the release before it, which keeps files and calls without these.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_photos"
down_revision = "0018_limit_rules"

DEGREES = sa.Numeric(9, 6)
OF_FILES = {"thumbnail_key": sa.String(64), "taken_at": sa.DateTime(timezone=True), "latitude": DEGREES,
            "longitude": DEGREES}  # fmt: skip
OF_CALLS = ("latitude", "longitude")
STEPS = {"call_id": "call", "assignment_id": "call_assignment", "order_id": "supervision_order",
         "rectification_id": "rectification_order", "extension_id": "extension"}  # fmt: skip
ONE_STEP = " + ".join(f"CASE WHEN {key} IS NULL THEN 0 ELSE 1 END" for key in STEPS)


def upgrade() -> None:
    for name, kind in OF_FILES.items():
        op.add_column("attachment", sa.Column(name, kind, nullable=True))
    op.create_index("ix_attachment_thumbnail_key", "attachment", ["thumbnail_key"])
    for name in OF_CALLS:
        op.add_column("call", sa.Column(name, DEGREES, nullable=True))
    op.create_table(
        "step_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in STEPS),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"{ONE_STEP} = 1", name="ck_step_file_step"),
        sa.ForeignKeyConstraint(["file_id"], ["attachment.id"]),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"]) for name, table in STEPS.items()),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in ("file_id", *STEPS, "region_id"):
        op.create_index(f"ix_step_file_{name}", "step_file", [name])


def downgrade() -> None:
    op.drop_table("step_file")
    for name in OF_CALLS:
        op.drop_column("call", name)
    op.drop_index("ix_attachment_thumbnail_key", "attachment")
    for name in OF_FILES:
        op.drop_column("attachment", name)
