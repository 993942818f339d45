"""Keep the four platforms of townships and their meetings, and until when any meeting's minutes are due (TA-41 to 43).

One step. Safe beside the release before it: of a meeting that it writes nobody is reminded.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042_platforms"
down_revision = "0041_means_of_townships"

WORDS = sa.String(40)


def _table(name: str, *columns: sa.Column, keys: dict[str, str], others: tuple[sa.Constraint, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{key}_id": f"{table}.id" for key, table in (keys | {"region": "unit", "unit": "unit"}).items()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=key == "platform_id") for key in keys),
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
        "platform",
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("lead_post", sa.String(80), nullable=False),
        keys={},
        others=(sa.UniqueConstraint("unit_id", "kind", name="uq_platform"),),
    )
    _table(
        "platform_meeting",
        sa.Column("title", sa.String(120), nullable=False),
        *(sa.Column(name, WORDS, nullable=False) for name in ("kind", "state")),
        sa.Column("meets_at", moment, nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("agenda", "minutes")),
        *(sa.Column(name, moment, nullable=True) for name in ("minutes_at", "minutes_due")),
        keys={"platform": "platform"},
    )
    op.create_index("ix_platform_meeting_state_minutes_due", "platform_meeting", ["state", "minutes_due"])
    op.add_column("joint_meeting", sa.Column("minutes_due", moment, nullable=True))


def downgrade() -> None:
    op.drop_column("joint_meeting", "minutes_due")
    for name in ("platform_meeting", "platform"):
        op.drop_table(name)
    op.execute("DELETE FROM promise WHERE subject_type IN ('platform_meeting', 'joint_meeting')")
