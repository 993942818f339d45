"""Let the database itself keep what was published from growing, and from going back (TC-26).

One step. Safe beside any release: no rule puts an item into an edition in force, or calls one back to a draft.
"""

from alembic import op

revision = "0026_published_takes_nothing_in"
down_revision = "0025_webhooks"

WHY = "what is published is frozen"
PAST = "('published', 'superseded')"
INTO = f"EXISTS (SELECT 1 FROM duty_list WHERE id = NEW.duty_list_id AND state IN {PAST})"

ENDED = ("state", "removed_on", "removed_reason", "replaced_by_id")
"""How an item has ended; said once."""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    differ = " OR ".join(f"OLD.{n} IS {'DISTINCT FROM' if postgresql else 'NOT'} NEW.{n}" for n in ENDED)
    back = {
        "duty_list": f"OLD.state IN {PAST} AND NEW.state NOT IN {PAST} "
        "OR OLD.state = 'superseded' AND NEW.state <> OLD.state",
        "list_item": f"OLD.state = 'published' AND NEW.state = 'draft' "
        f"OR OLD.state IN ('superseded', 'removed') AND ({differ})",
    }
    if postgresql:
        op.execute(
            "CREATE FUNCTION refuse_into_published() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {INTO} THEN RAISE EXCEPTION '{WHY}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER list_item_frozen_insert BEFORE INSERT ON list_item FOR EACH ROW "
            "EXECUTE FUNCTION refuse_into_published()"
        )
        for table, when in back.items():
            op.execute(
                f"CREATE TRIGGER {table}_frozen_state BEFORE UPDATE ON {table} FOR EACH ROW "
                f"WHEN ({when}) EXECUTE FUNCTION refuse_frozen()"
            )
        return
    op.execute(_refuse("list_item_frozen_insert", "INSERT ON list_item", INTO))
    for table, when in back.items():
        op.execute(_refuse(f"{table}_frozen_state", f"UPDATE ON {table}", when))


def _refuse(name: str, event: str, when: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table in (
        ("list_item_frozen_insert", "list_item"),
        ("duty_list_frozen_state", "duty_list"),
        ("list_item_frozen_state", "list_item"),
    ):
        op.execute(f"DROP TRIGGER {name}{f' ON {table}' if postgresql else ''}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_into_published()")
