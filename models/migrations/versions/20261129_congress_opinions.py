"""Keep what a people's congress says of lists and calls, and what is answered (TC-37).

One step. Safe beside the release before it, which has no such table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_congress_opinions"
down_revision = "0027_past_calls"

WORDS = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "congress_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("addressed_unit_id", sa.Integer(), nullable=False),
        sa.Column("duty_list_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"])
            for name, table in (
                ("unit", "unit"), ("addressed_unit", "unit"), ("duty_list", "duty_list"), ("call", "call"),
                ("region", "unit"),
            )
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    for name in ("unit_id", "duty_list_id", "call_id", "region_id"):
        op.create_index(f"ix_congress_opinion_{name}", "congress_opinion", [name])
    op.create_index("ix_congress_opinion_addressed", "congress_opinion", ["addressed_unit_id", "state"])


def downgrade() -> None:
    op.drop_table("congress_opinion")
