"""Keep what the figures of the calls say before anybody complains (TA-50, TS-12).

One step. Safe beside the release before it, which does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_early_warnings"
down_revision = "0020_proposals_say_all"


def upgrade() -> None:
    op.create_table(
        "early_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("place_unit_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        *(sa.ForeignKeyConstraint([name], ["unit.id"]) for name in ("unit_id", "place_unit_id", "region_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "key", name="uq_early_warning"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_early_warning_unit", "early_warning", ["unit_id", "id"])
    for name in ("place_unit_id", "call_id", "found_at", "region_id"):
        op.create_index(f"ix_early_warning_{name}", "early_warning", [name])


def downgrade() -> None:
    op.drop_table("early_warning")
