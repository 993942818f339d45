"""What a view file may say. Everything here is data; `app.engine.build` turns it into pages and a resource."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, Protocol


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
        on_page: bool,
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Rows counted in SQL by one column or relation; `split` counts each bar by a second one.

    `per` cuts a moment into months, in the console's zone. `sums` names columns of numbers: in place of counting rows,
    each is summed up, and their sums stand beside each other; with a `split`, it is one column.
    """

    by: str
    title: str = ""
    kind: Literal["bar", "pie", "line"] = "bar"
    per: Literal["", "month"] = ""
    split: str = ""
    sums: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)
    """Words that the rows are narrowed by, by their columns, besides what the list is narrowed to."""
    ranked: bool = True
    """The largest bar first; else in the order of codes, words or numbers: townships are not ranked."""
    known: bool = False
    """Whether rows without a value in `by` are left out."""
    called: str = ""
    """What groups that are bare numbers are called: a sentence with `%(n)s`."""
    share: bool = False
    """Of a chart split by a yes or no: which part of each bar is a yes, in percent."""
    definition: str = ""
    """What exactly is counted, in a sentence, shown beside the chart."""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A yes or no, or a word, that follows from other rows: searched and counted by, and held by no row."""

    name: str
    label: str
    criterion: Any = None
    words: Any = None
    """Of a word, which there are."""
    of_actor: Callable[[Any], Any] | None = None
    """Of a yes or no that depends on who asks: its criterion. Nothing is counted by it."""


@dataclass(frozen=True, kw_only=True)
class Related:
    """Rows that point at this one, shown on its page. `by` is their relation to it."""

    model: type[Any]
    by: str
    listed: tuple[str, ...] = ()
    order: str = ""
    """The column that they are read by; without one, the latest come first."""
    only: Mapping[str, str] = field(default_factory=dict)
    """Words that the rows are narrowed by, by their columns."""
    title: str = ""
    """What they are on this page; else they are called as their own list is."""
    empty: str = ""
    """What to do while there is none."""
    further: Mapping[str, str] = field(default_factory=dict)
    """What the form of a new one is told besides, by its columns."""
    adds: bool = True
    """Whether a new one is offered there; else rows come to point at this one otherwise."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page of its own about one row, named in the head of the row's page. `endpoint` takes the row's key."""

    label: str
    endpoint: str
    icon: str = "fa-angle-right"
    takes: str = "pk"
    """Under which name; none where the page is not about the row."""
    further: Callable[[Any], Mapping[str, Any]] = lambda row: {}
    """What the page is told of the row besides."""
    needs: tuple[str, str] = ("", "")
    """(permission, resource) without which the link is not shown."""
    when: Callable[[Any], bool] = lambda row: True
    """On the pages of which rows it is shown."""
    on_form: bool = False
    """Whether it helps to fill in the form, too: named in its head, and opened beside it. A new row has no key yet."""
    summed_up: bool = False
    """Whether the page has a `summary` of the row, shown on the row's own page."""


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A field that people declared. Its value lies in a JSON column of the row, under its name."""

    name: str
    label: str
    kind: Literal["text", "long_text", "number", "decimal", "day", "flag", "word"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    """What a `word` may be."""
    help: str = ""

    @classmethod
    def of(cls, row: Any) -> Extra:
        """From a row that declares one, its words a line each."""
        choices = tuple(row.choices.splitlines())
        return cls(
            name=row.name, label=row.label, kind=row.kind.value, required=row.required, choices=choices, help=row.help
        )


@dataclass(frozen=True, kw_only=True)
class Variant:
    """How rows of one kind differ from the console's usual: which columns they use, and which fields they have more."""

    form: tuple[str, ...] | None = None
    """What is entered of the usual form, in this order, the `extras` in their places or after it. None: all of it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """The rows of a table are of several kinds, which people declare. A row they point at says which."""

    by: tuple[str, ...]
    """Relations that lead to the kind: the first is on the form; a list narrowed by any of them is of one kind."""
    column: str
    """The JSON column that holds the extra values."""
    variant: Callable[[Any, Any], Variant]
    """`(session, row pointed at)` → how rows that point there differ. One or two statements."""
    first: tuple[str, ...] = ()
    """What the form asks before it knows of which kind the row is to be; without any, all of it."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How rows of this table stand in the files that people keep, where that is not as on the form."""

    key: tuple[str, ...] = ()
    """The fields by which others tell these rows apart: among those that one sees, a row with the same is the same.
    Programs may then send rows in one go, too."""
    also: tuple[str, ...] = ()
    """Fields that a file may name though the form does not: `complete` makes of them what it does."""
    sheet: str = ""
    """The field that the name of a sheet fills, where no column does."""
    headline: str = ""
    """The field that a headline across the sheet fills for the rows below it, where no column does."""
    numerals: tuple[str, ...] = ()
    """Codes, which may be written in Chinese numerals."""
    rest: Mapping[str, str] = field(default_factory=dict)
    """Where a cell holds several names and the field takes one: which field takes the others."""
    complete: Callable[..., None] | None = None
    """`(session, sent, actor, now, memo)`: puts into `sent` what follows from the rest. `memo` lasts for the file."""


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
    folded: tuple[str, ...] = ()
    """What the form keeps folded up, as few rows need it; open where some of it is filled in, or wrong."""
    searched: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    order: tuple[str, Literal["asc", "desc"]] | None = None
    unsorted: tuple[str, ...] = ()
    """Of what is listed, what nobody may sort by: where an order would be a ranking that must not be."""
    opens: Mapping[str, str] | None = None
    """Words, or yes and no as `true` and `false`, that the list is narrowed by when it is opened, by their columns.
    Whoever reads it may take them away."""
    deadlines: Mapping[str, tuple[str, ...]] | None = None
    """Columns whose passing matters, each with those that end it: shown with the time left, or over, until then."""
    rests: Callable[[Any, Sequence[Any]], Mapping[str, Collection[int]]] | None = None
    """`(session, rows)` → by such a column, the keys of the rows whose clock rests: no time left is shown of these."""
    charts: tuple[Chart, ...] = ()
    related: tuple[Related, ...] = ()
    about: str = ""
    """A relation to what the row is about: that is shown too, on its page and, below the row, with its moves' forms."""
    links: tuple[Link, ...] = ()
    instead: Link | None = None
    """Where to go if none of the choices on the form for a new row fits: offered at its foot.

    Its `further` is given what stands in the boxes, by their names.
    """
    carries: tuple[str, ...] = ()
    """What is typed into the form and goes along there."""
    workflow: Moves | None = None
    kinds: Kinds | None = None
    among: Mapping[str, Callable[[Any], Any]] | None = None
    """For a relation on the form: of which rows the actor may choose, as a criterion."""
    fits: Mapping[str, Callable[[Any], Any]] | None = None
    """Of these, which the row that is changed may be given, as a criterion; a new one may be given any."""
    timely: Mapping[str, Callable[[Any], Any]] | None = None
    """Of these, which may be chosen at a moment, as a criterion."""
    words: Mapping[str, tuple[Any, ...]] | None = None
    """Of a word on the form: which ones may be chosen."""
    offered: tuple[str, ...] = ()
    """Relations that the form has only while there is a row to choose."""
    begins: Callable[..., Any] | None = None
    """`(session, actor, now)` before the form of a new row is drawn: raises if this person is to write none."""
    prepare: Callable[..., None] | None = None
    """`(session, row, actor, now)` before a row is written: fills in and checks, or raises."""
    follow: Callable[..., None] | None = None
    """`(session, row, actor, now)` after a row is written and has its key: what follows from it, or raises."""
    forget: Callable[..., None] | None = None
    """`(session, row, actor, now)` before a row is deleted: raises if it may not be."""
    stays: Callable[[Any], bool] = lambda row: False
    """Which rows their pages do not offer to delete, as `forget` says no to all of them."""
    intake: Intake | None = Intake()
    """None: no file of rows is taken."""
    empty: str = ""
    """What to do when the list has no row yet."""
    in_menu: bool = True
    passing: tuple[str, ...] = ()
    """States that end by themselves within seconds: the page of such a row looks again."""


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
    later: tuple[tuple[Any, Any, str, Any], ...] = ()
    """(since when, until when if it lasted, what moved it, when it was due then)"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it is sent."""

    path: Path
    name: str
    content_type: str
    inline: bool
    """Whether a browser may show it, and need not save it."""


def _nowhere(*_: Any) -> Any:
    raise LookupError("this application keeps no files")


def _nowhere_sent(_: Any) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the application keeps files. Their table says of itself, in its `info`, that its rows are `files`."""

    keep: Callable[[Any, str, IO[bytes]], Any] = _nowhere
    """(session, name, content) → the row of a file that was checked and stored; raises what `World.told` can tell."""
    find: Callable[[Any], Stored] = _nowhere
    """The row of a file → what is sent."""
    find_small: Callable[[Any], Stored | None] = _nowhere
    """The row of a file → the small picture of it; None if there is none."""
    about: Callable[[Any], str] = _nowhere_sent
    """The row of a file → what is known of it besides its name, in a line."""
    nameable: Callable[[Any], Any] = _nowhere
    """Which files an actor may hang on a row, as a criterion."""


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
    files: Files = Files()
    own: Callable[[Any], int | None] = lambda _: None
    """(what the choices are narrowed by) → the key of the person's own among them: chosen on a new form."""
    sheets_for: Callable[[str], str] = _nowhere_sent
    """(resource) → the page where a file of its rows is sent; nothing where none is taken."""
