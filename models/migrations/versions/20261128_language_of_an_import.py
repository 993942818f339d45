"""Take an import in the language in which it was looked at: what becomes of a row is compared in words.

One step. Safe beside the release before it: the column fills itself.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006_language_of_an_import'
down_revision = '0005_situations_three_fixed'


def upgrade() -> None:
    op.add_column('import_run', sa.Column('language', sa.String(length=5), server_default='zh', nullable=False))
