"""The panels that answer questions of their own, over several tables: each beside the rows behind its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, select, true

from app.engine.declare import Console
from app.engine.fields import translated
from app.engine.present import name_of
from app.extensions import db
from app.identity import ZONE
from app.leaders_panels import ALL, Behind, Panel
from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission
from models.assigned import AssignedMatter, MatterState, MatterTownship
from models.base import N_
from models.calls import CallAssignment
from models.door import by_rule
from models.irregular import IrregularAssignmentReport, ReportState
from models.organisation import LOCAL, Unit
from models.queries import hours, loop
from models.queries.asked import Asked, month_ends
from models.queries.burden import admitted_now, is_of_county, matters_now, powers_and_duties, townships, upheld
from models.queries.posted import posted
from models.queries.rates import MEANT, Figures, Share, behind, rates
from models.ratings import MutualRating
from views.admissions import admissions
from views.assigned import assigned_matters
from views.calls import assignments, calls
from views.circulars import rectification_orders
from views.coordination import cases
from views.irregular import irregular_reports
from views.ratings import ratings
from views.supervision import supervision_orders

CONSOLES: dict[type[Any], Console] = {
    console.model: console for console in (calls, assignments, ratings, cases, supervision_orders, rectification_orders)
}
COUNTED = {
    "calls": N_("Calls"),
    "failures": N_("Failures found"),
    "pressed": N_("Supervision orders open"),
    "rectifications": N_("Rectifications open"),
}
"""Panels of which the sum is a headline."""
RATES = ("response", "resolution", "satisfaction")
MONTHS = 24
"""Of how many month ends, at most, a line is drawn."""


def rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _defined(*terms: tuple[str, str]) -> str:
    """Each term with what it means, a sentence each."""
    told = (
        gettext("%(term)s: %(meaning)s.", term=translated(term), meaning=translated(meaning)) for term, meaning in terms
    )
    return " ".join(told)


# What is read first


def headlines(asked: Asked, panels: Mapping[str, Panel]) -> Iterator[tuple[str, str, str]]:
    """(what, how much, which panel tells more): of what was counted for the panels, and nothing besides."""
    for name, label in COUNTED.items():
        if name in panels:
            total = sum(value or 0 for _, values in panels[name].series for value in values)
            yield translated(label), f"{total:,}", name
    if "rates" in panels:
        found = _answering(asked)
        for name in RATES:
            share = Share(*(sum(getattr(one, name)[at] for one in found) for at in (0, 1)))
            percent = share.telling if name == "satisfaction" else share.percent
            yield translated(MEANT[name][0]), "–" if percent is None else f"{percent:.0f}%", "rates"


# The loop


def loop_panel(asked: Asked) -> Panel:
    stages = loop.loop(db.session(), asked.begins, asked.ends, asked.of_calls())
    whole = stages[0].calls
    shares = tuple(f"{stage.calls / whole:.0%}" if whole else "–" for stage in stages)
    return Panel(
        title=gettext("Calls by the stage that they have passed"),
        definition=_defined(*((stage.label, stage.meaning) for stage in stages)),
        by=gettext("Stage"),
        labels=tuple(translated(stage.label) for stage in stages),
        series=((gettext("Calls"), tuple(stage.calls for stage in stages)),),
        keys=tuple(stage.name for stage in stages),
        parts=("calls",),
        more=((gettext("Share of the first"), shares),),
        empty=gettext("No call was sent in this period."),
    )


def loop_rows(asked: Asked, key: str, part: str) -> Behind:
    reached = true() if key == ALL else loop.reached(key)
    return Behind(calls, (loop.sent(asked.begins, asked.ends), asked.of_calls(), reached))


# Rates, and hours


def _rates(asked: Asked) -> list[Figures]:
    """Three panels of a page read them."""
    if "rates" not in asked.memo:
        who = (asked.actor, asked.begins, asked.ends, asked.now)
        asked.memo["rates"] = rates(db.session(), *who, *_within(asked))
    found: list[Figures] = asked.memo["rates"]
    return found


def _within(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (asked.of_calls(),) if asked.unit else ()


def _answering(asked: Asked) -> list[Figures]:
    """Who is no township. Of a unit that answers itself alone; of a township, those who answer it."""
    found = [unit for unit in _rates(asked) if not unit.is_local]
    path = asked.unit.path if asked.unit else ""
    own = [unit for unit in found if unit.unit.path.startswith(path)]
    return own or found


def _empty(asked: Asked, words: str) -> str:
    """Why there is nothing: whoever sees no county is not told that the others have none."""
    return words if is_of_county(asked.actor) else gettext("No figures of this period that you may see.")


def rates_panel(asked: Asked) -> Panel:
    """Departments are ranked: by the share that they answered within the limit."""
    found = sorted(
        _answering(asked), key=lambda one: (-(one.response.percent or 0), -one.response.whole, one.unit.code)
    )
    return Panel(
        title=gettext("Three rates by department"),
        definition=_defined(*(MEANT[name] for name in RATES)),
        by=gettext("Department"),
        labels=tuple(name_of(one.unit) for one in found),
        series=tuple((translated(MEANT[name][0]), tuple(_percent(one, name) for one in found)) for name in RATES),
        measure="%",
        beside=True,
        keys=tuple(str(one.unit.id) for one in found),
        parts=RATES,
        counted=tuple(tuple(getattr(one, name).whole for one in found) for name in RATES),
        more=tuple(
            (f"{translated(MEANT[name][0])} n/N", tuple(_made_of(one, name) for one in found)) for name in RATES
        ),
        ranked=True,
        empty=_empty(asked, gettext("No limit of a department ended in this period, and nobody was rated.")),
    )


def _percent(one: Figures, name: str) -> float | None:
    share: Share = getattr(one, name)
    return rounded(share.telling if name == "satisfaction" else share.percent)


def _made_of(one: Figures, name: str) -> str:
    share: Share = getattr(one, name)
    return f"{share.part}/{share.whole}"


def rates_rows(asked: Asked, key: str, part: str) -> Behind | None:
    return _shared(asked, key, part) if part in RATES and key != ALL else None


def _shared(asked: Asked, key: str, part: str) -> Behind:
    model: Any
    model, unit_id, ids = behind(asked.actor, asked.begins, asked.ends, asked.now, part, *_within(asked))
    console = CONSOLES[MutualRating if part == "satisfaction" else CallAssignment]
    return Behind(console, (model.id.in_(ids), unit_id == int(key)))


def hours_panel(asked: Asked) -> Panel:
    found = list(hours.hours(db.session(), asked))
    series = (
        (gettext("Hours taken"), tuple(rounded(step.taken) for step in found)),
        (gettext("Limit"), tuple(rounded(step.allowed) for step in found)),
        (gettext("Period before"), tuple(rounded(step.before) for step in found)),
    )
    return Panel(
        title=gettext("Mean hours of each step, against its limit"),
        definition=gettext(
            "By the clock, of what was accepted, answered or reported as solved in the period; beside it the mean of"
            " what the limits allowed, and the mean of as many days before the period."
        ),
        by=gettext("Step"),
        labels=tuple(translated(step.label) for step in found),
        series=series,
        measure=gettext("%(n)s h", n=""),
        beside=True,
        keys=tuple(step.step for step in found),
        parts=("taken", None, None),
        facts=tuple(_called(asked)),
        empty=gettext("Nothing was accepted, answered or solved in this period."),
    )


def _called(asked: Asked) -> Iterator[tuple[str, str]]:
    """How well was called, and how soon accepted, of all townships together: none is scored (TC-33, TS-34)."""
    callers = [unit for unit in _rates(asked) if unit.is_local]
    for name in ("correct", "accepted"):
        share = Share(*(sum(getattr(one, name)[at] for one in callers) for at in (0, 1)))
        if share.whole:
            yield translated(MEANT[name][0]), f"{share.part}/{share.whole} · {share.percent:.0f}%"


def hours_rows(asked: Asked, key: str, part: str) -> Behind | None:
    if key not in hours.STEPS:
        return None
    return Behind(CONSOLES[hours.STEPS[key][1]], (hours.behind(asked, key),))


def answers_panel(asked: Asked) -> Panel:
    found = sorted(
        (one for one in _answering(asked) if one.hours is not None), key=lambda one: (one.hours or 0, one.unit.code)
    )
    return Panel(
        title=gettext("Hours to the answer, by department"),
        definition=_defined(MEANT["hours"]),
        by=gettext("Department"),
        labels=tuple(name_of(one.unit) for one in found),
        series=((translated(MEANT["hours"][0]), tuple(rounded(one.hours) for one in found)),),
        measure=gettext("%(n)s h", n=""),
        keys=tuple(str(one.unit.id) for one in found),
        parts=("hours",),
        counted=((1,) * len(found),),
        ranked=True,
        empty=_empty(asked, gettext("No department answered in this period.")),
    )


def answers_rows(asked: Asked, key: str, part: str) -> Behind | None:
    return _shared(asked, key, part) if part == "hours" and key != ALL else None


# Burden


def burden_panel(asked: Asked) -> Panel:
    """Townships by their code."""
    session, actor = db.session(), asked.actor
    units = [unit for unit in session.scalars(townships(actor)) if _is_shown(asked, unit)]
    matters = dict(session.execute(matters_now(actor, asked.is_of(*_sides(AssignedMatter)))).all())
    admitted = dict(session.execute(admitted_now(actor, asked.is_of(*_sides(DutyAdmission)))).all())
    reports: dict[int, int] = {}
    within = asked.during(IrregularAssignmentReport.concluded_at) & asked.is_of(*_sides(IrregularAssignmentReport))
    for _, township, count in session.execute(upheld(actor.region_id or 0, within)):
        reports[township] = reports.get(township, 0) + count
    with by_rule(session):  # as on the burden meter: also the admissions of others are no duties of the lists
        powers, duties = session.execute(powers_and_duties(actor)).one()
    counts = (
        (gettext("Assigned matters in force"), matters),
        (gettext("Admitted duties in force"), admitted),
        (gettext("Irregular assignments upheld"), reports),
    )
    owed = (duties + admitted.get(unit.id, 0) + matters.get(unit.id, 0) for unit in units)
    ratios = (f"{owes / powers:.1f}" if powers else "–" for owes in owed)
    return Panel(
        title=gettext("What each township carries"),
        definition=gettext(
            "Matters and admissions as of today; reports of irregular assignments upheld in the period. Townships stand"
            " by their code: they are not ranked."
        ),
        by=gettext("Township or street"),
        labels=tuple(unit.short_name or unit.name for unit in units),
        series=tuple((label, tuple(found.get(unit.id, 0) for unit in units)) for label, found in counts),
        keys=tuple(str(unit.id) for unit in units),
        parts=("matters", "admitted", "upheld"),
        more=((gettext("Duties for each power"), tuple(ratios)),),
        facts=((gettext("Powers by the lists"), f"{powers:,}"), (gettext("Duties by the lists"), f"{duties:,}")),
        empty=gettext("No township whose figures you may see carries any of these."),
    )


def _is_shown(asked: Asked, unit: Unit) -> bool:
    if asked.unit is not None and asked.unit.unit_type in LOCAL and asked.unit.id != unit.id:
        return False
    return is_of_county(asked.actor) or unit.id in asked.actor.unit_ids


def _sides(model: type[Any]) -> tuple[Any, ...]:
    """Who asks, and of whom."""
    return {
        AssignedMatter: (AssignedMatter.lead_department_id, MatterTownship.township_id),
        DutyAdmission: (DutyAdmission.applicant_id, AdmissionOpinion.township_id),
        IrregularAssignmentReport: (IrregularAssignmentReport.department_id, IrregularAssignmentReport.reporter_id),
    }[model]


def burden_rows(asked: Asked, key: str, part: str) -> Behind | None:
    if key == ALL:
        return None
    if part == "upheld":
        report = IrregularAssignmentReport
        which = (report.state == ReportState.upheld, asked.during(report.concluded_at), report.reporter_id == int(key))
        return Behind(irregular_reports, (*which, asked.is_of(*_sides(report))))
    if part == "matters":
        ids = select(MatterTownship.matter_id).join(AssignedMatter).where(
            MatterTownship.township_id == int(key), asked.is_of(*_sides(AssignedMatter))
        )  # fmt: skip
        return Behind(assigned_matters, (AssignedMatter.id.in_(ids), AssignedMatter.state == MatterState.in_force))
    ids = select(AdmissionOpinion.admission_id).join(DutyAdmission).where(
        AdmissionOpinion.township_id == int(key), asked.is_of(*_sides(DutyAdmission))
    )  # fmt: skip
    return Behind(admissions, (DutyAdmission.id.in_(ids), DutyAdmission.state == AdmissionState.in_force))


# People


def posted_panel(asked: Asked) -> Panel:
    today = asked.now.astimezone(ZONE).date()
    days = month_ends(asked.first, min(asked.last, today), MONTHS)
    found = posted(db.session(), asked, days)
    latest = [one.shares[-1] for one in found if one.shares]
    whole = Share(sum(share.part for share in latest), sum(share.whole for share in latest))
    return Panel(
        title=gettext("Share of enforcement staff posted to townships, at the end of each month"),
        definition=gettext(
            "Of the people whom a department keeps as enforcement staff, who was posted to a township or street that"
            " day: from the days on their records, and not as things stand now. Who is seconded counts as posted."
        ),
        by=gettext("Day"),
        labels=tuple(f"{day}" for day in days),
        series=tuple((name_of(one.unit), tuple(rounded(share.percent) for share in one.shares)) for one in found),
        kind="line",
        measure="%",
        beside=True,
        facts=((gettext("Posted on the last day"), f"{whole.part}/{whole.whole} · {whole.percent:.0f}%"),)
        if whole.percent is not None
        else (),
        empty=gettext("No enforcement staff is registered."),
    )
