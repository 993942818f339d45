"""Keep quotas of posts, the establishment bank, and internal organs of townships (TS-29, ZG-09, LX-02, LX-03).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040_establishment"
down_revision = "0039_head_suggestions"

WORDS = sa.String(40)


def _table(name: str, *columns: sa.Column, keys: dict[str, str], others: tuple[sa.Constraint, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{key}_id": f"{table}.id" for key, table in (keys | {"region": "unit"}).items()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(key, sa.Integer(), nullable=key == "allocation_id") for key in keys),
        *(sa.ForeignKeyConstraint([key], [there]) for key, there in keys.items()),
        *others,
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        op.create_index(f"ix_{name}_{key}", name, [key])


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    _table(
        "staffing_quota",
        sa.Column("kind", WORDS, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("approved", "count", "version")),
        keys={"unit": "unit"},
        others=(
            sa.UniqueConstraint("unit_id", "kind", name="uq_staffing_quota"),
            sa.CheckConstraint("count >= 0", name="ck_staffing_quota_count"),
        ),
    )
    _table(
        "staffing_bank_entry",
        *(sa.Column(name, WORDS, nullable=False) for name in ("kind", "state", "quota")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("count", "balance", "version")),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("booked_at", moment, nullable=False),
        sa.Column("remind_at", moment, nullable=True),
        keys={"unit": "unit", "allocation": "staffing_bank_entry"},
        others=(
            sa.CheckConstraint("balance >= 0", name="ck_staffing_bank_entry_balance"),
            sa.CheckConstraint("count > 0", name="ck_staffing_bank_entry_count"),
        ),
    )
    op.create_index("ix_staffing_bank_entry_state_remind_at", "staffing_bank_entry", ["state", "remind_at"])
    _table(
        "internal_org_plan",
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.String(120), nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("proposed_at", "decided_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        keys={"unit": "unit"},
    )
    op.create_index("ix_internal_org_plan_region_state", "internal_org_plan", ["region_id", "state"])
    _table(
        "internal_organ",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        keys={"plan": "internal_org_plan"},
        others=(sa.UniqueConstraint("plan_id", "name", name="uq_internal_organ"),),
    )


def downgrade() -> None:
    for name in ("internal_organ", "internal_org_plan", "staffing_bank_entry", "staffing_quota"):
        op.drop_table(name)
    op.execute("DELETE FROM promise WHERE job = 'turnover_watch'")
