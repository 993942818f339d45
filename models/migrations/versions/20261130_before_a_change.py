"""Keep of a personnel change the agency, the post and whether it was a head's, as they were when it was proposed (TA-35).

One step. Safe beside the release before it, which does not know the columns. What was proposed before stays without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0051_before_a_change"
down_revision = "0050_post_holders"

NAME = "fk_personnel_change_from_agency_id"
COUNTING = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("personnel_change", table_kwargs=COUNTING) as change:
        change.add_column(sa.Column("post_before", sa.String(80), nullable=True))
        change.add_column(sa.Column("head_before", sa.Boolean(), nullable=True))
        change.add_column(sa.Column("from_agency_id", sa.Integer(), nullable=True))
        change.create_foreign_key(NAME, "dispatched_agency", ["from_agency_id"], ["id"])
    op.create_index("ix_personnel_change_from_agency_id", "personnel_change", ["from_agency_id"])


def downgrade() -> None:
    op.drop_index("ix_personnel_change_from_agency_id", "personnel_change")
    with op.batch_alter_table("personnel_change", table_kwargs=COUNTING) as change:
        change.drop_constraint(NAME, type_="foreignkey")
        for name in ("from_agency_id", "head_before", "post_before"):
            change.drop_column(name)
