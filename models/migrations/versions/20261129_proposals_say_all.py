"""Let proposals and admissions say whatever a list's type may demand, its own fields too (TC-14, TS-15, R6).

One step. Safe beside the release before it, which leaves the new columns empty. SQLite makes no table anew for them:
what refers to its rows would be in the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_proposals_say_all"
down_revision = "0019_photos"

WORDS = ("relation_pair", "sink_kind", "delegation_kind", "forbidden_kind", "exception_level", "platform",
         "power_status")  # fmt: skip
LINES = {"time_limit": 200, "guide_ref": 80, "provider": 120, "contract": 120, "source": 300}
TEXTS = ("demand", "capacity")
NUMBERS = ("service_radius", "yearly_cases", "trips")
HELD = {"category": sa.String(40), "authority_holder": sa.String(40), "benefit_holder": sa.String(40),
        "call_scope": sa.String(40)}  # fmt: skip
"""What proposals have said before."""


def upgrade() -> None:
    for table in ("list_adjustment", "duty_admission"):
        for name in WORDS:
            op.add_column(table, sa.Column(name, sa.String(40), nullable=True))
        for name, length in LINES.items():
            op.add_column(table, sa.Column(name, sa.String(length), nullable=False, server_default=""))
        for name in TEXTS:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
        for name in NUMBERS:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("extra", sa.JSON(), nullable=False, server_default="{}"))
    for name, kind in HELD.items():
        empty = {"nullable": False, "server_default": ""} if name == "category" else {"nullable": True}
        op.add_column("duty_admission", sa.Column(name, kind, **empty))


def downgrade() -> None:
    for name in HELD:
        op.drop_column("duty_admission", name)
    for table in ("list_adjustment", "duty_admission"):
        for name in ("extra", *NUMBERS, *TEXTS, *LINES, *WORDS):
            op.drop_column(table, name)
