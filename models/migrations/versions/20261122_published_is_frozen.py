"""Let the database itself refuse to change what has been published (TC-26).

One step. Safe beside any release: no rule changes the words of an edition in force, or of one before it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_published_is_frozen"
down_revision = "0002_lists_append_only"

LIVING = {
    "duty_list": {"id", "state", "effective_to", "idle_due", "version"},
    "list_item": {"id", "state", "replaced_by_id", "removed_reason", "is_idle", "version"},
}
"""What still changes when an edition is in force, or is replaced."""

CHILDREN = ("item_cooperation", "item_indicator")
"""What binds with the item, and is frozen with it."""

FROZEN = {
    "duty_list": "OLD.state IN ('published', 'superseded')",
    "list_item": "OLD.state <> 'draft'",
}
WHY = "what is published is frozen"


def upgrade() -> None:
    columns = {table: _frozen_columns(table) for table in LIVING}
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql(columns)
        return
    for table, names in columns.items():
        differ = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in names)
        op.execute(_refuse(f"{table}_frozen_update", f"UPDATE ON {table}", f"{FROZEN[table]} AND ({differ})"))
        op.execute(_refuse(f"{table}_frozen_delete", f"DELETE ON {table}", FROZEN[table]))
    for child in CHILDREN:
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            of_item = f"EXISTS (SELECT 1 FROM list_item WHERE id = {row}.list_item_id AND state <> 'draft')"
            op.execute(_refuse(f"{child}_frozen_{verb.lower()}", f"{verb} ON {child}", of_item))


def _frozen_columns(table: str) -> list[str]:
    return [c["name"] for c in sa.inspect(op.get_bind()).get_columns(table) if c["name"] not in LIVING[table]]


def _refuse(name: str, event: str, when: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"


def _on_postgresql(columns: dict[str, list[str]]) -> None:
    op.execute(
        "CREATE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_of_frozen_item() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE item integer; BEGIN "
        "IF TG_OP = 'INSERT' THEN item := NEW.list_item_id; ELSE item := OLD.list_item_id; END IF; "
        "IF EXISTS (SELECT 1 FROM list_item WHERE id = item AND state <> 'draft') THEN "
        f"RAISE EXCEPTION '{WHY}'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    for table, names in columns.items():
        # JSON has no equality of its own in PostgreSQL.
        differ = " OR ".join(f'OLD."{name}"::text IS DISTINCT FROM NEW."{name}"::text' for name in names)
        op.execute(
            f"CREATE TRIGGER {table}_frozen_update BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({FROZEN[table]} AND ({differ})) EXECUTE FUNCTION refuse_frozen()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_frozen_delete BEFORE DELETE ON {table} FOR EACH ROW "
            f"WHEN ({FROZEN[table]}) EXECUTE FUNCTION refuse_frozen()"
        )
    for child in CHILDREN:
        op.execute(
            f"CREATE TRIGGER {child}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {child} FOR EACH ROW "
            "EXECUTE FUNCTION refuse_of_frozen_item()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in LIVING:
            op.execute(f"DROP TRIGGER {table}_frozen_update ON {table}")
            op.execute(f"DROP TRIGGER {table}_frozen_delete ON {table}")
        for child in CHILDREN:
            op.execute(f"DROP TRIGGER {child}_frozen ON {child}")
        op.execute("DROP FUNCTION refuse_frozen()")
        op.execute("DROP FUNCTION refuse_of_frozen_item()")
        return
    for table in LIVING:
        op.execute(f"DROP TRIGGER {table}_frozen_update")
        op.execute(f"DROP TRIGGER {table}_frozen_delete")
    for child in CHILDREN:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {child}_frozen_{verb}")
