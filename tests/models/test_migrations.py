"""Migrations make exactly the tables that the models describe, on both databases."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

import models  # noqa: F401  (every table)
from app.database import revision, upgrade
from config import ROOT
from models.base import Model

pytestmark = pytest.mark.databases


@pytest.fixture
def migrated(bare_url):
    upgrade(bare_url)
    engine = create_engine(bare_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def test_a_migrated_database_is_what_the_models_say(migrated):
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_the_comparison_sees_a_column_that_no_migration_makes(migrated):
    with migrated.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE call ADD COLUMN forgotten INTEGER")
    with migrated.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Model.metadata)
    assert [difference[0] for difference in differences] == ["remove_column"]


def test_every_value_of_a_word_is_checked_by_the_database_alike(migrated):
    """Checks are compared by name: Alembic leaves them out."""
    inspector = inspect(migrated)
    for table in Model.metadata.sorted_tables:
        named = {str(rule.name) for rule in table.constraints if type(rule).__name__ == "CheckConstraint" and rule.name}
        assert {rule["name"] for rule in inspector.get_check_constraints(table.name)} >= named, table.name


def test_there_is_one_line_of_migrations_and_upgrading_twice_is_upgrading_once(bare_url):
    upgrade(bare_url)
    upgrade(bare_url)
    heads = ScriptDirectory(str(ROOT / "models" / "migrations")).get_heads()
    assert [revision(bare_url)] == heads


def test_the_key_of_a_deleted_row_is_never_given_again(migrated):
    """Its history would become another's. A sequence of PostgreSQL never goes back; SQLite has to be told."""
    lite = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    large = "SELECT table_name FROM information_schema.columns WHERE column_default LIKE 'nextval%%'"
    with migrated.connect() as connection:
        counting = connection.exec_driver_sql(lite if migrated.dialect.name == "sqlite" else large).scalars().all()
    ours = {mapper.local_table.name for mapper in Model.registry.mappers}
    assert ours - set(counting) <= {"recorder_head"}, "its key is the county's"


def test_the_ladders_that_are_there_are_in_force(bare_url):
    upgrade(bare_url)
    alembic = Config(toml_file=ROOT / "pyproject.toml")
    alembic.attributes["url"] = bare_url
    found = ScriptDirectory.from_config(alembic).walk_revisions()
    before = next(script.down_revision for script in found if script.revision.endswith("_ladders"))
    command.downgrade(alembic, before)
    engine = create_engine(bare_url, poolclass=NullPool)
    step = text(
        "INSERT INTO reminder_step (region_id, job, level, name, point, amount, unit, duty_officer, heads, supervision,"
        " leaders, source) VALUES (1, :job, :level, 'Step', 'after_end', 1, 'day', :yes, :no, :no, :no, '')"
    )
    county = text(
        "INSERT INTO unit (id, code, name, short_name, unit_type, division_code, path, search_key)"
        " VALUES (1, 'a', 'A', '', 'county', '', '/1/', '')"
    )
    steps = [("promise_remind", 1), ("respond_remind", 0), ("respond_remind", 1)]
    with engine.begin() as connection:
        connection.execute(county)
        connection.execute(step, [{"job": job, "level": level, "yes": True, "no": False} for job, level in steps])
    upgrade(bare_url)
    with engine.connect() as connection:
        of = "SELECT l.job, s.level FROM reminder_step s JOIN reminder_ladder l ON l.id = s.ladder_id"
        rows = connection.execute(text(f"{of} WHERE l.state = 'in_force' ORDER BY 1, 2")).all()
        assert ([tuple(row) for row in rows], connection.scalar(text("SELECT count(*) FROM reminder_ladder"))) == (
            steps,
            2,
        )
    command.downgrade(alembic, before)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT job, level FROM reminder_step ORDER BY 1, 2")).all()
        assert [tuple(row) for row in kept] == steps
    engine.dispose()


def test_a_warning_that_is_there_says_of_which_step_it_is(bare_url):
    upgrade(bare_url)
    alembic = Config(toml_file=ROOT / "pyproject.toml")
    alembic.attributes["url"] = bare_url
    engine = create_engine(bare_url, poolclass=NullPool)
    county = text(
        "INSERT INTO unit (id, code, name, short_name, unit_type, division_code, path, search_key)"
        " VALUES (1, 'a', 'A', '', 'county', '', '/1/', '')"
    )
    warning = text(
        "INSERT INTO early_warning (region_id, key, kind, unit_id, category, number, usual, found_at)"
        " VALUES (1, :key, :kind, 1, '', 9, 3, '2026-11-30 01:00:00+00:00')"
    )
    rows = [("rise:1", "rise"), ("stuck:1:dispatched_at", "stuck"), ("stuck:1:responded_at", "unfinished")]
    with engine.begin() as connection:
        connection.execute(county)
        connection.execute(warning, [{"key": key, "kind": kind} for key, kind in rows])

    def kinds():
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT kind FROM early_warning ORDER BY key")))

    command.downgrade(alembic, "0052_step_files_of_villages")
    before = kinds()
    upgrade(bare_url)
    assert (before, kinds()) == (["rise", "stuck", "stuck"], [kind for _, kind in rows])
    engine.dispose()
