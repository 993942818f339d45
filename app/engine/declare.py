"""What a view file may say. Everything here is data; `app.engine.build` turns it into pages and a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


class Moves(Protocol):
    """What the engine needs of a workflow, whoever wrote it."""

    @property
    def moves(self) -> Mapping[str, Any]: ...

    def open_to(self, subject: Any, actor: Any) -> Iterator[Any]: ...

    def move(
        self,
        session: Any,
        subject: Any,
        name: str,
        *,
        actor: Any,
        now: Any,
        answers: Any,
        note: str,
        version: int | None,
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Rows counted in SQL by one column or relation; `split` counts each bar by a second one.

    `per` cuts a moment into months, in the console's zone.
    """

    by: str
    title: str = ""
    kind: Literal["bar", "pie", "line"] = "bar"
    per: Literal["", "month"] = ""
    split: str = ""
    definition: str = ""
    """What exactly is counted, in a sentence, shown beside the chart."""


@dataclass(frozen=True, kw_only=True)
class Related:
    """Rows that point at this one, shown on its page. `by` is their relation to it."""

    model: type[Any]
    by: str
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Console:
    """One model's pages, resource, export and charts. A misspelt name fails when the file is imported.

    Whatever is left empty follows from the mapper: three lines make a useful console.
    """

    model: type[Any]
    name: str
    category: str
    icon: str = "fa-table"
    listed: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    form: tuple[str, ...] | None = None
    """What people may write. Empty: the table is written by rules only."""
    required: tuple[str, ...] = ()
    """What must be filled in, beyond the columns that cannot be empty."""
    searched: tuple[str, ...] = ()
    order: tuple[str, Literal["asc", "desc"]] | None = None
    deadlines: Mapping[str, tuple[str, ...]] | None = None
    """Columns whose passing matters, each with those that end it: shown with the time left, or over, until then."""
    charts: tuple[Chart, ...] = ()
    related: tuple[Related, ...] = ()
    workflow: Moves | None = None
    among: Mapping[str, Callable[[Any], Any]] | None = None
    """For a relation on the form: of which rows the actor may choose, as a criterion."""
    prepare: Callable[..., None] | None = None
    """`(session, row, actor, now)` before a row is written: fills in and checks, or raises."""
    follow: Callable[..., None] | None = None
    """`(session, row, actor, now)` after a row is written and has its key: what follows from it, or raises."""
    forget: Callable[..., None] | None = None
    """`(session, row, actor, now)` before a row is deleted: raises if it may not be."""
    empty: str = ""
    """What to do when the list has no row yet."""
    in_menu: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal in words: the status, the sentences by field ("" for the whole), translated."""

    status: int
    fields: Mapping[str, str]

    @property
    def message(self) -> str:
        return " ".join(self.fields.values())


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline, ready to be shown."""

    at: Any
    who: str
    unit: str
    action: str
    label: str
    tone: str
    subject: str
    note: str
    changes: tuple[tuple[str, str, str], ...]
    """(label, before, after)"""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a deadline came about, ready to be shown."""

    start: Any
    limit: str
    provisional: bool
    """Whether it rests on days that are not announced yet."""
    days: tuple[tuple[Any, Any, int, str], ...]
    """(day, kind of day, minutes that counted, note)"""


@dataclass(frozen=True, kw_only=True)
class World:
    """What the engine asks of the application around it, so that it need not know it."""

    session: Callable[[], Any]
    actor: Callable[[], Any]
    now: Callable[[], Any]
    allows: Callable[[str, str], bool]
    """(permission, resource) of the person behind this request."""
    may_write: Callable[[Any, Any], bool]
    """(session, row) → whether the person could change this row, as it stands."""
    stand_at: Callable[[Any, str], None]
    """(session, place): what this request writes from here on was done there; raises if nobody may say so."""
    told: Callable[[Exception], Told | None]
    """A refusal in words, or None for what is no refusal."""
    timeline: Callable[[Any, Any], list[Happening]]
    """(session, row) → what happened to it, newest first."""
    derivation: Callable[[Any, Any, str], Derivation | None]
    """(session, row, column) → how the deadline there came about; None where nothing was counted."""
    zone: Any
