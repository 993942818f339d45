"""Keep from which day on a struck item binds nobody: an edition may go on without it (TA-08).

One step. Safe beside the release before it, which strikes items without the day. What is struck out already gets its day
from the last of its edition, or of the admission that ended before.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0022_struck_out_on"
down_revision = "0021_early_warnings"

ITEM = sa.table("list_item", *map(sa.column, ("id", "root_id", "duty_list_id", "state")),
                sa.column("removed_on", sa.Date))  # fmt: skip
EDITION = sa.table("duty_list", sa.column("id"), sa.column("effective_to", sa.Date))
ADMISSION = sa.table("duty_admission", sa.column("resulting_item_id"), sa.column("state"), sa.column("ends_on", sa.Date))
ROOT = sa.func.coalesce(ITEM.c.root_id, ITEM.c.id)


def upgrade() -> None:
    op.add_column("list_item", sa.Column("removed_on", sa.Date(), nullable=True))
    days = [{"item": item, "day": day} for item, day in _days()]
    if days:
        op.get_bind().execute(
            sa.update(ITEM).where(ITEM.c.id == sa.bindparam("item")).values(removed_on=sa.bindparam("day")), days
        )


def _days() -> list[tuple[int, date]]:
    of_item = ADMISSION.join(ITEM, ITEM.c.id == ADMISSION.c.resulting_item_id)
    expired = sa.select(ROOT, ADMISSION.c.ends_on).select_from(of_item).where(ADMISSION.c.state == "expired")
    last = dict(op.get_bind().execute(expired).all())
    struck = sa.select(ITEM.c.id, ROOT, EDITION.c.effective_to).where(ITEM.c.state == "removed")
    rows = op.get_bind().execute(struck.join_from(ITEM, EDITION, EDITION.c.id == ITEM.c.duty_list_id)).all()
    found = [(item, [day for day in (last.get(root), until) if day is not None]) for item, root, until in rows]
    return [(item, min(days) + timedelta(days=1)) for item, days in found if days]


def downgrade() -> None:
    op.drop_column("list_item", "removed_on")
