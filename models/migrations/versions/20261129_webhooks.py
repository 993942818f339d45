"""Keep addresses of other platforms, and the messages on their way there (TS-32).

One step. Safe beside the release before it, which sends nothing there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_webhooks"
down_revision = "0024_hotline_tickets"

WORDS = sa.String(40)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "address", "kind", name="uq_webhook_address_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_region_id", "webhook", ["region_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"])
            for name, table in (("webhook", "webhook"), ("outbox", "outbox"), ("unit", "unit"), ("region", "unit"))
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outbox_id", "webhook_id", name="uq_webhook_delivery"),
        sqlite_autoincrement=True,
    )
    for name in ("webhook_id", "outbox_id", "unit_id", "region_id"):
        op.create_index(f"ix_webhook_delivery_{name}", "webhook_delivery", [name])
    waiting = sa.text("outcome = 'waiting'")
    op.create_index("ix_webhook_delivery_waiting", "webhook_delivery", ["id"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
