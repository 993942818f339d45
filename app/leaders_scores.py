"""Charts 8 and 9: the scores of departments and of agencies, with what townships gave to them shown apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask_babel import gettext

from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.leaders_panels import ALL, Behind, Chart, Panel, Told
from models.base import N_
from models.evaluation import SubjectKind
from models.queries.asked import Asked
from models.queries.scoreboard import Line
from models.queries.scores import Scores, given, scores
from models.scores import ScoreResult
from views.evaluation import score_results

NO_SCORE = N_("No evaluation cycle of this period has scores that you may see.")
MEANT = {
    SubjectKind.department: N_(
        "The latest cycle of the period. A score is made up of what townships gave, by their share of about one third,"
        " and of what was given from above. Departments stand by their place."
    ),
    SubjectKind.agency: N_(
        "The latest cycle of the period. A score is made up of what townships gave, by their share of at least 60"
        " percent, and of the department's part. Capped: not graded excellent, as its townships did not find it so."
    ),
}
TITLES = {
    SubjectKind.department: N_("Scores of departments, with the townships' part"),
    SubjectKind.agency: N_("Scores of agencies, with the townships' part"),
}


def _scores(asked: Asked) -> Scores:
    """Two panels of a page read them."""
    if "scores" not in asked.memo:
        asked.memo["scores"] = scores(db.session(), asked)
    found: Scores = asked.memo["scores"]
    return found


def panel(kind: SubjectKind, asked: Asked) -> Panel:
    found = _scores(asked)
    lines = found.lines.get(kind, [])
    parts = [given(line.result) for line in lines]
    of_agency = kind is SubjectKind.agency
    above = gettext("Points through the department") if of_agency else gettext("Points from above")
    series = (
        (gettext("Points through townships"), [below for below, _ in parts]),
        (above, [rest for _, rest in parts]),
    )
    return Panel(
        title=translated(TITLES[kind]),
        definition=translated(MEANT[kind]),
        by=gettext("Unit"),
        labels=tuple(name_of(line.result.unit) for line in lines),
        series=tuple((name, tuple(None if mark is None else float(mark) for mark in marks)) for name, marks in series),
        keys=tuple(str(line.result.unit_id) for line in lines),
        parts=("below", "above"),
        places=2,
        facts=((gettext("Cycle"), f"{found.cycle.name} · {translated(found.cycle.state.label)}"),)
        if found.cycle
        else (),
        more=_more(lines),
        ranked=kind is SubjectKind.department,
        empty=translated(NO_SCORE),
    )


def _more(lines: Sequence[Line]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Score, what an appeal corrected it to, share, grade, and by what it was capped."""

    def said(line: Line) -> tuple[str, ...]:
        result = line.result
        grade, cap = (translated(word.label) if word else "–" for word in (result.grade, result.capped_by))
        numbers = (result.total, line.corrected, result.share)
        return (*("–" if number is None else f"{number:.2f}" for number in numbers), grade, cap)

    share = gettext("Share of townships")
    heads = (gettext("Score"), gettext("Corrected to"), share, gettext("Grade"), gettext("Capped by"))
    columns = zip(*map(said, lines), strict=True) if lines else ((),) * len(heads)
    return tuple(zip(heads, columns, strict=True))


def rows(kind: SubjectKind, asked: Asked, key: str, part: str) -> Behind | None:
    """The score itself: its page opens it down to what went in."""
    cycle = _scores(asked).cycle
    if cycle is None or key == ALL:
        return None
    result = ScoreResult
    return Behind(score_results, (result.cycle_id == cycle.id, result.subject_kind == kind, result.unit_id == int(key)))


SCORES = tuple(
    Chart(
        number=number,
        title=title,
        icon=icon,
        sources=(Told(name=name, tells=partial(panel, kind), rows=partial(rows, kind), needs=(score_results,)),),
    )
    for number, kind, name, title, icon in (
        (8, SubjectKind.department, "departments", N_("How do departments score?"), "fa-ranking-star"),
        (9, SubjectKind.agency, "agencies", N_("How do agencies score?"), "fa-star-half-stroke"),
    )
)
