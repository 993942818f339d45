"""Let a cap of assigned matters be for one township, beside the one for all (TC-29).

One step. Safe beside the release before it, which knows the cap for all alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044_caps_of_townships"
down_revision = "0043_posts"

OF_ALL = sa.text("township_id IS NULL")
COUNTING = {"sqlite_autoincrement": True}
YEAR = ["region_id", "year"]


def upgrade() -> None:
    with op.batch_alter_table("assigned_matter_cap", table_kwargs=COUNTING) as cap:
        cap.add_column(sa.Column("township_id", sa.Integer(), nullable=True))
        cap.create_foreign_key("fk_assigned_matter_cap_township_id", "unit", ["township_id"], ["id"])
        cap.drop_constraint("uq_assigned_matter_cap_year", type_="unique")
        cap.create_unique_constraint("uq_assigned_matter_cap", [*YEAR, "township_id"])
    op.create_index("ix_assigned_matter_cap_township_id", "assigned_matter_cap", ["township_id"])
    op.create_index(
        "uq_assigned_matter_cap_of_all",
        "assigned_matter_cap",
        YEAR,
        unique=True,
        sqlite_where=OF_ALL,
        postgresql_where=OF_ALL,
    )


def downgrade() -> None:
    op.execute("DELETE FROM assigned_matter_cap WHERE township_id IS NOT NULL")
    op.drop_index("uq_assigned_matter_cap_of_all", "assigned_matter_cap")
    op.drop_index("ix_assigned_matter_cap_township_id", "assigned_matter_cap")
    with op.batch_alter_table("assigned_matter_cap", table_kwargs=COUNTING) as cap:
        cap.drop_constraint("uq_assigned_matter_cap", type_="unique")
        cap.create_unique_constraint("uq_assigned_matter_cap_year", YEAR)
        cap.drop_constraint("fk_assigned_matter_cap_township_id", type_="foreignkey")
        cap.drop_column("township_id")
