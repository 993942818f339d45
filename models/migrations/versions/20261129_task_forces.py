"""Keep task forces of townships, who is in them, and their reviews (TS-18, TS-19).

One step. Safe beside the release before it, which does not know the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035_task_forces"
down_revision = "0034_agencies"

WORDS = sa.String(40)


def _table(name: str, *columns: sa.Column, keys: dict[str, str], unique: tuple[str, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{key}_id": f"{table}.id" for key, table in (keys | {"region": "unit"}).items()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(key, sa.Integer(), nullable=key == "module_id") for key in keys),
        *(sa.ForeignKeyConstraint([key], [there]) for key, there in keys.items()),
        *([sa.UniqueConstraint(*unique, name=f"uq_{name}" + "_name" * ("name" in unique))] if unique else []),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        op.create_index(f"ix_{name}_{key}", name, [key])


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    _table(
        "task_force",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        *(sa.Column(name, moment, nullable=True) for name in ("set_up_at", "review_due", "dissolved_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        keys={"module": "governance_module", "unit": "unit"},
        unique=("unit_id", "name"),
    )
    op.create_index("ix_task_force_state_review_due", "task_force", ["state", "review_due"])
    _table(
        "task_force_member",
        sa.Column("role", WORDS, nullable=False),
        sa.Column("post", sa.String(80), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        keys={"task_force": "task_force", "unit": "unit"},
        unique=("task_force_id", "unit_id", "post"),
    )
    _table(
        "task_force_review",
        sa.Column("held_at", moment, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("findings", "decisions", "handed_on")),
        keys={"task_force": "task_force"},
    )


def downgrade() -> None:
    for name in ("task_force_review", "task_force_member", "task_force"):
        op.drop_table(name)
    op.execute("DELETE FROM promise WHERE job = 'meeting_remind'")
