"""Let the database itself refuse to change what was submitted under seal, and what was published of scores (TC-53).

One step. Safe beside any release: no rule changes a sheet that was submitted, or a score that is published.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046_scores_are_frozen"
down_revision = "0045_evaluation"

WHY = "what is published is frozen"
LATER = "state IN ('open', 'closed', 'computed', 'confirmed', 'published')"


def _of_cycle(row: str, key: str, state: str) -> str:
    return f"EXISTS (SELECT 1 FROM evaluation_cycle c WHERE c.id = {row}.{key} AND c.{state})"


def _of_result(row: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM score_result r JOIN evaluation_cycle c ON c.id = r.cycle_id "
        f"WHERE r.id = {row}.result_id AND c.state = 'published')"
    )


def _of_sheet(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM evaluation_sheet s WHERE s.id = {row}.sheet_id AND s.state <> 'draft')"


ALL = ("INSERT", "UPDATE", "DELETE")
FROZEN = (
    ("evaluation_indicator", ALL, lambda row: _of_cycle(row, "cycle_id", LATER)),
    ("sheet_score", ALL, _of_sheet),
    ("score_result", ALL, lambda row: _of_cycle(row, "cycle_id", "state = 'published'")),
    ("score_part", ALL, _of_result),
    ("agency_aggregate", ALL, lambda row: _of_cycle(row, "cycle_id", "state IN ('confirmed', 'published')")),
    ("evaluation_sheet", ("UPDATE", "DELETE"), lambda row: f"{row}.state IN ('opened', 'lapsed')"),
    ("evaluation_cycle", ("UPDATE", "DELETE"), lambda row: f"{row}.state = 'published'"),
)
"""Of each table: by which statements nothing changes any more, and when."""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, verbs, when in FROZEN:
        for verb in verbs:
            name, row = f"{table}_frozen_{verb.lower()}", "NEW" if verb == "INSERT" else "OLD"
            (_on_postgresql if postgresql else _on_sqlite)(name, table, verb, when(row))
    columns = [c["name"] for c in sa.inspect(op.get_bind()).get_columns("evaluation_sheet")]
    living = {"id", "state", "version"}
    differ = " OR ".join(
        f'OLD."{name}"::text IS DISTINCT FROM NEW."{name}"::text' if postgresql else f'OLD."{name}" IS NOT NEW."{name}"'
        for name in columns
        if name not in living
    )
    sealed = f"OLD.state = 'submitted' AND ({differ} OR NEW.state NOT IN ('submitted', 'opened'))"
    (_on_postgresql if postgresql else _on_sqlite)("evaluation_sheet_sealed", "evaluation_sheet", "UPDATE", sealed)


def _on_sqlite(name: str, table: str, verb: str, when: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END")


def _on_postgresql(name: str, table: str, verb: str, when: str) -> None:
    """A condition of a trigger may not ask another table: the function does."""
    back = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{WHY}'; END IF; RETURN {back}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()"
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    names = [(f"{table}_frozen_{verb.lower()}", table) for table, verbs, _ in FROZEN for verb in verbs]
    for name, table in [*names, ("evaluation_sheet_sealed", "evaluation_sheet")]:
        op.execute(f"DROP TRIGGER {name}{f' ON {table}' if postgresql else ''}")
        if postgresql:
            op.execute(f"DROP FUNCTION refuse_{name}()")
