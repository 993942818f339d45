"""Whatever way a statement takes, a session meets the rows of its actor, writes those it may, and no others."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Table,
    column,
    create_engine,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    column_property,
    contains_eager,
    immediateload,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)
from sqlalchemy.orm.exc import ObjectDeletedError

from models import door
from models.actor import UNIT_ID, UNIT_IDS, Actor
from models.door import Bypass, NotWritable, OutOfSight, Scope, act_for, by_rule, may_write, system_session
from models.scope import SCOPED

OURS, THEIRS = 1, 2
IDS = {OURS: (1, 3), THEIRS: (2,)}


class Toy(DeclarativeBase):
    pass


class Town(Toy):
    """Public: its name is in the directory."""

    __tablename__ = "town"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    calls: Mapped[list[Call]] = relationship(back_populates="town", order_by="Call.id")


class Call(Toy):
    """Scoped: a town sees its own, an inspector all; a town writes its own until they are sealed."""

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    sealed: Mapped[bool] = mapped_column(default=False)
    town_id: Mapped[int] = mapped_column(ForeignKey("town.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    town: Mapped[Town] = relationship(back_populates="calls")
    follows: Mapped[Call | None] = relationship(remote_side="Call.id")

    @hybrid_property
    def is_first(self):
        return self.follows_id == None  # noqa: E711


class Stamp(Toy):
    """Scoped: a town sees those of its calls; only rules write them."""

    __tablename__ = "stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))


Town.size = column_property(
    select(func.count(Call.id)).where(Call.town_id == Town.id).correlate_except(Call).scalar_subquery()
)


def sees(roles):
    if "Inspector" in roles:
        return true()
    return Call.town_id.in_(UNIT_IDS) if "Visitor" in roles else Call.town_id == UNIT_ID


def writes(roles):
    unsealed = true() if "Notary" in roles else Call.sealed.is_(False)
    return (Call.town_id == UNIT_ID) & unsealed


CALLS = Scope(sees, writes)
STAMPS = Scope(lambda roles: Stamp.call_id.in_(select(Call.id).where(sees(roles))))
PUBLIC = {Town: "the directory"}
door.install(Toy.registry, scoped={Call: CALLS, Stamp: STAMPS}, public=PUBLIC)


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'toy.sqlite'}")
    Toy.metadata.create_all(engine)
    with system_session(engine) as session, session.begin():
        session.add_all([Town(id=OURS, name="Qinghe"), Town(id=THEIRS, name="Liushu")])
        session.add_all([Call(id=1, title="ours", town_id=OURS), Call(id=2, title="theirs", town_id=THEIRS)])
        session.flush()
        session.add(Call(id=3, title="ours, after theirs, sealed", town_id=OURS, follows_id=2, sealed=True))
        session.flush()
        session.add_all([Stamp(id=1, call_id=1), Stamp(id=2, call_id=2)])
    yield engine
    engine.dispose()


@pytest.fixture
def acting(engine):
    opened = []

    def act(unit=OURS, *roles):
        for session in opened:  # one writer at a time, on SQLite
            session.rollback()
        session = Session(engine)
        act_for(session, Actor(user_id=7, unit_id=unit, unit_ids=(unit,), roles=frozenset(roles)))
        opened.append(session)
        return session

    yield act
    for session in opened:
        session.close()


def truth(engine):
    with system_session(engine) as systems:
        calls = select(Call.id, Call.title, Call.town_id, Call.follows_id, Call.sealed).order_by(Call.id)
        return systems.execute(calls).all(), systems.scalars(select(Stamp.id).order_by(Stamp.id)).all()


def loaded(*options):
    return lambda s: [call.id for town in s.scalars(select(Town).options(*options)).unique() for call in town.calls]


def cte(s):
    calls = select(Call).cte()
    return s.scalars(select(calls.c.id))


def subquery(s):
    calls = select(Call).subquery()
    return s.scalars(select(calls.c.id))


other = aliased(Call)
inner = aliased(Call, select(Call).subquery())
WAYS = {
    "select": lambda s: [call.id for call in s.scalars(select(Call))],
    "column": lambda s: s.scalars(select(Call.id)),
    "query": lambda s: [call.id for call in s.query(Call)],
    "alias": lambda s: s.scalars(select(other.id)),
    "alias of subquery": lambda s: s.scalars(select(inner.id)),
    "self join": lambda s: s.scalars(select(other.id).join(Call, Call.id == other.id)),
    "subquery": subquery,
    "cte": cte,
    "union": lambda s: s.scalars(select(Call.id).union(select(Call.id))),
    "union of entities": lambda s: s.scalars(select(Call).from_statement(select(Call).union_all(select(Call)))),
    "join": lambda s: s.scalars(select(Call.id).select_from(Town).join(Town.calls)),
    "outer join": lambda s: [i for i in s.scalars(select(Call.id).select_from(Town).outerjoin(Town.calls)) if i],
    "hybrid": lambda s: [*s.scalars(select(Call.id).where(Call.is_first)), *s.scalars(select(Call.id))],
    "or": lambda s: s.scalars(select(Call.id).where((Call.id == 1) | True)),
    "get": lambda s: [i for i in (1, 2, 3) if s.get(Call, i)],
    "get in list": lambda s: [i for i in (1, 2, 3) if s.query(Call).filter(Call.id == i).one_or_none()],
    "lazy": loaded(lazyload(Town.calls)),
    "joined": loaded(joinedload(Town.calls)),
    "joined inner": lambda s: [c.id for c in s.scalars(select(Call).options(joinedload(Call.town, innerjoin=True)))],
    "selectin": loaded(selectinload(Town.calls)),
    "subqueryload": loaded(subqueryload(Town.calls)),
    "immediate": loaded(immediateload(Town.calls)),
    "contains_eager": lambda s: [
        call.id
        for town in s.scalars(select(Town).join(Town.calls).options(contains_eager(Town.calls))).unique()
        for call in town.calls
    ],
    "exists": lambda s: s.scalars(
        select(Call.id).where(exists().where(other.id == Call.id)).execution_options(populate_existing=True)
    ),
    "any": lambda s: [i for t in s.scalars(select(Town.id).where(Town.calls.any())) for i in IDS[t]],
    "in": lambda s: [i for t in s.scalars(select(Town.id).where(Town.id.in_(select(Call.town_id)))) for i in IDS[t]],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_way_leads_to_ours_only(engine, acting, way):
    def met(session):
        return {getattr(found, "id", found) for found in way(session)}

    for _ in range(2):  # the second time from the cache
        assert met(acting(OURS)) == {1, 3}
        assert met(acting(THEIRS)) == {2}
        assert met(acting(OURS, "Inspector")) == {1, 2, 3}
        acting().rollback()
        with Session(engine) as nobodys:
            assert met(nobodys) == set()
        with system_session(engine) as systems:
            assert met(systems) == {1, 2, 3}


COUNTS = {
    "count": lambda s: s.scalar(select(func.count()).select_from(Call)),
    "count of a column": lambda s: s.scalar(select(func.count(Call.id))),
    "query.count": lambda s: s.query(Call).count(),
    "max": lambda s: s.scalar(select(func.max(Call.id)).where(Call.id != 3)),
    "count of a subquery": lambda s: s.scalar(select(func.count()).select_from(select(Call).subquery())),
    "exists alone": lambda s: s.scalar(select(exists().where(Call.id == 2))),
    "column property": lambda s: sum(s.scalars(select(Town.size))),
    "scalar subquery": lambda s: s.scalar(select(select(func.count(Call.id)).scalar_subquery())),
}


@pytest.mark.parametrize("way", COUNTS.values(), ids=COUNTS)
def test_numbers_do_not_tell_of_theirs(engine, acting, way):
    for _ in range(2):
        ours, theirs = way(acting(OURS)), way(acting(THEIRS))
        assert ours != theirs
        acting().rollback()
        with Session(engine) as nobodys:
            assert not way(nobodys)
        with system_session(engine) as systems:
            assert way(systems) != ours


def test_a_hidden_row_that_a_visible_one_names_is_none(acting):
    session = acting()
    assert session.get(Call, 3).follows is None
    session.expire_all()
    assert session.scalar(select(Call).where(Call.id == 3).options(joinedload(Call.follows))).follows is None
    assert session.get(Call, 3).follows_id == 2, "the key is still there"


def test_an_expired_row_that_left_is_gone(engine, acting):
    session = acting()
    call = session.get(Call, 1)
    session.commit()
    with system_session(engine) as systems, systems.begin():
        systems.get(Call, 1).town_id = THEIRS
    with pytest.raises(ObjectDeletedError):
        _ = call.title


# Set-based writes


SET_BASED = {
    "update": update(Call).values(title="x"),
    "update of one": update(Call).values(title="x").where(Call.id == 1),
    "moving": update(Call).values(town_id=THEIRS),
    "naming": update(Call).values(follows_id=2),
    "sealing": update(Call).values(sealed=True),
    "update of a table": update(Call.__table__).values(title="x"),
    "delete": delete(Call),
    "delete of one": delete(Call).where(Call.id == 1),
    "delete of what only rules write": delete(Stamp),
    "insert": insert(Call).values(title="x", town_id=OURS),
    "copied from a table": update(Town).values(name=select(Call.__table__.c.title).limit(1).scalar_subquery()),
    "copied by join": update(Town).where(Town.id == Call.town_id).values(name=Call.title),
    "told by which rows change": update(Town).where(Town.id.in_(select(Call.__table__.c.town_id))).values(name="x"),
    "told by text": update(Town).where(text("id in (select town_id from call)")).values(name="x"),
    "inserted from a select": insert(Town).from_select(["id", "name"], select(Call.id + 10, Call.title)),
}


@pytest.mark.parametrize("statement", SET_BASED.values(), ids=SET_BASED)
def test_a_set_based_write_is_not_read_back_and_so_refused(engine, acting, statement):
    before = truth(engine)
    for session in (acting(), acting(OURS, "Inspector"), Session(engine)):
        with session, pytest.raises(Bypass):
            session.execute(statement)
    assert truth(engine) == before


def test_rows_by_key_are_refused_too(acting):
    with pytest.raises(Bypass):
        acting().execute(update(Call), [{"id": 2, "title": "x"}])
    with pytest.raises(Bypass):
        acting().execute(insert(Call), [{"title": "x", "town_id": THEIRS}])
    with pytest.raises(Bypass):
        acting().query(Call).filter(Call.id == 1).delete()


def test_a_rule_may_write_by_set(engine, acting):
    session = acting()
    with by_rule(session):
        session.execute(update(Call).values(title="ruled"))
    session.commit()
    assert {call.title for call in truth(engine)[0]} == {"ruled"}


# Rows


WRITES = {
    "planted": lambda s: s.add(Call(title="planted", town_id=THEIRS)),
    "planted by relation": lambda s: s.add(Call(title="planted", town=s.get(Town, THEIRS))),
    "planted by cascade": lambda s: s.add(Town(id=9, name="New", calls=[Call(title="planted")])),
    "moved out": lambda s: setattr(s.get(Call, 1), "town_id", THEIRS),
    "moved out by relation": lambda s: setattr(s.get(Call, 1), "town", s.get(Town, THEIRS)),
    "naming the hidden": lambda s: setattr(s.get(Call, 1), "follows_id", 2),
    "merged": lambda s: s.merge(Call(id=9, title="planted", town_id=THEIRS)),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_that_its_writer_may_not_see_is_refused(engine, acting, write):
    before = truth(engine)
    session = acting()
    write(session)
    with pytest.raises(OutOfSight) as refused:
        session.commit()
    assert type(refused.value) is OutOfSight, "it does not tell that the row exists"
    session.rollback()
    assert truth(engine) == before


def test_naming_what_is_not_is_refused(engine, acting):
    before = truth(engine)
    session = acting()
    session.get(Call, 1).follows_id = 99
    with pytest.raises((OutOfSight, IntegrityError)):
        session.commit()
    session.rollback()
    assert truth(engine) == before


READ_ONLY = {
    "edited": lambda s: setattr(s.get(Call, 3), "title", "x"),
    "unsealed": lambda s: setattr(s.get(Call, 3), "sealed", False),  # it would be writable after
    "sealed": lambda s: setattr(s.get(Call, 1), "sealed", True),  # it was writable before
    "deleted": lambda s: s.delete(s.get(Call, 3)),
    "born sealed": lambda s: s.add(Call(title="x", town_id=OURS, sealed=True)),
    "stamped": lambda s: s.add(Stamp(call_id=1)),
    "stamp moved": lambda s: setattr(s.get(Stamp, 1), "call_id", 3),
    "stamp deleted": lambda s: s.delete(s.get(Stamp, 1)),
}


@pytest.mark.parametrize("write", READ_ONLY.values(), ids=READ_ONLY)
def test_what_one_sees_one_may_not_therefore_write(engine, acting, write):
    before = truth(engine)
    session = acting()
    write(session)
    with pytest.raises(NotWritable):
        session.commit()
    session.rollback()
    assert truth(engine) == before


def test_an_inspector_sees_theirs_and_writes_none_of_it(acting):
    session = acting(OURS, "Inspector")
    session.get(Call, 2).title = "x"
    with pytest.raises(NotWritable):
        session.commit()


@pytest.mark.parametrize(
    ("unit", "roles", "writable"),
    [(OURS, (), {1}), (OURS, ("Notary",), {1, 3}), (OURS, ("Inspector",), {1}), (THEIRS, (), {2})],
)
def test_a_page_may_ask_what_could_be_written(acting, unit, roles, writable):
    session = acting(unit, *roles)
    assert {call.id for call in session.scalars(select(Call)) if may_write(session, call)} == writable
    assert not any(may_write(session, stamp) for stamp in session.scalars(select(Stamp)))
    assert all(may_write(session, town) for town in session.scalars(select(Town)))


def test_the_system_could_write_everything_and_nobody_nothing(engine):
    with system_session(engine) as systems:
        rows = [*systems.scalars(select(Call)), *systems.scalars(select(Stamp))]
        assert all(may_write(systems, row) for row in rows)
    with Session(engine) as session:
        assert not any(may_write(session, row) for row in rows)


def test_a_role_may_write_more(engine, acting):
    session = acting(OURS, "Notary")
    session.get(Call, 3).sealed = False
    session.commit()
    assert truth(engine)[0][2].sealed is False


def test_an_old_key_to_a_hidden_row_does_not_stop_an_edit(engine, acting):
    session = acting(OURS, "Notary")
    session.get(Call, 3).title = "edited"
    session.commit()
    assert truth(engine)[0][2].title == "edited"


def test_an_untouched_row_is_not_judged(engine, acting):
    before, session = truth(engine), acting()
    call = session.get(Call, 3)
    call.title = call.title
    session.commit()
    assert truth(engine) == before


def test_nobody_writes_nothing(engine):
    with Session(engine) as session:
        session.add(Call(title="planted", town_id=OURS))
        with pytest.raises(OutOfSight):
            session.commit()


# Rules


def test_a_rule_sees_and_writes_all(engine, acting):
    session = acting()
    with by_rule(session):
        assert session.scalars(select(Call.id)).all() == [1, 2, 3]
        session.get(Call, 2).title = "ruled"
        session.get(Call, 3).sealed = False
        session.add(Stamp(id=3, call_id=2))
    session.commit()
    calls, stamps = truth(engine)
    assert ([call.title for call in calls][1], calls[2].sealed, stamps) == ("ruled", False, [1, 2, 3])


def test_after_a_rule_the_door_is_closed_again(acting):
    session = acting()
    with by_rule(session), by_rule(session):
        assert len(session.scalars(select(Call.id)).all()) == 3
    assert session.scalars(select(Call.id)).all() == [1, 3]
    session.get(Call, 3).title = "x"
    with pytest.raises(NotWritable):
        session.flush()


def test_the_door_closes_even_after_an_exception(acting):
    session = acting()
    with by_rule(session):
        failing_rule(session)
        assert len(session.scalars(select(Call.id)).all()) == 3, "the outer rule is still at work"
    failing_rule(session)
    assert session.scalars(select(Call.id)).all() == [1, 3]


def failing_rule(session):
    with suppress(KeyError), by_rule(session):
        session.get(Call, 1).title = "half done"
        raise KeyError


def test_what_was_written_before_a_rule_does_not_slip_through_with_it(engine, acting):
    before = truth(engine)
    session = acting()
    session.get(Call, 3).title = "x"
    with pytest.raises(NotWritable), by_rule(session):
        pass
    session.rollback()
    assert truth(engine) == before


def test_what_a_rule_left_unflushed_when_it_failed_does_not_slip_through(acting):
    session = acting()
    with suppress(KeyError), by_rule(session):
        session.get(Call, 3).title = "x"
        raise KeyError
    with pytest.raises(NotWritable):
        session.commit()


def test_a_rule_is_not_blind_through_a_row_that_was_read_before_it(acting):
    session = acting()
    call = session.get(Call, 3)
    with by_rule(session):
        assert call.follows.title == "theirs"


def test_what_a_rule_read_is_not_met_after_it(acting):
    session = acting()
    with by_rule(session):
        session.get(Call, 2)
    assert session.get(Call, 2) is None


# Bypasses


BYPASSES = {
    "text": text("select * from call"),
    "table": select(Call.__table__),
    "table in a subquery": select(select(Call.__table__).subquery()),
    "table inside a mapped select": select(Town).where(Town.id.in_(select(Call.__table__.c.town_id))),
    "text inside a mapped select": select(Town).where(text("id in (select town_id from call)")),
    "mapped from text": select(Call).from_statement(text("select * from call")),
    "mapped from a table": select(Call).from_statement(select(Call.__table__)),
    "literal": select(literal_column("(select max(title) from call)")),
    "literal inside a mapped select": select(Town.id, literal_column("(select max(title) from call)")),
    "table by name": select(table("call", column("title"))),
    "table by name inside a mapped select": select(Town).where(
        Town.id.in_(select(column("town_id")).select_from(table("call")))
    ),
}


@pytest.mark.parametrize("statement", BYPASSES.values(), ids=BYPASSES)
def test_what_the_door_cannot_see_through_is_refused(engine, acting, statement):
    for session in (acting(), Session(engine)):
        with session, pytest.raises(Bypass):
            session.execute(statement)


# Hands


def test_a_session_does_not_change_hands(engine, acting):
    with pytest.raises(ValueError, match="change hands"):
        act_for(acting(), Actor(8, THEIRS))
    with system_session(engine) as session, pytest.raises(ValueError, match="change hands"):
        act_for(session, Actor(8, THEIRS))


def test_nobodys_session_may_become_someones(engine):
    with Session(engine) as session:
        assert session.scalars(select(Call)).all() == []
        act_for(session, Actor(7, OURS))
        assert len(session.scalars(select(Call)).all()) == 2


def test_a_place_left_empty_matches_nothing(engine):
    with Session(engine) as session:
        act_for(session, Actor(user_id=7, unit_id=None))
        assert session.scalars(select(Call)).all() == []


@pytest.mark.parametrize(("units", "met"), [((), []), ((THEIRS,), [2]), ((OURS, THEIRS), [1, 2, 3])])
def test_a_place_for_many_takes_none_one_and_several(engine, units, met):
    for _ in range(2):
        with Session(engine) as session:
            act_for(session, Actor(user_id=7, unit_ids=units, roles=frozenset({"Visitor"})))
            assert session.scalars(select(Call.id).order_by(Call.id)).all() == met


# Compiled once


def ask(acting, unit, *roles):
    with acting(unit, *roles) as session:
        session.scalars(select(Call).where(Call.id > unit).options(selectinload(Call.town))).all()
        session.get(Call, unit)


def test_one_statement_is_compiled_once_for_all_of_the_same_roles(engine, acting):
    ask(acting, OURS, "Notary", "Inspector")
    before = len(engine._compiled_cache)
    for unit in range(50):
        ask(acting, unit, "Inspector", "Notary")
    assert len(engine._compiled_cache) == before


def test_other_roles_have_statements_of_their_own(engine, acting):
    ask(acting, OURS)
    before = len(engine._compiled_cache)
    ask(acting, OURS, "Inspector")
    assert len(engine._compiled_cache) > before


def test_a_statement_that_is_not_cached_has_the_values_too(acting):
    uncached = acting().connection().execution_options(compiled_cache=None)
    with Session(uncached) as session:
        act_for(session, Actor(user_id=7, unit_id=OURS))
        assert session.scalars(select(Call.id)).all() == [1, 3]


# Declared


@pytest.mark.parametrize(
    ("scoped", "public"),
    [
        ({Stamp: STAMPS}, PUBLIC),
        ({Call: CALLS, Stamp: STAMPS}, {Town: ""}),
        ({Call: CALLS, Stamp: STAMPS}, {Town: "x", Call: "y"}),
    ],
    ids=["forgotten", "without a reason", "both"],
)
def test_a_table_is_scoped_or_public_for_a_reason(scoped, public):
    with pytest.raises(door.Undeclared, match="give it a criterion, or a reason"):
        door.install(Toy.registry, scoped=scoped, public=public)


def test_a_relation_goes_through_a_class_and_not_a_bare_table():
    class Bare(DeclarativeBase):
        pass

    class Left(Bare):
        __tablename__ = "left"
        id: Mapped[int] = mapped_column(primary_key=True)
        rights: Mapped[list[Right]] = relationship(secondary="pair")

    class Right(Bare):
        __tablename__ = "right"
        id: Mapped[int] = mapped_column(primary_key=True)

    Table("pair", Bare.metadata, Column("l", ForeignKey("left.id")), Column("r", ForeignKey("right.id")))
    with pytest.raises(door.Undeclared, match="map the association table"):
        door.install(Bare.registry, scoped={}, public={Left: "x", Right: "x"})


def test_the_scopes_of_the_real_tables_are_still_installed():
    assert SCOPED.items() <= door._scopes.items()


def test_criteria_are_asked_once_for_each_set_of_roles(acting):
    asked = []

    def counting(roles):
        asked.append(roles)
        return sees(roles)

    door.install(Toy.registry, scoped={Call: Scope(counting, writes), Stamp: STAMPS}, public=PUBLIC)
    try:
        asked.clear()
        for _ in range(3):
            acting(OURS, "Archivist").scalars(select(Call.id)).all()
        assert asked.count(frozenset({"Archivist"})) <= 1
    finally:
        door.install(Toy.registry, scoped={Call: CALLS, Stamp: STAMPS}, public=PUBLIC)
