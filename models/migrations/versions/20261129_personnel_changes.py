"""Keep personnel changes of dispatched staff, and transfer plans (TA-35, TS-20, TS-25, ZG-19).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038_personnel_changes"
down_revision = "0037_agency_staff"

WORDS = sa.String(40)
OPEN = sa.text("state NOT IN ('effective', 'withdrawn')")
MOMENT = sa.DateTime(timezone=True)


def _table(name: str, *parts: sa.Column | sa.Constraint, keys: dict[str, str], optional: tuple[str, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *(part for part in parts if isinstance(part, sa.Column)),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(f"{key}_id", sa.Integer(), nullable=key in optional) for key in keys),
        *(sa.ForeignKeyConstraint([f"{key}_id"], [f"{table}.id"]) for key, table in keys.items()),
        *(part for part in parts if not isinstance(part, sa.Column)),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        op.create_index(f"ix_{name}_{key}_id", name, [f"{key}_id"])


def upgrade() -> None:
    _table(
        "transfer_plan",
        *(sa.Column(key, sa.Integer(), nullable=False) for key in ("year", "planned_replenishment", "transferred_out")),
        sa.UniqueConstraint("township_id", "year", name="uq_transfer_plan"),
        keys={"township": "unit", "region": "unit"},
    )
    texts = ("explanation", "exception_reason", "opinion_text", "negotiated_plan", "decision")
    _table(
        "personnel_change",
        *(sa.Column(name, WORDS, nullable=False) for name in ("kind", "state", "reason")),
        sa.Column("township_opinion", WORDS, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("new_post", sa.String(80), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("as_head", "before_term", "before_service")),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("asked_at", "opinion_at", "decided_at", "effective_at")),
        keys={
            "staff": "agency_staff",
            "department": "unit",
            "township": "unit",
            "to_agency": "dispatched_agency",
            "to_unit": "unit",
            "plan": "transfer_plan",
            "region": "unit",
        },
        optional=("to_agency", "to_unit", "plan"),
    )
    op.create_index("ix_personnel_change_region_state", "personnel_change", ["region_id", "state"])
    op.create_index(
        "uq_personnel_change_open",
        "personnel_change",
        ["staff_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("personnel_change")
    op.drop_table("transfer_plan")
