"""Keep the tickets of the hotline and of other outside systems, each by its key there (LX-26, TA-48).

One step. Safe beside the release before it, which has no such table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_hotline_tickets"
down_revision = "0023_reports_name_more"

WORDS = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "hotline_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("external_key", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("complainant", sa.String(20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("way", WORDS, nullable=False),
        sa.Column("timeliness", WORDS, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "source", "external_key", name="uq_hotline_ticket_key"),
        sqlite_autoincrement=True,
    )
    for name in ("call_id", "category", "received_at", "region_id", "unit_id"):
        op.create_index(f"ix_hotline_ticket_{name}", "hotline_ticket", [name])
    op.create_index("ix_hotline_ticket_unit_state", "hotline_ticket", ["unit_id", "state"])


def downgrade() -> None:
    op.drop_table("hotline_ticket")
