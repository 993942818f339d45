"""The calculator recomputed by plain SQL and plain Python, sharing no code with the rules, on the demo's evaluation."""

from __future__ import annotations

import json
import sqlite3
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import create_engine, delete, select
from sqlalchemy.pool import NullPool

from models.door import system_session
from models.evaluation import EvaluationCycle
from models.queries.scoreboard import account
from models.rules.scoring import compute
from models.scores import ScoreAppeal, ScoreResult
from tests.conftest import _copy
from tests.make import NOW
from tests.models.test_demo import tell


@pytest.fixture(scope="module")
def path(sqlite_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calculated")
    file = _copy(sqlite_file, folder)
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    tell(engine, NOW, folder / "files")
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def told(path):
    """The database, read past everything of ours."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


CENT = Decimal("0.01")
ANSWERING = "SELECT id FROM unit WHERE unit_type NOT IN ('township', 'street')"
COUNTS = {
    "response_rate": """
        SELECT a.department_id, SUM(a.responded_at <= a.respond_due), COUNT(*) FROM call_assignment a
        JOIN call c ON c.id = a.call_id WHERE a.respond_due >= :begins AND a.respond_due < :ends
        AND a.region_id = :region AND a.state <> 'void' AND NOT c.imported GROUP BY 1""",
    "resolution_rate": """
        SELECT a.department_id, SUM(a.state = 'resolved' AND c.confirmed_at <= :closed), COUNT(*)
        FROM call_assignment a JOIN call c ON c.id = a.call_id AND a.round = c.rounds
        WHERE c.resolve_due >= :begins AND c.resolve_due < :ends AND c.region_id = :region AND NOT c.imported
        AND a.state IN ('pending', 'responded', 'working', 'resolved') GROUP BY 1""",
    "satisfaction_rate": f"""
        SELECT r.ratee_unit_id, SUM(r.level <> 'dissatisfied'), COUNT(*) FROM mutual_rating r
        JOIN call_assignment a ON a.id = r.assignment_id
        WHERE r.state = 'revealed' AND r.revealed_at >= :begins AND r.revealed_at < :ends AND r.region_id = :region
        AND NOT r.imported AND (r.ratee_unit_id IN ({ANSWERING}) OR NOT (a.department_id = r.ratee_unit_id
        AND a.role = 'cooperate')) GROUP BY 1""",
    "case_points": f"""
        SELECT s.unit_id, SUM(s.points), COUNT(*) FROM case_assessment s
        WHERE s.assessed_at >= :begins AND s.assessed_at < :ends AND s.region_id = :region
        AND (s.unit_id IN ({ANSWERING}) OR NOT EXISTS (SELECT 1 FROM call_assignment a WHERE a.call_id = s.call_id
        AND a.department_id = s.unit_id AND a.role = 'cooperate')) GROUP BY 1""",
    "supervision_orders": """
        SELECT unit_id, COUNT(*), COUNT(*) FROM supervision_order
        WHERE issued_at >= :begins AND issued_at < :ends AND region_id = :region GROUP BY 1""",
    "rectifications": """
        SELECT unit_id, SUM(CASE WHEN is_late AND due <= :closed THEN 2 ELSE 1 END), COUNT(*) FROM rectification_order
        WHERE issued_at >= :begins AND issued_at < :ends AND region_id = :region GROUP BY 1""",
    "drawings_complete": """
        SELECT i.lead_department_id, SUM(
            EXISTS (SELECT 1 FROM item_attachment f WHERE f.list_item_id = i.id AND f.kind = 'flow_chart') AND
            EXISTS (SELECT 1 FROM item_attachment f WHERE f.list_item_id = i.id AND f.kind = 'manual')), COUNT(*)
        FROM list_item i JOIN duty_list l ON l.id = i.duty_list_id
        WHERE i.region_id = :region AND l.state IN ('published', 'superseded') AND l.effective_from <= :last
        AND COALESCE(l.effective_to, '9999') >= :last AND i.state <> 'draft'
        AND COALESCE(i.removed_on, '9999') > :last AND i.lead_department_id IS NOT NULL GROUP BY 1""",
    "guarantees_kept": """
        SELECT d.applicant_id, SUM(COALESCE(g.delivered_at <= g.due, 0)), COUNT(*) FROM guarantee_measure g
        JOIN duty_admission d ON d.id = g.admission_id WHERE d.decided_at IS NOT NULL AND g.region_id = :region
        AND g.due >= :begins AND g.due < :ends GROUP BY 1""",
}


def half_up(number):
    return number.quantize(CENT, ROUND_HALF_UP)


def recomputed(told, cycle):
    """(unit → total, unit → values by indicator), from the tables alone."""
    names = {"begins": "begins_at", "ends": "ends_at", "closed": "closed_at", "last": "ends_on", "region": "region_id"}
    when = {name: cycle[column] for name, column in names.items()}
    counts = {name: {row[0]: row for row in told.execute(sql, when)} for name, sql in COUNTS.items()}
    laid = told.execute("SELECT * FROM evaluation_indicator WHERE cycle_id = ?", (cycle["id"],)).fetchall()
    subjects = told.execute(
        "SELECT DISTINCT subject_unit_id, subject_kind FROM evaluation_sheet WHERE cycle_id = ?", (cycle["id"],)
    ).fetchall()
    totals, values = {}, {}
    for unit, kind in subjects:
        of_unit = [(row, value(told, row, unit, counts)) for row in laid if row["subject_kind"] == kind]
        values[unit] = {row["name"]: number for row, number in of_unit}
        totals[unit] = total(cycle, kind, of_unit)
    return totals, values


def value(told, row, unit, counts):
    if row["source"] != "computed":
        scores = told.execute(
            "SELECT s.points, COALESCE(e.coverage, 1) FROM sheet_score s JOIN evaluation_sheet e ON e.id = s.sheet_id "
            "WHERE e.state = 'opened' AND e.subject_unit_id = ? AND s.indicator_id = ?", (unit, row["id"]),
        ).fetchall()  # fmt: skip
        weighed = [(Decimal(str(points)), Decimal(str(weight))) for points, weight in scores]
        if not weighed:
            return None
        return half_up(sum(p * w for p, w in weighed) / sum(w for _, w in weighed))
    _, part, whole = counts[row["formula"]].get(unit, (unit, 0, 0))
    if row["formula"] in ("supervision_orders", "rectifications"):
        return half_up(max(100 - Decimal(str(row["deduct"])) * part, Decimal(0)))
    if not whole:
        return None
    return half_up(Decimal(part or 0) * (1 if row["formula"] == "case_points" else 100) / Decimal(whole))


def mean(of_unit):
    counted = [(Decimal(str(row["weight"])), number) for row, number in of_unit if number is not None]
    return half_up(sum(w * n for w, n in counted) / sum(w for w, _ in counted)) if counted else None


def total(cycle, kind, of_unit):
    if kind == "community" and mean([one for one in of_unit if one[0]["side"] == "bottom_up"]) is None:
        return None
    if kind not in ("department", "agency"):
        return mean(of_unit)
    share = Decimal(str(cycle[f"township_share_{kind}"]))
    below, above = (mean([one for one in of_unit if one[0]["side"] == side]) for side in ("bottom_up", "top_down"))
    return None if None in (below, above) else half_up((share * below + (100 - share) * above) / 100)


@pytest.fixture(scope="module")
def cycle(told):
    return told.execute("SELECT * FROM evaluation_cycle WHERE state = 'published'").fetchone()


@pytest.mark.requirement("TC-53", "TA-32", "TA-38", "TA-39", "TC-56")
def test_another_hand_comes_to_the_same_total_for_every_unit(told, cycle):
    totals, _ = recomputed(told, cycle)
    kept = told.execute("SELECT unit_id, total FROM score_result WHERE cycle_id = ?", (cycle["id"],)).fetchall()
    assert len(kept) > 50
    assert {unit: None if t is None else Decimal(str(t)).quantize(CENT) for unit, t in kept} == totals


@pytest.mark.requirement("TC-53", "LX-29")
def test_another_hand_comes_to_the_same_value_for_every_indicator(told, cycle):
    _, values = recomputed(told, cycle)
    kept = told.execute(
        "SELECT r.unit_id, i.name, p.value FROM score_part p JOIN score_result r ON r.id = p.result_id "
        "JOIN evaluation_indicator i ON i.id = p.indicator_id WHERE r.cycle_id = ?", (cycle["id"],),
    ).fetchall()  # fmt: skip
    found = {(unit, name): None if v is None else Decimal(str(v)).quantize(CENT) for unit, name, v in kept}
    assert found == {(unit, name): number for unit, of_unit in values.items() for name, number in of_unit.items()}
    computed = {row["name"] for row in told.execute("SELECT name FROM evaluation_indicator WHERE source = 'computed'")}
    assert {name for (_, name), number in found.items() if number is not None} >= computed - {
        "准入事项保障按期到位"
    }  # of which none fell due


@pytest.mark.requirement("TC-53", "TA-31")
def test_every_part_names_the_records_that_it_counted(told, cycle):
    rows = told.execute(
        "SELECT p.formula, p.numerator, p.denominator, p.records FROM score_part p JOIN score_result r "
        "ON r.id = p.result_id WHERE r.cycle_id = ?", (cycle["id"],),
    ).fetchall()  # fmt: skip
    for formula, numerator, denominator, records in rows:
        keys = json.loads(records)
        assert len(set(keys["of"])) == len(keys["of"])
        if formula is not None:
            assert len(keys["of"]) == denominator
        if formula not in (None, "case_points"):
            assert len(keys["with"]) + (denominator if formula == "rectifications" else 0) == numerator
            assert set(keys["with"]) <= set(keys["of"])


@pytest.mark.requirement("TC-53")
def test_what_is_stored_gives_the_total_and_the_record_the_seal_again(path):
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with system_session(engine) as session:
        cycle = session.scalars(select(EvaluationCycle).where(EvaluationCycle.state == "published")).one()
        results = session.scalars(select(ScoreResult).where(ScoreResult.cycle_id == cycle.id)).all()
        assert [account(session, result).total for result in results] == [result.total for result in results]
        seals = {result.unit_id: result.inputs_hash for result in results}
        session.execute(delete(ScoreAppeal))  # it names a score; what is published is not computed anew
        assert compute(session, [cycle], NOW)[cycle.id] == cycle.results_hash
        session.expire_all()
        again = session.scalars(select(ScoreResult).where(ScoreResult.cycle_id == cycle.id))
        assert {result.unit_id: result.inputs_hash for result in again} == seals
        session.rollback()
    engine.dispose()


@pytest.mark.requirement("TA-40")
def test_the_demo_shows_a_regional_agency_a_cap_and_a_correction(told, cycle):
    regional = told.execute(
        "SELECT a.unit_id, COUNT(*) FROM evaluation_sheet s JOIN agency_aggregate a ON a.id = s.aggregate_id "
        "WHERE s.side = 'bottom_up' AND a.cycle_id = ? GROUP BY 1 HAVING COUNT(*) > 1", (cycle["id"],),
    ).fetchall()  # fmt: skip
    assert [count for _, count in regional] == [3]
    capped = "SELECT grade FROM score_result WHERE capped_by = 'township_grade'"
    assert {grade for (grade,) in told.execute(capped)} == {"good"}
    (appeal,) = told.execute("SELECT published_total, corrected_total, signature FROM score_appeal").fetchall()
    assert appeal["corrected_total"] - appeal["published_total"] == pytest.approx(0.35)
    assert appeal["signature"]
    waiting = told.execute(
        "SELECT COUNT(*) FROM evaluation_sheet s JOIN evaluation_cycle c ON c.id = s.cycle_id JOIN unit u "
        "ON u.id = s.rater_unit_id WHERE c.state = 'open' AND s.state = 'draft' AND u.name = '罗阳镇'"
    ).fetchone()
    assert waiting[0] > 20
