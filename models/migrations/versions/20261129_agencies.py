"""Lay down agencies and whom they serve; keep enforcement teams and their forces (LX-05, LX-06, LX-08, ZG-12, TA-39).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034_agencies"
down_revision = "0033_nudges_of_the_office"

WORDS = sa.String(40)
LIVING = sa.text("state <> 'ended'")


def _table(name: str, *columns: sa.Column, units: tuple[str, ...], others: tuple[sa.schema.SchemaItem, ...] = ()) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(f"{unit}_id", sa.Integer(), nullable=False) for unit in (*units, "region")),
        *(sa.ForeignKeyConstraint([f"{unit}_id"], ["unit.id"]) for unit in (*units, "region")),
        *others,
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def upgrade() -> None:
    _table(
        "dispatched_agency",
        sa.Column("state", WORDS, nullable=False),
        sa.Column("field", WORDS, nullable=False),
        *(sa.Column(name, WORDS, nullable=False) for name in ("mode", "people_by", "money_by", "goods_by")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("party_relation_down", "establishment_locked")),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        units=("unit", "department", "seat"),
    )
    for name in ("department_id", "region_id", "seat_id"):
        op.create_index(f"ix_dispatched_agency_{name}", "dispatched_agency", [name])
    op.create_index("ix_dispatched_agency_region_state", "dispatched_agency", ["region_id", "state"])
    op.create_index(
        "uq_dispatched_agency_unit", "dispatched_agency", ["unit_id"], unique=True, sqlite_where=LIVING,
        postgresql_where=LIVING,
    )  # fmt: skip
    _table(
        "agency_coverage",
        sa.Column("weight", sa.Numeric(5, 2), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        units=("township",),
        others=(
            sa.ForeignKeyConstraint(["agency_id"], ["dispatched_agency.id"]),
            sa.UniqueConstraint("agency_id", "township_id", name="uq_agency_coverage"),
        ),
    )
    for name in ("agency_id", "region_id", "township_id"):
        op.create_index(f"ix_agency_coverage_{name}", "agency_coverage", [name])
    _table(
        "enforcement_team",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("site", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        units=("guiding_department", "legal_department", "unit"),
        others=(sa.UniqueConstraint("unit_id", "name", name="uq_enforcement_team_name"),),
    )
    for name in ("guiding_department_id", "legal_department_id", "region_id", "unit_id"):
        op.create_index(f"ix_enforcement_team_{name}", "enforcement_team", [name])
    _table(
        "team_force",
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("site", sa.String(200), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        units=("unit",),
        others=(
            sa.ForeignKeyConstraint(["team_id"], ["enforcement_team.id"]),
            sa.UniqueConstraint("team_id", "unit_id", name="uq_team_force"),
        ),
    )
    for name in ("region_id", "team_id", "unit_id"):
        op.create_index(f"ix_team_force_{name}", "team_force", [name])


def downgrade() -> None:
    for name in ("team_force", "enforcement_team", "agency_coverage", "dispatched_agency"):
        op.drop_table(name)
