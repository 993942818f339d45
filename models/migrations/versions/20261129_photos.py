"""Keep of a photo when and where it was taken, and a small picture beside it (TC-49).

One step. Safe beside the release before it, which keeps files without these.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_photos"
down_revision = "0017_coordination_complete"

DEGREES = sa.Numeric(9, 6)
OF_FILES = {"thumbnail_key": sa.String(64), "taken_at": sa.DateTime(timezone=True), "latitude": DEGREES,
            "longitude": DEGREES}  # fmt: skip


def upgrade() -> None:
    for name, kind in OF_FILES.items():
        op.add_column("attachment", sa.Column(name, kind, nullable=True))
    op.create_index("ix_attachment_thumbnail_key", "attachment", ["thumbnail_key"])


def downgrade() -> None:
    op.drop_index("ix_attachment_thumbnail_key", "attachment")
    for name in OF_FILES:
        op.drop_column("attachment", name)
