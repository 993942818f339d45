"""The panels of disputes: how rejections and cases end, how long each stage takes, and which misconduct is named."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import true

from app.engine.fields import translated
from app.extensions import db
from app.leaders_own import CONSOLES, rounded
from app.leaders_panels import ALL, Behind, Panel
from models.coordination import CoordinationCase
from models.queries import misconduct, outcomes
from models.queries.asked import Asked
from models.queries.case_times import STAGES
from models.words import Misconduct


def _outcomes(asked: Asked) -> outcomes.Outcomes:
    """Two panels of a page read them."""
    if "outcomes" not in asked.memo:
        asked.memo["outcomes"] = outcomes.outcomes(db.session(), asked)
    found: outcomes.Outcomes = asked.memo["outcomes"]
    return found


def outcomes_panel(asked: Asked) -> Panel:
    found = _outcomes(asked)
    return Panel(
        title=gettext("Rejections, and cases by outcome"),
        definition=gettext(
            "Parts of calls rejected in the period, also if the rejection was taken back since; cases opened in it, and"
            " what has become of them by now."
        ),
        by=gettext("Outcome"),
        labels=tuple(translated(label) for label, _, _ in outcomes.OUTCOMES.values()),
        series=((gettext("Count"), tuple(found.counts.values())),),
        keys=tuple(outcomes.OUTCOMES),
        parts=("count",),
        empty=gettext("Nothing was rejected and no case was opened in this period."),
    )


def outcomes_rows(asked: Asked, key: str, part: str) -> Behind | None:
    if key not in outcomes.OUTCOMES:
        return None
    return Behind(CONSOLES[outcomes.OUTCOMES[key][1]], (outcomes.behind(asked, key),))


def stages_panel(asked: Asked) -> Panel:
    found = _outcomes(asked)
    return Panel(
        title=gettext("Working days of each stage of a case"),
        definition=gettext(
            "The mean of the cases opened in the period that have left the stage; a day has seven hours."
        ),
        by=gettext("Stage"),
        labels=tuple(translated(label) for label, _ in STAGES),
        series=((gettext("Working days"), tuple(map(rounded, found.days))),),
        keys=tuple(map(str, range(len(STAGES)))),
        parts=("days",),
        counted=(tuple(found.left),),
        more=((gettext("Cases"), tuple(map(str, found.left))),),
        empty=gettext("No case opened in this period has left a stage."),
    )


def stages_rows(asked: Asked, key: str, part: str) -> Behind | None:
    if key not in map(str, range(len(STAGES))):
        return None
    return Behind(CONSOLES[CoordinationCase], (outcomes.left(asked, int(key)),))


def misconduct_panel(asked: Asked) -> Panel:
    found = misconduct.misconduct(db.session(), asked)
    return Panel(
        title=gettext("Misconduct named, by where it is named"),
        definition=gettext(
            "Supervision orders and rectification orders issued, and opinions on coordination cases given, in the"
            " period, that name one of the four kinds."
        ),
        by=gettext("Misconduct"),
        labels=tuple(translated(word.label) for word in Misconduct),
        series=tuple(
            (translated(label), tuple(found[name].get(word, 0) for word in Misconduct))
            for name, (label, _) in misconduct.NAMED.items()
        ),
        keys=tuple(word.value for word in Misconduct),
        parts=tuple(misconduct.NAMED),
        empty=gettext("No order and no opinion of this period names any."),
    )


def misconduct_rows(asked: Asked, key: str, part: str) -> Behind | None:
    if part not in misconduct.NAMED:
        return None
    model: Any = misconduct.NAMED[part][1]
    which = true() if key == ALL else model.misconduct == Misconduct(key)
    return Behind(CONSOLES[model], (misconduct.behind(asked, part), which))
