"""Keep people of dispatched agencies (TS-21, TS-24, ZG-17, ZG-20, ZG-29).

One step. Safe beside the release before it, which does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037_agency_staff"
down_revision = "0036_which_rule_moved"

TABLE = "agency_staff"
WORDS = sa.String(40)
KEYS = {
    "agency_id": "dispatched_agency.id",
    "establishment_unit_id": "unit.id",
    "personnel_unit_id": "unit.id",
    "seconded_to_id": "unit.id",
    "user_id": "ab_user.id",
    "region_id": "unit.id",
}
OPTIONAL = ("agency_id", "seconded_to_id", "user_id")
TEXTS = {
    "name": 40, "identity_number": 40, "identity_secret": 40, "phone": 40, "phone_secret": 40, "field": 40, "post": 80,
}
FLAGS = (
    "pay_relation_down", "party_relation_down", "union_relation_down", "is_head", "allowance_on_post", "benefit_two_20",
)
DAYS = ("hired_on", "min_service_until", "dispatched_on", "min_term_until", "seconded_until", "left_on")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in TEXTS.items()),
        *(sa.Column(name, WORDS, nullable=False) for name in ("state", "status_kind", "post_grade")),
        *(sa.Column(name, WORDS, nullable=True) for name in ("recruited_by", "specialty")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in FLAGS),
        *(sa.Column(name, sa.Date(), nullable=True) for name in DAYS),
        sa.Column("post_duties", sa.Text(), nullable=False),
        sa.Column("numbers_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(key, sa.Integer(), nullable=key in OPTIONAL) for key in KEYS),
        *(sa.ForeignKeyConstraint([key], [there]) for key, there in KEYS.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in (*KEYS, "min_term_until", "min_service_until", "seconded_until"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])


def downgrade() -> None:
    op.drop_table(TABLE)
