"""Keep what happens on calls for those who supervise (TC-52).

One step. Safe beside the release before it, which does not know the table. The first sweep copies what the recorder has.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032_call_events"
down_revision = "0031_ledger_audits"


def upgrade() -> None:
    op.create_table(
        "call_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"]),
        *(sa.ForeignKeyConstraint([name], ["unit.id"]) for name in ("unit_id", "region_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "seq", name="uq_call_event"),
        sqlite_autoincrement=True,
    )
    for name in ("at", "call_id", "unit_id", "region_id"):
        op.create_index(f"ix_call_event_{name}", "call_event", [name])


def downgrade() -> None:
    op.drop_table("call_event")
