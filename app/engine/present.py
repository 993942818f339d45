"""Values as people read them: words with their tone, moments in the county's zone, deadlines with what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext
from markupsafe import Markup, escape

from app.engine.fields import Code, Field, translated

DAY, HOUR = 86_400, 3_600

NAMES: dict[type[Any], Callable[[Any], str]] = {}
"""How rows are called whose own `str` would speak English, or in codes. Filled once, by the assembly."""

CODES: dict[str | int, str] = {}
"""What the values of a `coded` column are called. Filled once, by the assembly."""


def plain(field: Field, value: Any, zone: tzinfo) -> str:
    """A value as text: for exports, timelines and titles."""
    if value is None or value == "":
        return ""
    if field.kind == "flag":
        return gettext("Yes") if value else gettext("No")
    if field.kind == "word":
        return translated(value.label)
    if field.names_rows:
        return "、".join(map(name_of, value))
    if field.coded:
        own = f"{value.whose}.{value}" if isinstance(value, Code) else value
        return translated(CODES.get(own, CODES.get(value, value)))
    return in_zone(value, zone)


def name_of(row: Any) -> str:
    """What a row is called. A person: family name first, as in China; Flask-AppBuilder puts it last."""
    if isinstance(row, User):
        return f"{row.last_name}{row.first_name}" or str(row.username)
    told = NAMES.get(type(row))
    return told(row) if told else str(row)


def in_zone(value: Any, zone: tzinfo) -> str:
    """Moments in the zone of the console, to the minute; anything else as it calls itself."""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return name_of(value)


def shown(
    field: Field, value: Any, zone: tzinfo, *, now: datetime | None = None, estimate: bool = False, address: str = ""
) -> Markup | str:
    """A value as a cell. `now` is given for a deadline that still runs; it may be an estimate. `address`: of a file."""
    if value is None or value == "" or (field.names_rows and not value):
        return Markup('<span class="none">–</span>')
    if field.kind == "word":
        return Markup('<span class="tag tag-{}">{}</span>').format(value.tone, translated(value.label))
    if isinstance(value, datetime):
        return _moment(value, zone, now, estimate=estimate)
    if field.kind == "long_text":
        return Markup('<span class="prose">{}</span>').format(plain(field, value, zone))
    if address:
        clip = Markup('<i class="fa-solid fa-paperclip fa-fw" aria-hidden="true"></i>')
        return Markup('<a href="{}">{}{}</a>').format(address, clip, plain(field, value, zone))
    return escape(plain(field, value, zone))


def _moment(value: datetime, zone: tzinfo, now: datetime | None, *, estimate: bool) -> Markup:
    local = value.astimezone(zone)
    said = local.strftime("%Y-%m-%d %H:%M") if now is None else by_when(local, "%Y-%m-%d")
    stamp = Markup('<time datetime="{}">{}</time>').format(local.isoformat(), said)
    if now is None:
        return stamp
    left = (value - now).total_seconds()
    tone = "danger" if left < 0 else "warn" if left < DAY else "info"
    words = gettext("%(time)s over", time=spell(-left)) if left < 0 else gettext("%(time)s left", time=spell(left))
    told = Markup('{} <span class="tag tag-{}">{}</span>').format(stamp, tone, words)
    return told + Markup(' <span class="tag tag-muted">{}</span>').format(gettext("Estimate")) if estimate else told


def by_when(local: datetime, day: str) -> str:
    """A deadline, its day in this form: midnight is the end of the day before, as one says it."""
    if local.time() == time():
        return f"{local - timedelta(days=1):{day}} 24:00"
    return f"{local:{day} %H:%M}"


def spell(seconds: float) -> str:
    """A span in its largest unit, in words: never «0»."""
    if seconds >= DAY:
        return gettext("%(n)s d", n=int(seconds // DAY))
    if seconds >= HOUR:
        return gettext("%(n)s h", n=int(seconds // HOUR))
    return gettext("%(n)s min", n=max(1, int(seconds // 60)))


def told(field: Field, value: Any) -> Any:
    """A value for a program: relations as id and name, moments in UTC."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if field.names_row:
        return {"id": value.id, "name": name_of(value)}
    if field.names_rows:
        return [{"id": row.id, "name": name_of(row)} for row in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if field.kind == "data" else str(value)


def for_input(field: Field, value: Any, zone: tzinfo) -> str:
    """A value as an HTML input of its kind holds it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if field.kind == "row":
        return str(value.id)
    return str(value)
