"""Keep posts, who leads modules, committees, and party organisations that check in (TS-14, TS-17, LX-04, LX-13).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043_posts"
down_revision = "0042_platforms"

WORDS = sa.String(40)


def _table(name: str, *columns: sa.Column, keys: dict[str, str], unique: tuple[str, ...], key: str) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{word}_id": f"{table}.id" for word, table in (keys | {"region": "unit"}).items()}
    version = [sa.Column("version", sa.Integer(), nullable=False)] if "unit_id" in keys else []
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *version,
        *(sa.Column(column, sa.Integer(), nullable=False) for column in keys),
        *(sa.ForeignKeyConstraint([column], [there]) for column, there in keys.items()),
        sa.UniqueConstraint(*unique, name=key),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for column in keys:
        op.create_index(f"ix_{name}_{column}", name, [column])


def upgrade() -> None:
    _table(
        "post",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        keys={"unit": "unit"},
        unique=("unit_id", "name"),
        key="uq_post_name",
    )
    _table(
        "module_leader",
        sa.Column("role", WORDS, nullable=False),
        keys={"unit": "unit", "post": "post", "module": "governance_module"},
        unique=("post_id", "module_id"),
        key="uq_module_leader",
    )
    _table(
        "committee",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        keys={"unit": "unit"},
        unique=("unit_id", "name"),
        key="uq_committee_name",
    )
    _table(
        "committee_member",
        sa.Column("is_head", sa.Boolean(), nullable=False),
        keys={"committee": "committee", "post": "post"},
        unique=("committee_id", "post_id"),
        key="uq_committee_member",
    )
    _table(
        "check_in",
        sa.Column("organisation", sa.String(120), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("members", "services")),
        sa.Column("checked_in_on", sa.Date(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        keys={"unit": "unit"},
        unique=("unit_id", "organisation"),
        key="uq_check_in",
    )


def downgrade() -> None:
    for name in ("check_in", "committee_member", "committee", "module_leader", "post"):
        op.drop_table(name)
