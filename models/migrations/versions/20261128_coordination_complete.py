"""Let a coordination case start without a call, and keep its steps, documents and meetings (TA-16, TC-42, TC-49, TC-59).

One step. Safe beside the release before it, which opens cases of calls only. SQLite makes no table anew: what refers to
its rows would be in the way. There, the one column that may be empty from now on is written so into the schema itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_coordination_complete"
down_revision = "0016_refusals_cite"

CASE = "coordination_case"
KEYS = {"list_item_id": "list_item", "opened_by_id": "unit", "agreement_file_id": "attachment"}
OF_CALL = {"list_item_id": "list_item_id", "opened_by_id": "caller_unit_id", "category": "category",
           "description": "description"}  # fmt: skip


def upgrade() -> None:
    op.add_column("case_party", sa.Column("reason", sa.String(500), nullable=False, server_default=""))
    op.add_column(CASE, sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column(CASE, sa.Column("category", sa.String(40), nullable=False, server_default=""))
    op.add_column(CASE, sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True))
    for name, target in KEYS.items():
        _refer(CASE, name, target)
    for name, source in OF_CALL.items():
        op.execute(f"UPDATE {CASE} SET {name} = (SELECT call.{source} FROM call WHERE call.id = {CASE}.call_id)")
    op.execute(f"UPDATE {CASE} SET notified_at = forwarded_at WHERE state <> 'opened'")
    _let_call_be_empty(True)
    _refer("joint_meeting", "case_id", CASE)
    op.create_table('case_document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['coordination_case.id'], ),
    sa.ForeignKeyConstraint(['file_id'], ['attachment.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('case_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_document_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_document_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_document_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_document_unit_id'), ['unit_id'], unique=False)

    op.create_table('offline_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['coordination_case.id'], ),
    sa.ForeignKeyConstraint(['file_id'], ['attachment.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('offline_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offline_step_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_offline_step_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_offline_step_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_offline_step_unit_id'), ['unit_id'], unique=False)

    op.create_table('offline_step_unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('step_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['step_id'], ['offline_step.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('step_id', 'unit_id', name='uq_offline_step_unit'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('offline_step_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offline_step_unit_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_offline_step_unit_step_id'), ['step_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_offline_step_unit_unit_id'), ['unit_id'], unique=False)

def downgrade() -> None:
    op.drop_table("offline_step_unit")
    op.drop_table("offline_step")
    op.drop_table("case_document")
    _forget("joint_meeting", "case_id")
    _let_call_be_empty(False)
    for name in KEYS:
        _forget(CASE, name)
    for name in ("notified_at", "category", "description"):
        op.drop_column(CASE, name)
    op.drop_column("case_party", "reason")


def _refer(table: str, name: str, target: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER REFERENCES {target} (id)")
    op.create_index(f"ix_{table}_{name}", table, [name])


def _forget(table: str, name: str) -> None:
    op.drop_index(f"ix_{table}_{name}", table)
    op.drop_column(table, name)


def _let_call_be_empty(may: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column(CASE, "call_id", nullable=may)
        return
    written = "call_id INTEGER NOT NULL", "call_id INTEGER"
    before, after = written if may else written[::-1]
    op.execute("PRAGMA writable_schema = ON")
    op.execute(f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') WHERE type = 'table' AND name = '{CASE}'")
    op.execute("PRAGMA writable_schema = RESET")
