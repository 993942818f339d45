"""Keep whom townships call through a module, and through which module a call came (TS-26).

One step. Safe beside the release before it, whose calls came through none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_module_contacts"
down_revision = "0028_congress_opinions"


def upgrade() -> None:
    op.create_table(
        "module_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(60), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["module_id"], ["governance_module.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("module_id", "unit_id", name="uq_module_contact"),
        sqlite_autoincrement=True,
    )
    for name in ("module_id", "unit_id", "region_id"):
        op.create_index(f"ix_module_contact_{name}", "module_contact", [name])
    op.execute("ALTER TABLE call ADD COLUMN module_id INTEGER REFERENCES governance_module (id)")
    op.create_index("ix_call_module_id", "call", ["module_id"])


def downgrade() -> None:
    op.drop_index("ix_call_module_id", "call")
    op.drop_column("call", "module_id")
    op.drop_table("module_contact")
