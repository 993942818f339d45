"""Keep what an older system told of its closed calls, and mark the calls and ratings that were made of it.

A revealed rating stays frozen by the database, unless it is one of these: an import can be undone.

One step. Safe beside the release before it, which imports none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027_past_calls"
down_revision = "0026_published_takes_nothing_in"

WORDS = sa.String(40)
MOMENT = sa.DateTime(timezone=True)
REVEALED = "OLD.state IN ('revealed', 'not_rated')"
MARKED = ("call", "mutual_rating")


def freeze(when: str) -> None:
    """Ratings for which this holds are neither changed nor deleted."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for verb in ("UPDATE", "DELETE"):
        name = f"mutual_rating_frozen_{verb.lower()}"
        op.execute(f"DROP TRIGGER {name}" + (" ON mutual_rating" if postgresql else ""))
        row, refuse = (
            ("FOR EACH ROW ", f"WHEN ({when}) EXECUTE FUNCTION refuse_rated()")
            if postgresql
            else ("", f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'what is revealed or assessed is frozen'); END")
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON mutual_rating {row}{refuse}")


def upgrade() -> None:
    for table in MARKED:
        op.add_column(table, sa.Column("imported", sa.Boolean(), nullable=False, server_default=sa.false()))
    freeze(f"{REVEALED} AND NOT OLD.imported")
    op.create_table(
        "past_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(60), nullable=False),
        sa.Column("external_key", sa.String(60), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        *(
            sa.Column(name, MOMENT, nullable=True)
            for name in ("accepted_at", "dispatched_at", "responded_at", "promised_due", "resolved_at")
        ),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("level", WORDS, nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("list_item_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"])
            for name, table in (
                ("department", "unit"), ("list_item", "list_item"), ("call", "call"), ("unit", "unit"), ("region", "unit")
            )
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "system", "external_key", name="uq_past_call_key"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    for name in ("call_id", "department_id", "list_item_id", "region_id", "unit_id"):
        op.create_index(f"ix_past_call_{name}", "past_call", [name])


def downgrade() -> None:
    freeze(REVEALED)
    op.drop_table("past_call")
    for table in MARKED:
        op.drop_column(table, "imported")
