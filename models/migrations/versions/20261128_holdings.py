"""Keep who has a call in hand, and for how long.

One step. Safe beside the release before it. Calls under way get their first holding with their next move.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_holdings"
down_revision = "0008_pauses_and_extensions"


def upgrade() -> None:
    op.create_table('holding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('holding', schema=None) as batch_op:
        batch_op.create_index('ix_holding_call', ['call_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_holding_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_holding_since'), ['since'], unique=False)
        batch_op.create_index(batch_op.f('ix_holding_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index('uq_holding_open', ['call_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))



def downgrade() -> None:
    with op.batch_alter_table('holding', schema=None) as batch_op:
        batch_op.drop_index('uq_holding_open', sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
        batch_op.drop_index(batch_op.f('ix_holding_unit_id'))
        batch_op.drop_index(batch_op.f('ix_holding_since'))
        batch_op.drop_index(batch_op.f('ix_holding_region_id'))
        batch_op.drop_index('ix_holding_call')

    op.drop_table('holding')
