"""Let a promise rest while the caller owes something, and be extended; what was promised first stays.

One step. Safe beside the release before it, which leaves the new columns empty: promises that it takes meanwhile are
explained by their own words, and are neither paused nor extended before they are made again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_pauses_and_extensions"
down_revision = "0007_who_holds_what_is_proposed"

NEW = (
    ("call", "resolve_from"),
    ("call_assignment", "promised_at"),
    ("call_assignment", "first_promised_due"),
    ("call_assignment", "pause_due"),
)


def upgrade() -> None:
    op.create_table('extension',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('days > 0', name='ck_extension_days'),
    sa.ForeignKeyConstraint(['assignment_id'], ['call_assignment.id'], ),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.ForeignKeyConstraint(['file_id'], ['attachment.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_extension_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_extension_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_extension_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_extension_region_id'), ['region_id'], unique=False)
        batch_op.create_index('uq_extension_open', ['assignment_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))

    op.create_table('pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['call_assignment.id'], ),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pause_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pause_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pause_region_id'), ['region_id'], unique=False)
        batch_op.create_index('uq_pause_open', ['assignment_id'], unique=True, sqlite_where=sa.text('resumed_at IS NULL'), postgresql_where=sa.text('resumed_at IS NULL'))

    for table, column in NEW:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE call_assignment SET promised_at = responded_at, first_promised_due = promised_due"
        " WHERE promised_due IS NOT NULL"
    )


def downgrade() -> None:
    for table, column in reversed(NEW):
        op.drop_column(table, column)
    with op.batch_alter_table('pause', schema=None) as batch_op:
        batch_op.drop_index('uq_pause_open', sqlite_where=sa.text('resumed_at IS NULL'), postgresql_where=sa.text('resumed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pause_region_id'))
        batch_op.drop_index(batch_op.f('ix_pause_call_id'))
        batch_op.drop_index(batch_op.f('ix_pause_assignment_id'))

    op.drop_table('pause')
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.drop_index('uq_extension_open', sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))
        batch_op.drop_index(batch_op.f('ix_extension_region_id'))
        batch_op.drop_index(batch_op.f('ix_extension_file_id'))
        batch_op.drop_index(batch_op.f('ix_extension_call_id'))
        batch_op.drop_index(batch_op.f('ix_extension_assignment_id'))

    op.drop_table('extension')
