"""Keep cases of accountability with the units involved and their deeds, frozen once concluded (TA-17, TA-18).

One step. Safe beside the release before it, which knows none of the tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047_accountability"
down_revision = "0046_scores_are_frozen"

WORDS, MOMENT = sa.String(40), sa.DateTime(timezone=True)
WHY = "what is concluded is frozen"
OF = {"accountability_unit": "{row}.case_id", "accountability_deed": "(SELECT case_id FROM accountability_unit "
      "WHERE id = {row}.part_id)"}  # fmt: skip
"""How a row leads to its case."""


def _table(name: str, *columns: sa.Column | sa.Constraint, keys: dict[str, str], optional: tuple[str, ...] = ()) -> None:
    """`keys`: the tables that the row points at, by the names of its columns."""
    keys = {f"{key}_id": f"{table}.id" for key, table in (keys | {"region": "unit"}).items()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(key, sa.Integer(), nullable=key in optional) for key in keys),
        *(sa.ForeignKeyConstraint([key], [there]) for key, there in keys.items()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for key in keys:
        op.create_index(f"ix_{name}_{key}", name, [key])


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    version = sa.Column("version", sa.Integer(), nullable=False)
    _table(
        "accountability_case",
        sa.Column("number", sa.String(30), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        *_texts("facts", "analysis"),
        sa.Column("opened_at", MOMENT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("analysed_at", "views_due", "concluded_at")),
        version,
        sa.UniqueConstraint("number", name="uq_accountability_case_number"),
        keys={
            "call": "call",
            "coordination_case": "coordination_case",
            "list_item": "list_item",
            "item": "list_item",
            "township": "unit",
            "opened_by": "unit",
        },
        optional=("call_id", "coordination_case_id", "list_item_id", "township_id"),
    )
    op.create_index("ix_accountability_case_region_state", "accountability_case", ["region_id", "state"])
    _table(
        "accountability_unit",
        *(sa.Column(name, WORDS, nullable=False) for name in ("responsibility", "state")),
        *_texts("demanded", "weighing", "view", "duty_cited", "what_was_done", "against_record"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("deeds", "failures")),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("finding", WORDS, nullable=True),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("viewed_at", "found_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("case_id", "unit_id", name="uq_accountability_unit"),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name="ck_accountability_unit_share"),
        keys={"case": "accountability_case", "unit": "unit"},
    )
    _table(
        "accountability_deed",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.UniqueConstraint("part_id", "seq", name="uq_accountability_deed"),
        keys={"part": "accountability_unit"},
    )
    _on_postgresql() if op.get_bind().dialect.name == "postgresql" else _on_sqlite()


def _concluded(case_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM accountability_case WHERE id = {case_id} AND state = 'concluded')"


def _on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        _refuse("accountability_case", verb, "OLD.state = 'concluded'")
    for table, case_id in OF.items():
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            _refuse(table, verb, _concluded(case_id.format(row=row)))


def _refuse(table: str, verb: str, when: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _on_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER accountability_case_frozen BEFORE UPDATE OR DELETE ON accountability_case FOR EACH ROW "
        "WHEN (OLD.state = 'concluded') EXECUTE FUNCTION refuse_frozen()"
    )
    for table, case_id in OF.items():
        for verbs, row, back in (("INSERT", "NEW", "NEW"), ("UPDATE OR DELETE", "OLD", None)):
            name = f"{table}_frozen_{'insert' if back else 'change'}"
            after = "RETURN NEW" if back else "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {_concluded(case_id.format(row=row))} THEN RAISE EXCEPTION '{WHY}'; END IF; {after}; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name in ("accountability_deed", "accountability_unit", "accountability_case"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for table in OF:
            for what in ("insert", "change"):
                op.execute(f"DROP FUNCTION {table}_frozen_{what}()")
