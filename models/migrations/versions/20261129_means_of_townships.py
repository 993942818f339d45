"""Keep what townships live on, how large they are, and into which they were merged (ZG-14, ZG-15, ZG-16, ZG-23).

One step. Safe beside the release before it, which does not know the tables, and leaves the columns empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041_means_of_townships"
down_revision = "0040_establishment"

WORDS = sa.String(40)


def _table(name: str, *columns: sa.Column, unique: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(key, sa.Integer(), nullable=False) for key in ("unit_id", "version", "region_id")),
        *(sa.ForeignKeyConstraint([key], ["unit.id"]) for key in ("unit_id", "region_id")),
        sa.UniqueConstraint("unit_id", *unique, name=f"uq_{name}"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in ("unit_id", "region_id"):
        op.create_index(f"ix_{name}_{key}", name, [key])


def upgrade() -> None:
    op.add_column("unit", sa.Column("area_km2", sa.Numeric(10, 2), nullable=True))
    op.add_column("unit", sa.Column("population", sa.Integer(), nullable=True))
    op.add_column("unit", sa.Column("gdp", sa.Numeric(14, 2), nullable=True))
    op.execute("ALTER TABLE unit ADD COLUMN successor_id INTEGER REFERENCES unit (id)")
    op.create_index("ix_unit_successor_id", "unit", ["successor_id"])
    _table(
        "township_funding",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("head", WORDS, nullable=False),
        *(sa.Column(name, sa.Numeric(14, 2), nullable=False) for name in ("planned", "paid")),
        unique=("year", "head"),
    )
    _table(
        "return_ratio",
        sa.Column("income", WORDS, nullable=False),
        sa.Column("percent", sa.Numeric(5, 2), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        unique=("income", "from_on"),
    )
    _table(
        "post_grades",
        sa.Column("from_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("senior", "middle", "junior")),
        sa.Column("upper", sa.Numeric(5, 1), nullable=False),
        unique=("from_on",),
    )


def downgrade() -> None:
    for name in ("post_grades", "return_ratio", "township_funding"):
        op.drop_table(name)
    op.drop_index("ix_unit_successor_id", "unit")
    for name in ("successor_id", "gdp", "population", "area_km2"):
        op.drop_column("unit", name)
