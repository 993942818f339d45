"""Let the database itself refuse to change or delete what the recorder holds.

One step. Safe beside any release: nothing has ever updated or deleted an entry.
"""

from alembic import op

revision = "0002_lists_append_only"
down_revision = "0001_lists"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION recorder_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the recorder is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER recorder_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recorder_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION recorder_is_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER recorder_entry_no_{verb.lower()} BEFORE {verb} ON recorder_entry "
            "BEGIN SELECT RAISE(ABORT, 'the recorder is append-only'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger above.
    op.execute(
        "CREATE TRIGGER recorder_entry_no_replace BEFORE INSERT ON recorder_entry WHEN EXISTS "
        "(SELECT 1 FROM recorder_entry WHERE id = NEW.id OR (chain = NEW.chain AND seq = NEW.seq)) "
        "BEGIN SELECT RAISE(ABORT, 'the recorder is append-only'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER recorder_entry_append_only ON recorder_entry")
        op.execute("DROP FUNCTION recorder_is_append_only()")
        return
    op.execute("DROP TRIGGER recorder_entry_no_update")
    op.execute("DROP TRIGGER recorder_entry_no_delete")
    op.execute("DROP TRIGGER recorder_entry_no_replace")
