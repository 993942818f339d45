"""Reminder ladders as wholes: drafted, rehearsed, in force, retired. Steps that tell the county office, or are counted (TC-36).

One step. The ladders that are there are in force. The release before it reads the job of a step, and is stopped first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_ladders"
down_revision = "0029_module_contacts"

STEP = "reminder_step"
COUNTED = {"after_count": sa.Integer(), "of_level": sa.Integer(), "within": sa.String(40)}
CHECKS = (
    sa.CheckConstraint("level BETWEEN 0 AND 9", name="ck_reminder_step_level"),
    sa.CheckConstraint("amount >= 0", name="ck_reminder_step_amount"),
)
IN_FORCE = "state = 'in_force'"
COUNTS = ("clocks", "sent", "sent_now", "busiest_sent", "busiest_sent_now", "to_leaders", "to_leaders_now")


def upgrade() -> None:
    _table(
        "reminder_ladder",
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("uq_reminder_ladder_in_force", "reminder_ladder", ["region_id", "job"], unique=True,
                    sqlite_where=sa.text(IN_FORCE), postgresql_where=sa.text(IN_FORCE))  # fmt: skip
    op.execute(
        "INSERT INTO reminder_ladder (region_id, job, state, basis, version) "
        f"SELECT DISTINCT region_id, job, 'in_force', '', 1 FROM {STEP}"
    )
    op.add_column(STEP, sa.Column("county_office", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, kind in COUNTED.items():
        op.add_column(STEP, sa.Column(name, kind, nullable=True))
    op.execute(f"ALTER TABLE {STEP} ADD COLUMN ladder_id INTEGER REFERENCES reminder_ladder (id)")
    op.execute(
        f"UPDATE {STEP} SET ladder_id = (SELECT l.id FROM reminder_ladder l "
        f"WHERE l.region_id = {STEP}.region_id AND l.job = {STEP}.job)"
    )
    with op.batch_alter_table(STEP, table_args=CHECKS, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint("uq_reminder_step", type_="unique")
        batch_op.alter_column("ladder_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("job")
        batch_op.create_unique_constraint("uq_reminder_step", ["ladder_id", "level"])
    op.create_index("ix_reminder_step_ladder_id", STEP, ["ladder_id"])
    _table(
        "ladder_rehearsal",
        sa.Column("ladder_id", sa.Integer(), sa.ForeignKey("reminder_ladder.id"), nullable=False),
        sa.Column("supposes", sa.String(40), nullable=False),
        sa.Column("quarter", sa.String(7), nullable=False),
        sa.Column("rehearsed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("busiest_day", "busiest_day_now")),
    )
    _table(
        "ladder_rehearsal_line",
        sa.Column("rehearsal_id", sa.Integer(), sa.ForeignKey("ladder_rehearsal.id"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("sent_now", sa.Integer(), nullable=False),
    )
    _table(
        "ladder_rehearsal_call",
        sa.Column("rehearsal_id", sa.Integer(), sa.ForeignKey("ladder_rehearsal.id"), nullable=False),
        sa.Column("call_id", sa.Integer(), sa.ForeignKey("call.id"), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("reached_at", "reached_at_now")),
    )


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), primary_key=True),
        *columns,
        sa.Column("region_id", sa.Integer(), sa.ForeignKey("unit.id"), nullable=False),
        sqlite_autoincrement=True,
    )
    for column in (*columns, sa.Column("region_id")):
        if column.name.endswith("_id"):
            op.create_index(f"ix_{name}_{column.name}", name, [column.name])


def downgrade() -> None:
    for name in ("ladder_rehearsal_call", "ladder_rehearsal_line", "ladder_rehearsal"):
        op.drop_table(name)
    op.execute(
        f"DELETE FROM {STEP} WHERE point = 'by_count' "
        f"OR ladder_id NOT IN (SELECT id FROM reminder_ladder WHERE {IN_FORCE})"
    )
    op.add_column(STEP, sa.Column("job", sa.String(40), nullable=True))
    op.execute(f"UPDATE {STEP} SET job = (SELECT l.job FROM reminder_ladder l WHERE l.id = {STEP}.ladder_id)")
    op.drop_index("ix_reminder_step_ladder_id", STEP)
    with op.batch_alter_table(STEP, table_args=CHECKS, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint("uq_reminder_step", type_="unique")
        batch_op.alter_column("job", existing_type=sa.String(40), nullable=False)
        batch_op.create_unique_constraint("uq_reminder_step", ["region_id", "job", "level"])
        for name in ("ladder_id", "county_office", *COUNTED):
            batch_op.drop_column(name)
    op.drop_table("reminder_ladder")
