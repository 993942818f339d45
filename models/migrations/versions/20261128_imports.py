"""Keep imports and what their words mean: three tables more.

One step. Safe beside the release before it, which knows none of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_imports"
down_revision = "0003_published_is_frozen"


def upgrade() -> None:
    op.create_table('import_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resource', sa.String(length=40), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('said', sa.String(length=200), nullable=False),
    sa.Column('means', sa.String(length=200), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('region_id', 'resource', 'field', 'said', name='uq_import_word'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('import_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_word_region_id'), ['region_id'], unique=False)

    op.create_table('import_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('resource', sa.String(length=40), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('given', sa.JSON(), nullable=False),
    sa.Column('heads', sa.JSON(), nullable=False),
    sa.Column('without_refused', sa.Boolean(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('same', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Text(), nullable=False),
    sa.Column('unclear', sa.JSON(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['attachment.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('import_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_run_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_run_region_id'), ['region_id'], unique=False)
        batch_op.create_index('ix_import_run_state', ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_run_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_run_user_id'), ['user_id'], unique=False)

    op.create_table('import_row',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_run_id', sa.Integer(), nullable=False),
    sa.Column('sheet', sa.String(length=100), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('action', sa.String(40), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=True),
    sa.Column('subject_version', sa.Integer(), nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['import_run_id'], ['import_run.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_row_region_id'), ['region_id'], unique=False)
        batch_op.create_index('ix_import_row_run_action', ['import_run_id', 'action'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('import_row', schema=None) as batch_op:
        batch_op.drop_index('ix_import_row_run_action')
        batch_op.drop_index(batch_op.f('ix_import_row_region_id'))

    op.drop_table('import_row')
    with op.batch_alter_table('import_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_run_user_id'))
        batch_op.drop_index(batch_op.f('ix_import_run_unit_id'))
        batch_op.drop_index('ix_import_run_state')
        batch_op.drop_index(batch_op.f('ix_import_run_region_id'))
        batch_op.drop_index(batch_op.f('ix_import_run_file_id'))

    op.drop_table('import_run')
    with op.batch_alter_table('import_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_word_region_id'))

    op.drop_table('import_word')
