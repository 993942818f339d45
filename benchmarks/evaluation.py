"""The scores of a county year of calls, and the ratio to the bare SQL that only counts them. One JSON line."""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, select, text

CALLS = 100_000
DAYS = 360
UNITS = "SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM unit WHERE region_id = :region AND unit_type = "
ROWS = (
    f"""
    INSERT INTO call (number, title, state, direction, scope, category, description, place, source, is_cross_region,
      imported, extra, created_at, sent_at, accept_due, accepted_at, resolve_due, resolved_at, confirmed_at, closed_at,
      provisional, reopened, rounds, version, caller_unit_id, region_id)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :calls),
    t(i, at) AS (SELECT i, datetime(:begins, '+' || (i % :days) || ' days', '+8 hours') || '.000000' FROM n),
    u AS ({UNITS} 'township')
    SELECT 'E-' || i, 'Call', 'closed', 'township_to_department', 'complex', '', '', '', 'own', 0, 0, '{{}}',
      at, at, at, at, at, at, CASE WHEN i % 7 THEN at END, at, 0, 0, 1, 1, u.id, :region
    FROM t JOIN u ON u.k = i % 4
    """,
    f"""
    INSERT INTO call_assignment (call_id, department_id, role, state, failure_kind, failed_at, round, dispatched_at,
      respond_due, responded_at, result, rejected_reason, no_item_covers, clause, ruling, provisional, version,
      region_id)
    WITH u AS ({UNITS} 'department')
    SELECT c.id, u.id, 'lead', 'resolved', CASE WHEN c.id % 50 THEN 'none' ELSE 'late_response' END,
      CASE WHEN c.id % 50 THEN NULL ELSE c.sent_at END, 1, c.sent_at, c.sent_at,
      CASE WHEN c.id % 9 THEN c.sent_at END, '', '', 0, '', '', 0, 1, :region
    FROM call c JOIN u ON u.k = c.id % 20 WHERE c.number LIKE 'E-%'
    """,
    """
    INSERT INTO mutual_rating (call_id, assignment_id, rater_unit_id, ratee_unit_id, direction, state, rate_due,
      provisional, level, comment, given_at, revealed_at, imported, version, region_id)
    SELECT c.id, a.id, CASE d WHEN 'of_answer' THEN c.caller_unit_id ELSE a.department_id END,
      CASE d WHEN 'of_answer' THEN a.department_id ELSE c.caller_unit_id END, d, 'revealed', c.closed_at, 0,
      CASE WHEN c.id % 11 THEN 'satisfied' ELSE 'dissatisfied' END, '', c.closed_at, c.closed_at, 0, 1, :region
    FROM call c JOIN call_assignment a ON a.call_id = c.id
    CROSS JOIN (SELECT 'of_answer' AS d UNION ALL SELECT 'of_caller') WHERE c.number LIKE 'E-%'
    """,
    """
    INSERT INTO case_assessment (call_id, unit_id, responded_on_time, resolved, satisfied, points, assessed_at,
      region_id)
    SELECT r.call_id, r.ratee_unit_id, 1, 1, 1, 60 + r.call_id % 41, r.revealed_at, :region
    FROM mutual_rating r JOIN call c ON c.id = r.call_id WHERE c.number LIKE 'E-%'
    """,
)
WITHIN = ">= :from AND {0} < :to AND {1}.region_id = :region GROUP BY 1"
PARTS = "FROM call_assignment a JOIN call c ON c.id = a.call_id"
BARE = tuple(
    f"SELECT {columns}, COUNT(*) {source} WHERE {moment} {WITHIN.format(moment, moment[0])}"
    for columns, source, moment in (
        ("a.department_id, SUM(a.responded_at <= a.respond_due)", PARTS, "a.respond_due"),
        ("a.department_id, SUM(c.confirmed_at IS NOT NULL)", PARTS, "c.resolve_due"),
        ("r.ratee_unit_id, SUM(r.level <> 'dissatisfied')", "FROM mutual_rating r", "r.revealed_at"),
        ("s.unit_id, SUM(s.points)", "FROM case_assessment s", "s.assessed_at"),
    )
)
"""The same counts without the keys of what was counted, and without what rules leave out."""


def main(calls: int = CALLS) -> dict[str, Any]:
    """Fill a demo county with a year of calls, and compute."""
    with tempfile.TemporaryDirectory(prefix="hy", dir="/tmp") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        os.environ |= {"HUYING_DATABASE_URL": url, "HUYING_DATA_DIR": folder, "HUYING_DEMO_PASSWORD": "benchmark-only"}
        figure = _measure(url, calls)
    print(json.dumps(figure, ensure_ascii=False), flush=True)
    return figure


def _measure(url: str, calls: int) -> dict[str, Any]:
    import config
    from app import commands, database
    from jobs import runner

    config.settings.cache_clear()
    runner.engine.cache_clear()
    database.migrate(config.settings())
    commands.demo()
    engine = create_engine(url)
    begins = datetime.now(UTC).date() - timedelta(days=DAYS + 1)
    with engine.begin() as connection:
        when = _fill(connection, calls, begins)
    seconds, parts = _compute(engine, begins)
    with engine.connect() as connection:
        started = time.perf_counter()
        for query in BARE:
            connection.execute(text(query), when).all()
        bare = time.perf_counter() - started
    engine.dispose()
    about = {"figure": "scores of a county year", "database": "sqlite", "calls": calls, "parts": parts}
    return about | {"seconds": round(seconds, 2), "bare_sql": round(bare, 2), "ratio": round(seconds / bare, 1)}


def _fill(connection: Connection, calls: int, begins: date) -> dict[str, Any]:
    region = connection.execute(text("SELECT id FROM unit WHERE code = '330329'")).scalar_one()
    for statement in ROWS:
        said = {"calls": calls, "days": DAYS - 1, "begins": str(begins), "region": region}
        named = {name: value for name, value in said.items() if f":{name}" in statement}
        connection.execute(text(statement), named)
    connection.execute(text("ANALYZE"))
    return {"from": str(begins), "to": str(begins + timedelta(days=DAYS)), "region": region}


def _compute(engine: Any, begins: date) -> tuple[float, int]:
    """The seconds of one computing, and how many parts it wrote."""
    from app.story import cast_of
    from models.door import system_session
    from models.evaluation import EvaluationCycle
    from models.rules.evaluation import CYCLE, prepare_cycle
    from models.rules.indicators import lay_down
    from models.rules.scoring import compute
    from models.scores import ScorePart

    now = datetime.now(UTC)
    with system_session(engine) as session:
        actor = cast_of(session)["assessor"]
        last = begins + timedelta(days=DAYS)
        cycle = EvaluationCycle(name="A year", starts_on=begins, ends_on=last, closes_on=last + timedelta(days=30))
        for name in ("township_share_department", "township_share_agency", "excellent_quota"):
            setattr(cycle, name, EvaluationCycle.__table__.columns[name].default.arg)
        cycle.excellent_from, cycle.good_from, cycle.qualified_from = Decimal(90), Decimal(80), Decimal(60)
        prepare_cycle(session, cycle, actor, now)
        session.add(cycle)
        session.flush()
        lay_down(session, cycle, actor, now)
        for name in ("open_cycle", "close_cycle"):
            CYCLE.move(session, cycle, name, actor=actor, now=now)
        session.flush()
        started = time.perf_counter()
        compute(session, [cycle], now)
        session.flush()
        taken = time.perf_counter() - started
        return taken, len(session.scalars(select(ScorePart.id)).all())


if __name__ == "__main__":
    main()
