"""The door to rows: a session sees, and may write, what its actor may. Knows SQLAlchemy, and no table.

Every session is one of three: it acts for someone (`act_for`), it is the system's own
(`system_session`: jobs and commands), or it is nobody's, and meets no row of a scoped table.

A table may be seen by more people than may write it, so a `Scope` has two criteria. What a form or a
program writes must lie within `writes` before and after. A rule (`by_rule`) is neither bound nor blind:
a move reaches rows that its mover may neither edit nor see (a timer, a notice to somebody else).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    Alias,
    BindParameter,
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    FromClause,
    Join,
    Select,
    Table,
    TableClause,
    TextClause,
    TextualSelect,
    bindparam,
    event,
    false,
    inspect,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import FromStatement, Mapper, ORMExecuteState, Session, registry
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import _deep_annotate

from models.actor import NOBODY, Actor
from models.base import N_

SYSTEM = object()
ACTOR, SIGHT, RULES = "actor", "sight", "rules"  # the keys in `session.info`

Key = tuple[type, tuple[str, ...]]  # a class, and the attributes that tell its rows apart
Roles = frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows people in given roles see, and which of those they may write by form or API.

    Both are functions of the roles alone; what else is known of the actor stands in the places of
    `models.actor`. `writes=None`: only rules and jobs write this table.
    """

    sees: Callable[[Roles], ColumnElement[bool]]
    writes: Callable[[Roles], ColumnElement[bool]] | None = None


_scopes: dict[type, Scope] = {}
_built: dict[tuple[type, Roles], ColumnElement[bool]] = {}
_keys: dict[type, list[tuple[str, Key]]] = {}  # foreign keys to scoped tables, and what they name


class Undeclared(Exception):
    """A table is neither scoped nor public, or is so twice, so nothing starts."""


class OutOfSight(PermissionError):
    """A row was written, or named, that its writer may not see."""

    def __init__(
        self, model: type, reason: str = N_("You may not write a row outside your units, nor name one. Name your own.")
    ) -> None:
        super().__init__(reason)
        self.model = model


class NotWritable(OutOfSight):
    """A row was written that its writer may see, and no more."""

    def __init__(self, model: type) -> None:
        super().__init__(model, N_("You may read this record, but not change it."))


class Bypass(Exception):
    """A statement that the door cannot see through, in a session that is not the system's."""


_GUIDE = "Text and bare tables show all rows: select mapped classes, or take a system_session()."


def act_for(session: Session, actor: Actor) -> None:
    """Say whose session this is; once, for its whole life."""
    if session.info.setdefault(ACTOR, actor) != actor:
        raise ValueError("a session does not change hands")


def system_session(bind: Engine | Connection, **options: Any) -> Session:
    """A session that sees everything. For jobs and commands; an architecture test lists who may call it."""
    return Session(bind, info={ACTOR: SYSTEM}, **options)


@contextmanager
def by_rule(session: Session) -> Iterator[None]:
    """A rule at work: it sees the whole truth, and what it writes it has judged itself.

    It flushes before and after, so that nothing else slips through with it. Rows that a person named are
    looked up before, under their own sight; nothing read in here is shown to them.
    """
    session.flush()
    depth = session.info.get(RULES, 0)
    session.info[RULES] = depth + 1
    try:
        yield
        session.flush()
    finally:
        session.info[RULES] = depth


def may_write(session: Session, row: object) -> bool:
    """Whether this person could change the row by form, as it stands: what a page asks before it offers to."""
    actor: Actor = session.info.get(ACTOR, NOBODY)
    scope = _scopes.get(type(row))
    if scope is None or session.info.get(ACTOR) is SYSTEM:
        return True
    if scope.writes is None:
        return False
    mapper = inspect(row).mapper
    keys = [getattr(mapper.class_, name) for name in _primary(mapper)]
    mine = [key == value for key, value in zip(keys, mapper.primary_key_from_instance(row), strict=True)]
    return (
        session.execute(select(*keys).where(*mine, Sight(actor).filled(scope.writes(actor.roles)))).first() is not None
    )


def install(tables: registry, *, scoped: Mapping[type, Scope], public: Mapping[type, str]) -> None:
    """Close the door, on every session of this process. Each mapped class has a scope, or a reason."""
    tables.configure(cascade=True)
    problems = list(_undeclared(tables.mappers, scoped, public))
    if problems:
        raise Undeclared("\n".join(problems))
    _scopes.update(scoped)
    classes: dict[FromClause, type] = {inspect(model).local_table: model for model in scoped}
    for mapper in tables.mappers:
        _keys[mapper.class_] = list(_naming(mapper, classes))


def _undeclared(
    mappers: Iterable[Mapper[Any]], scoped: Mapping[type, Any], public: Mapping[type, str]
) -> Iterator[str]:
    for mapper in mappers:
        model = mapper.class_
        if (model in scoped) == bool(public.get(model)):
            yield f"{model.__name__}: give it a criterion, or a reason to be public (one of them)"
        if any(relation.secondary is not None for relation in mapper.relationships):
            yield f"{model.__name__}: map the association table; the door does not see rows without a class"


def _naming(mapper: Mapper[Any], classes: Mapping[FromClause, type]) -> Iterator[tuple[str, Key]]:
    for column in mapper.columns:
        for key in column.foreign_keys:
            if target := classes.get(key.column.table):
                named: str = inspect(target).get_property_by_column(key.column).key
                yield mapper.get_property_by_column(column).key, (target, (named,))


class Sight(LoaderCriteriaOption):
    """What one actor may see, as one option for all tables.

    `with_loader_criteria` for each table would be walked through on every statement. This
    costs a statement three values, whatever the number of tables: criteria are resolved when
    a statement is first compiled, and only for the tables in it. It overrides private methods
    of SQLAlchemy 2.1; `tests/models/test_door.py` is what an upgrade has to pass.
    """

    entity = root_entity = None
    include_aliases = propagate_to_loaders = True

    def __init__(self, actor: Actor) -> None:
        self.nobody = actor == NOBODY
        self.roles = actor.roles
        self.values = actor.values()
        self.binds: list[BindParameter[Any]] = [
            bindparam(key, value, expanding=isinstance(value, list)) for key, value in self.values.items()
        ]

    def _gen_cache_key(self, anon_map: Any, bindparams: list[Any]) -> tuple[Any, ...]:
        bindparams.extend(self.binds)
        return (Sight, self.nobody, self.roles)

    def process_compile_state(self, compile_state: Any) -> None:
        """Look into a statement for bare tables too; only when it is first compiled."""
        if isinstance(statement := getattr(compile_state, "select_statement", None), Select):
            _refuse_bypass(statement)
        super().process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        for model in _scopes:
            attributes["additional_entity_criteria", inspect(model)] = [self]

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        marks = {"for_loader_criteria": self}
        criterion = self.criterion(ext_info.mapper.class_)
        return _deep_annotate(criterion, marks, detect_subquery_cols=True, ind_cols_on_fromclause=True)

    def criterion(self, model: type) -> ColumnElement[bool]:
        """The model's criterion, with this actor's values for a statement that is not cached, or run in Python."""
        return self.filled(false() if self.nobody else _seen(model, self.roles))

    def filled(self, criterion: ColumnElement[bool]) -> ColumnElement[bool]:
        return visitors.cloned_traverse(
            criterion, {"maintain_key": True, "detect_subquery_cols": True}, {"bindparam": self._fill}
        )

    def _fill(self, place: BindParameter[Any]) -> None:
        place.value = self.values.get(place.key, place.value)


def _seen(model: type, roles: Roles) -> ColumnElement[bool]:
    if (model, roles) not in _built:
        _built[model, roles] = _scopes[model].sees(roles)
    return _built[model, roles]


@event.listens_for(Session, "do_orm_execute")
def _look(state: ORMExecuteState) -> None:
    info = state.session.info
    actor = info.get(ACTOR, NOBODY)
    if actor is SYSTEM:
        return
    if info.get(RULES):
        _lift(state)
        return
    if state.is_insert or state.is_update or state.is_delete:
        raise Bypass("A set-based write is not read back: load the rows and change them, or do it in a rule.")
    if not state.is_orm_statement or isinstance(state.statement, FromStatement):
        _refuse_bypass(state.statement)
    sight = info.get(SIGHT)
    if sight is None or sight.nobody:  # nobody's session may still become someone's
        sight = info[SIGHT] = Sight(actor)
    if state.is_column_load:  # a refresh of a row in hand takes no criteria from options
        model = state.bind_mapper.class_ if state.bind_mapper else None
        if model in _scopes:
            state.statement = cast("Select[Any]", state.statement).where(sight.criterion(model))
    else:
        state.statement = state.statement.options(sight)


def _lift(state: ORMExecuteState) -> None:
    """A row that was read before a rule carries its reader's sight: what the rule follows from it sees everything."""
    options = getattr(state.statement, "_with_options", ())
    if any(isinstance(option, Sight) for option in options):
        statement = cast("Select[Any]", state.statement)._generate()
        statement._with_options = tuple(option for option in options if not isinstance(option, Sight))
        state.statement = statement


def _refuse_bypass(statement: object) -> None:
    """Text, and tables without their class, carry no criterion. A select of mapped classes inside one does."""
    if not isinstance(statement, (Select, CompoundSelect, FromStatement)):
        raise Bypass(_GUIDE)
    for element in visitors.iterate(statement):
        if (
            isinstance(element, (TextClause, TextualSelect))
            or _is_words(element)
            or (
                isinstance(element, Select)
                and element._propagate_attrs.get("compile_state_plugin") != "orm"
                and any(map(_shows_scoped, element.get_final_froms()))
            )
        ):
            raise Bypass(_GUIDE)


def _is_words(element: object) -> bool:
    """SQL in a string, or a table called by its name."""
    if isinstance(element, ColumnClause):
        return bool(element.is_literal) and element.name not in ("*", "1")  # what counts and exists are written with
    named = isinstance(element, TableClause) and not isinstance(element, Table)
    return named and element.name in {inspect(model).local_table.name for model in _scopes}  # type: ignore[attr-defined]


def _shows_scoped(source: FromClause) -> bool:
    if isinstance(source, Join):
        return _shows_scoped(source.left) or _shows_scoped(source.right)
    if isinstance(source, Alias):
        return _shows_scoped(source.element)
    return source in {inspect(model).local_table for model in _scopes}


@event.listens_for(Session, "before_flush")
def _judge(session: Session, flush: object, instances: object) -> None:
    """Refuse to change or delete what its writer may only read, as it stands before the change."""
    if session.info.get(ACTOR) is SYSTEM or session.info.get(RULES):
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    with session.no_autoflush:
        _require(session, _by_class((*changed, *session.deleted)), writing=True)


@event.listens_for(Session, "after_flush")
def _read_back(session: Session, flush: Any) -> None:
    """Refuse the flush if what it wrote, or newly names, is not its writer's to write, or to see."""
    if session.info.get(ACTOR) is SYSTEM or session.info.get(RULES):
        return
    gone = {state for state, (is_delete, _) in flush.states.items() if is_delete}  # what a parent let go is among them
    changed = (row for row in session.dirty if session.is_modified(row) and inspect(row) not in gone)
    written = [*session.new, *changed]
    named: dict[Key, set[tuple[Any, ...]]] = defaultdict(set)
    for row in written:
        for key, value in _naming_now(inspect(row).mapper, row):
            named[key].add(value)
    _require(session, _by_class(written), writing=True)
    _require(session, named, writing=False)


def _require(session: Session, met: Mapping[Key, set[tuple[Any, ...]]], *, writing: bool) -> None:
    actor: Actor = session.info.get(ACTOR, NOBODY)
    for (model, names), values in met.items():
        columns = [getattr(model, name) for name in names]
        among = columns[0].in_([value for (value,) in values]) if len(columns) == 1 else tuple_(*columns).in_(values)
        seen = select(*columns).where(among)
        writes = _scopes[model].writes if writing else _everyone
        mine = seen.where(Sight(actor).filled(writes(actor.roles) if writes else false()))
        if {tuple(row) for row in session.execute(mine)} != values:
            blind = {tuple(row) for row in session.execute(seen)} != values
            raise OutOfSight(model) if blind else NotWritable(model)


def _everyone(roles: Roles) -> ColumnElement[bool]:
    return true()


def _by_class(rows: Iterable[object]) -> dict[Key, set[tuple[Any, ...]]]:
    found: dict[Key, set[tuple[Any, ...]]] = defaultdict(set)
    for row in rows:
        mapper = inspect(row).mapper
        if mapper.class_ in _scopes:
            found[mapper.class_, _primary(mapper)].add(tuple(mapper.primary_key_from_instance(row)))
    return found


def _naming_now(mapper: Mapper[Any], row: object) -> Iterator[tuple[Key, tuple[Any, ...]]]:
    """What the row's changed keys name, where that is scoped."""
    for name, target in _keys.get(mapper.class_, ()):
        for value in inspect(row).attrs[name].history.added or ():
            if value is not None:
                yield target, (value,)


def _primary(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
