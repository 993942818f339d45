"""Many calls, written by the database itself: the demo county's tables with as many rows as a province has in years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

CALL = """
INSERT INTO call (number, title, state, direction, scope, category, description, place, source, is_cross_region,
  created_at, sent_at, accept_due, resolve_due, imported, provisional, reopened, rounds, version, extra, caller_unit_id,
  list_item_id, region_id)
SELECT 'B-' || i, '测试事项 ' || i || CASE WHEN i % 660 = 0 THEN ' 王伟芳' ELSE '' END,
  CASE i % 5 WHEN 0 THEN 'submitted' WHEN 1 THEN 'dispatched' WHEN 2 THEN 'in_progress' ELSE 'resolved' END,
  'township_to_department', CASE i % 3 WHEN 0 THEN 'complex' WHEN 1 THEN 'key' ELSE 'emergency' END,
  '类别' || (i % 8), '情况说明', '', 'own', {no}, {at}, {at}, {at}, {at}, {no}, {no}, 0, 1, 1, '{{}}',
  (SELECT id FROM unit WHERE code = CASE i % 4 WHEN 0 THEN '330329100' WHEN 1 THEN '330329111' WHEN 2 THEN '330329104'
   ELSE '330329106' END), {item}, {region}
FROM {series}
"""
COURSE = """
UPDATE call SET accepted_at = sent_at, resolve_from = sent_at,
  resolved_at = CASE state WHEN 'resolved' THEN resolve_due END,
  confirmed_at = CASE state WHEN 'resolved' THEN resolve_due END
WHERE number LIKE 'B-%' AND state <> 'submitted'
"""
ASSIGNMENT = """
INSERT INTO call_assignment (call_id, department_id, role, state, failure_kind, round, dispatched_at, respond_due,
  responded_at, result, rejected_reason, no_item_covers, provisional, version, region_id)
SELECT id, {department}, 'lead', CASE state WHEN 'dispatched' THEN 'pending' WHEN 'in_progress' THEN 'responded'
  ELSE 'resolved' END, 'none', 1, sent_at, sent_at, CASE WHEN state <> 'dispatched' THEN accept_due END,
  '', '', {no}, {no}, 1, region_id
FROM call WHERE number LIKE 'B-%' AND state <> 'submitted'
"""
PROMISE = """
INSERT INTO promise (job, subject_type, subject_id, step, occurrence, due_at, state, cause, region_id)
SELECT 'accept_watch', 'call', id, 2, 1, {at}, 'planned', '', region_id
FROM call WHERE number LIKE 'B-%' AND state = 'submitted' ORDER BY id LIMIT {promises}
"""


def fill(engine: Engine, calls: int, promises: int) -> None:
    """Add calls, an assignment for each that was dispatched, and promises that are due."""
    postgresql = engine.dialect.name == "postgresql"
    moment = datetime.now(UTC).replace(microsecond=0)
    words = {
        "no": "false" if postgresql else "0",
        "at": _moment(postgresql, moment - timedelta(days=3)),
        "series": f"(SELECT generate_series(1, {calls}) AS i) s"
        if postgresql
        else f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {calls}) SELECT i FROM n) s",
        "promises": promises,
    }
    with engine.begin() as connection:

        def one(query: str) -> int:
            found: int = connection.execute(text(query)).scalar_one()
            return found

        words["region"] = one("SELECT id FROM unit WHERE code = '330329'")
        words["item"] = one(f"SELECT min(id) FROM list_item WHERE region_id = {words['region']}")
        words["department"] = one("SELECT id FROM unit WHERE code = '330329-zhzf'")
        for statement in (CALL, COURSE, ASSIGNMENT, PROMISE):
            connection.execute(text(statement.format(**words)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _moment(postgresql: bool, latest: datetime) -> str:
    """Spread over two years, the newest last."""
    if postgresql:
        return f"timestamptz '{latest:%Y-%m-%d %H:%M:%S+00}' - (random() * 730) * interval '1 day'"
    return f"datetime('{latest:%Y-%m-%d %H:%M:%S}', '-' || abs(random() % 730) || ' days')"
