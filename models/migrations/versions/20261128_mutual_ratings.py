"""Rate each other when a call is solved, close it, and assess every unit involved (TA-28, TC-34, LX-29).

One step. Safe beside the release before it, which closes no call. Every county gets the proposed limit, or nobody could
confirm any more. Calls that were confirmed before get a limit that is over: nobody owes them a rating, and the nightly
audit has them closed. Revealed ratings and assessments are frozen by the database itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_mutual_ratings"
down_revision = "0014_circulars"

WHY = "what is revealed or assessed is frozen"
FROZEN = (
    ("mutual_rating", "OLD.state IN ('revealed', 'not_rated')"),
    ("case_assessment", "1 = 1"),
)
BASIS = "参考拟定 / composed:五篇材料均未规定满意度评价的天数"


def upgrade() -> None:
    for name in ("rate_due", "closed_at"):
        op.add_column("call", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _add_tables()
    op.execute(
        "INSERT INTO time_limit (region_id, clock, scope, amount, unit, basis) "
        f"SELECT DISTINCT region_id, 'rate', NULL, 5, 'working_day', '{BASIS}' FROM time_limit"
    )
    op.execute("UPDATE \"call\" SET rate_due = confirmed_at WHERE state = 'resolved'")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_rated() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
        )
    for table, when in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_frozen_{verb.lower()}"
            if op.get_bind().dialect.name == "postgresql":
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW WHEN ({when}) "
                    "EXECUTE FUNCTION refuse_rated()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} "
                    f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
                )


def _add_tables() -> None:
    op.create_table('case_assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('responded_on_time', sa.Boolean(), nullable=True),
    sa.Column('resolved', sa.Boolean(), nullable=True),
    sa.Column('satisfied', sa.Boolean(), nullable=True),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('assessed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('points BETWEEN 0 AND 100', name='ck_case_assessment_points'),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('call_id', 'unit_id', name='uq_case_assessment'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('case_assessment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_assessment_assessed_at'), ['assessed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_assessment_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_assessment_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_assessment_unit_id'), ['unit_id'], unique=False)

    op.create_table('mutual_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('rater_unit_id', sa.Integer(), nullable=False),
    sa.Column('ratee_unit_id', sa.Integer(), nullable=False),
    sa.Column('direction', sa.String(40), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('rate_due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('provisional', sa.Boolean(), nullable=False),
    sa.Column('level', sa.String(40), nullable=True),
    sa.Column('timeliness', sa.Integer(), nullable=True),
    sa.Column('quality', sa.Integer(), nullable=True),
    sa.Column('attitude', sa.Integer(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('attitude BETWEEN 1 AND 5', name='ck_mutual_rating_attitude'),
    sa.CheckConstraint('quality BETWEEN 1 AND 5', name='ck_mutual_rating_quality'),
    sa.CheckConstraint('rater_unit_id <> ratee_unit_id', name='ck_mutual_rating_sides'),
    sa.CheckConstraint('timeliness BETWEEN 1 AND 5', name='ck_mutual_rating_timeliness'),
    sa.ForeignKeyConstraint(['assignment_id'], ['call_assignment.id'], ),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], ),
    sa.ForeignKeyConstraint(['ratee_unit_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['rater_unit_id'], ['unit.id'], ),
    sa.ForeignKeyConstraint(['region_id'], ['unit.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('assignment_id', 'direction', name='uq_mutual_rating'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('mutual_rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mutual_rating_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mutual_rating_call_id'), ['call_id'], unique=False)
        batch_op.create_index('ix_mutual_rating_ratee', ['ratee_unit_id', 'state'], unique=False)
        batch_op.create_index('ix_mutual_rating_rater', ['rater_unit_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_mutual_rating_region_id'), ['region_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mutual_rating_revealed_at'), ['revealed_at'], unique=False)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, _ in FROZEN:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_frozen_{verb}" + (f" ON {table}" if postgresql else ""))
        op.drop_table(table)
    if postgresql:
        op.execute("DROP FUNCTION refuse_rated()")
    op.execute("DELETE FROM time_limit WHERE clock = 'rate'")
    op.execute("UPDATE \"call\" SET state = 'resolved' WHERE state = 'closed'")
    op.execute("DELETE FROM promise WHERE job = 'rating_watch'")
    for name in ("closed_at", "rate_due"):
        op.drop_column("call", name)
