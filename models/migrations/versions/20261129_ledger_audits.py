"""Keep what the self-audit of each night found; the database itself refuses to change or delete it.

One step. Safe beside the release before it, which does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_ledger_audits"
down_revision = "0030_ladders"

FIGURES = ("promises", "kept", "late", "missed", "doubled", "lost", "silent", "restored", "recorder_seq")


def upgrade() -> None:
    op.create_table(
        "ledger_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        sa.Column("recorder_hash", sa.String(64), nullable=False),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region_id", "day", name="uq_ledger_audit"),
        sqlite_autoincrement=True,
    )
    for name in ("audited_at", "region_id"):
        op.create_index(f"ix_ledger_audit_{name}", "ledger_audit", [name])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the self-audits are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_audit_is_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_audit_no_{verb.lower()} BEFORE {verb} ON ledger_audit "
            "BEGIN SELECT RAISE(ABORT, 'the self-audits are append-only'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above.
    op.execute(
        "CREATE TRIGGER ledger_audit_no_replace BEFORE INSERT ON ledger_audit WHEN EXISTS "
        "(SELECT 1 FROM ledger_audit WHERE id = NEW.id OR (region_id = NEW.region_id AND day = NEW.day)) "
        "BEGIN SELECT RAISE(ABORT, 'the self-audits are append-only'); END"
    )


def downgrade() -> None:
    op.drop_table("ledger_audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_audit_is_append_only()")
