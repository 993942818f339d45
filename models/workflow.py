"""A state machine small enough to read: a table of transitions, and one way to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_dirty

from models.actor import SYSTEM_ACTOR, Actor
from models.base import N_, Tone, Word
from models.door import by_rule
from models.recorder import gathering, note_move

Kind = Literal[
    "text", "long_text", "moment", "day", "number", "decimal", "flag", "word", "row", "rows", "file", "files"
]


STALE = N_("Someone changed this while you were looking at it. Read it again, then decide.")


class Refused(Exception):
    """A rule says no, in a sentence for the person who asked; `field` names what to put right."""

    def __init__(self, reason: str, *, field: str = "", **details: Any) -> None:
        super().__init__(reason)
        self.field = field
        self.details = details


class NotYours(Refused):
    """The row is in sight, and the move is another side's to make."""


class MovedOn(Refused):
    """The state, or the version, is no longer the one that the person saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A field that a move asks for. `name` is the JSON key; a row or a file is named by its id, several by theirs."""

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    words: type[Word] | None = None
    model: type[Any] | None = None
    among: Callable[[Any, Actor], ColumnElement[bool]] | None = None
    """Of which rows one may choose, for this subject; the door narrows it further."""
    first: Callable[[Any, Actor], Sequence[int]] | None = None
    """The keys of those that fit this subject best: offered first, as long as nothing is typed."""
    length: int | None = None
    help: str = ""
    of_use: Callable[[Any], bool] | None = None
    """Whether a page asks for it, of this subject. Said all the same, the guard says why not."""


Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What a guard and an effect are handed: all they may need, so that they ask the world for nothing."""

    session: Session
    actor: Actor
    now: datetime
    answers: Answers
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way from state to state. `by=None`: it follows by itself, and nobody can ask for it."""

    name: str
    label: str
    source: frozenset[Any]
    target: Any
    """None: it stays where it is."""
    by: Callable[[Any, Actor], bool] | None
    asks: tuple[Ask, ...] = ()
    guard: Callable[[Any, Step], None] | None = None
    """Raises `Refused` when this subject may not move now, with the reason and the way out."""
    insists: Callable[[Any, Step], None] | None = None
    """What a page insists on besides, as a guard does. A program may leave it out."""
    effect: Callable[[Any, Step], None] | None = None
    tells: Callable[[Any], Sequence[tuple[str, str]]] | None = None
    """What whoever makes the move is shown once, in the answer to it: (label, text)."""
    suggest: Callable[[Any], Answers] | None = None
    """What the form proposes, for this subject."""
    of_use: Callable[[Any], bool] | None = None
    """Whether a button is offered, for this subject. Made all the same, the guard says why not."""
    wants_note: bool = False
    """Whether the page insists on a reason. A program may leave it out."""
    note_is: str = N_("Reason")
    """What it is called, where the page insists on it."""
    tone: Tone = "info"
    help: str = ""


_workflows: dict[type[Any], Workflow] = {}


def workflow_of(model: type[Any]) -> Workflow | None:
    """How the rows of a table move, if they do."""
    return _workflows.get(model)


def follow(step: Step, subject: Any, name: str) -> None:
    """A step that follows by itself from `step`, on another subject. The system makes it, at the same moment."""
    _workflows[type(subject)].move(
        step.session, subject, name, actor=SYSTEM_ACTOR, now=step.now, answers=step.answers, note=step.note
    )


class Workflow:
    """The transitions of one kind of subject. Declared once; read by rules, console and tests."""

    def __init__(
        self,
        model: type[Any],
        *transitions: Transition,
        under: str = "",
        after: Callable[[Any, Step], None] | None = None,
    ) -> None:
        """`under`: the relation to what holds the subjects together; of two who move its parts, one waits.

        `after`: what follows from every move, when its effect is done.
        """
        self.under, self.after = under, after
        self.transitions = {t.name: t for t in transitions}
        if len(self.transitions) < len(transitions):
            raise ValueError("two transitions share a name")
        _workflows[model] = self

    @property
    def moves(self) -> dict[str, Transition]:
        """The transitions that people make."""
        return {name: t for name, t in self.transitions.items() if t.by is not None}

    def open_to(self, subject: Any, actor: Actor) -> Iterator[Transition]:
        """The buttons to show: right state, right person, and of use. Guards speak only when pressed."""
        theirs = (t for t in self.moves.values() if subject.state in t.source and t.by and t.by(subject, actor))
        return (t for t in theirs if t.of_use is None or t.of_use(subject))

    def move(
        self,
        session: Session,
        subject: Any,
        name: str,
        *,
        actor: Actor,
        now: datetime,
        answers: Answers | None = None,
        note: str = "",
        version: int | None = None,
        on_page: bool = False,
    ) -> None:
        """Move `subject`, with its effects and its entry in the recorder.

        `version` is the one that the person saw; `on_page`: it is asked for on a page, which insists on more. Raises
        `NotYours` (another side's move), `MovedOn` (not in this state, or changed since) or `Refused` (a guard). The
        caller commits, or rolls back.
        """
        transition = self.transitions[name]
        step = Step(session, actor, now, answers or {}, note)
        with gathering(session), by_rule(session):
            if self.under:
                session.refresh(getattr(subject, self.under), with_for_update=True)
                session.refresh(subject)
            _refuse_what_is_not_open(transition, subject, actor, version)
            if transition.guard:
                transition.guard(subject, step)
            if on_page and transition.insists:
                transition.insists(subject, step)
            note_move(session, subject, name, note=note, actor=actor, now=now)
            target = subject.state if transition.target is None else transition.target
            if subject.state is target:
                flag_dirty(subject)  # a move that leads back leaves its entry, too
            subject.state = target
            if transition.effect:
                transition.effect(subject, step)
            if self.after:
                self.after(subject, step)


def _refuse_what_is_not_open(transition: Transition, subject: Any, actor: Actor, version: int | None) -> None:
    if actor is not SYSTEM_ACTOR and not (transition.by and transition.by(subject, actor)):
        raise NotYours(N_("This step is not yours to take for this record."))
    if version is not None and version != subject.version:
        raise MovedOn(STALE)
    if subject.state not in transition.source:
        raise MovedOn(
            N_("“%(move)s” is not possible while this is “%(state)s”. Read the record again, then decide."),
            move=transition.label,
            state=subject.state.label,
        )
