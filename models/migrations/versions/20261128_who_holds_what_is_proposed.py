"""Let proposals say with whom authority and benefit of a matter lie, as lists of powers demand (TC-01, TC-18, ZG-02).

One step. Safe beside the release before it, which leaves the new columns empty. SQLite makes no table anew for them:
what refers to its rows would be in the way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_who_holds_what_is_proposed"
down_revision = "0006_what_proposals_say"

NAMES = ("authority_holder", "benefit_holder")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("list_adjustment", sa.Column(name, sa.String(40), nullable=True))


def downgrade() -> None:
    for name in NAMES:
        op.drop_column("list_adjustment", name)
