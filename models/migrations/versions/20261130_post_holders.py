"""Say who holds a post of a township, from one day to another (TS-17).

One step. Safe beside the release before it, which does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050_post_holders"
down_revision = "0049_published_figures"


def upgrade() -> None:
    keys = {"post_id": "post.id", "holder_id": "ab_user.id", "region_id": "unit.id"}
    op.create_table(
        "post_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in keys),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ck_post_holder_days"),
        *(sa.ForeignKeyConstraint([name], [there]) for name, there in keys.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in keys:
        op.create_index(f"ix_post_holder_{name}", "post_holder", [name])


def downgrade() -> None:
    op.drop_table("post_holder")
