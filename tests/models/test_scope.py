"""Which rows each role sees, and which of them it writes: a world of two counties, and the tables of who meets what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.orm import RelationshipDirection, Session

from models import door
from models.actor import NOBODY, Actor
from models.calendar import CalendarDay, TimeLimit, WorkingWindow
from models.calls import AssignmentState, Call, CallAssignment, CallCounter, CallSource, CallState
from models.coordination import CaseParty, CoordinationCase
from models.database import reading
from models.door import NotWritable, OutOfSight, Sight, act_for, system_session
from models.ledger import Job, Promise
from models.lists import DutyList, ItemCooperation, ListItem, ListState
from models.notices import Notice, Outbox
from models.organisation import Duty, UnitType
from models.recorder import Origin, RecorderEntry, RecorderHead, set_origin
from models.roles import COUNTY, EVERYWHERE, RoleName
from models.scope import SCOPED
from models.supervision import Reminder, SupervisionOrder
from tests.make import NOW, Make

R = RoleName

# Who meets which calls. `clue` was written in a grid of Luoyang, `across` asks a department of the other county,
# `reverse` is Zrzy's to Sixi, and Sf is a party of `forwarded` only because Zrzy named it.
#  who             sees                                                       writes
CALLS = {
    "luoyang":     ("draft clue submitted returned dispatched forwarded across", "draft clue returned"),
    "sixi":        ("reverse",                                                   ""),
    "grid":        ("clue",                                                      "clue"),
    "zrzy":        ("dispatched forwarded reverse",                              ""),
    "zj":          ("dispatched",                                                ""),
    "sf":          ("forwarded",                                                 ""),
    "idle":        ("",                                                          ""),
    "away":        ("across theirs",                                             ""),
    "tongcheng":   ("theirs",                                                    ""),
    "office":      ("submitted returned dispatched forwarded across reverse",    ""),
    "editorial":   ("submitted returned dispatched forwarded across reverse",    ""),
    "lists":       ("submitted returned dispatched forwarded across reverse",    ""),
    "supervision": ("submitted returned dispatched forwarded across reverse",    ""),
    "assessment":  ("submitted returned dispatched forwarded across reverse",    ""),
    "discipline":  ("submitted returned dispatched forwarded across reverse",    ""),
    "leader":      ("submitted returned dispatched forwarded across reverse",    ""),
    "congress":    ("submitted returned dispatched forwarded across reverse",    ""),
    "tc_office":   ("theirs",                                                    ""),
    "admin":       ("draft clue submitted returned dispatched forwarded across reverse theirs", ""),
    "security":    ("draft clue submitted returned dispatched forwarded across reverse theirs", ""),
    "audit":       ("draft clue submitted returned dispatched forwarded across reverse theirs", ""),
}  # fmt: skip

# What they meet of the rest, by how far their roles reach. `ours`: of the calls that they see.
#  table               own units        county    everywhere
REST = {
    CallAssignment:   ("ours",          "county", "all"),
    CoordinationCase: ("ours",          "county", "all"),
    CaseParty:        ("ours",          "county", "all"),
    Reminder:         ("ours",          "county", "all"),
    SupervisionOrder: ("ours",          "county", "all"),
    DutyList:         ("in force",      "county", "all"),
    ListItem:         ("in force",      "county", "all"),
    ItemCooperation:  ("in force here", "county", "all"),
    CalendarDay:      ("county",        "county", "all"),
    WorkingWindow:    ("county",        "county", "all"),
    TimeLimit:        ("county",        "county", "all"),
    Notice:           ("mine",          "mine",   "mine"),
    Promise:          ("none",          "county", "all"),
    Outbox:           ("none",          "none",   "all"),
    CallCounter:      ("none",          "none",   "all"),
    RecorderEntry:    ("ours, by us",   "chain",  "all"),
    RecorderHead:     ("none",          "chain",  "all"),
}  # fmt: skip

# Who writes what of the rest by form or API. Everybody else writes nothing there.
WRITERS = {
    (DutyList, "lists"): "county drafts",
    (ListItem, "lists"): "county drafts",
    (ItemCooperation, "lists"): "county drafts",
    (CalendarDay, "lists"): "county",
    (CalendarDay, "admin"): "all",
    (WorkingWindow, "admin"): "all",
    (TimeLimit, "admin"): "all",
}


def test_every_scoped_table_is_in_the_tables():
    assert SCOPED.keys() == {Call, *REST}


class World:
    """Two counties at work, built once and only read."""

    def __init__(self, session: Session) -> None:
        make = self.make = Make(session)
        self.session = session
        home, other = make.county("Taishun"), make.county("Tianchang")
        luoyang, sixi = make.township(home, "Luoyang"), make.township(home, "Sixi")
        zrzy, zj, sf, idle = (make.department(home, name) for name in ("Zrzy", "Zj", "Sf", "Idle"))
        away, tongcheng = make.department(other, "Away"), make.township(other, "Tongcheng")
        grid = make.grid(make.village(luoyang))
        office, editorial = make.office(Duty.county_office), make.office(Duty.editorial_office)
        self.actors = {
            "luoyang": make.actor(luoyang),
            "sixi": make.actor(sixi, R.township_head),
            "grid": make.actor(grid),
            "zrzy": make.actor(zrzy),
            "zj": make.actor(zj, R.department_head),
            "sf": make.actor(sf),
            "idle": make.actor(idle),
            "away": make.actor(away),
            "tongcheng": make.actor(tongcheng),
            "office": make.actor(office),
            "editorial": make.actor(editorial),
            "lists": make.actor(editorial, R.list_manager),
            "supervision": make.actor(make.office(Duty.supervision_office)),
            "assessment": make.actor(make.office(Duty.assessment_office)),
            "discipline": make.actor(make.office(Duty.assessment_office), R.discipline_inspector),
            "leader": make.actor(make.office(Duty.leadership)),
            "congress": make.actor(make.unit(UnitType.congress, home)),
            "tc_office": make.actor(make.office(Duty.county_office, other)),
            "admin": make.actor(office, R.admin),
            "security": make.actor(office, R.security_admin),
            "audit": make.actor(office, R.audit_admin),
        }
        item = make.item(zrzy, cooperating=[zj])
        for county, lead in ((home, zrzy), (other, away)):
            make.item(lead, cooperating=[make.department(county)], duty_list=make.duty_list(county))
            make._add(CalendarDay(region_id=county.id, day=date(2027, 1, 1), is_working=False))
        part = {"item": item, "lead": zrzy, "cooperating": [zj]}
        self.calls = {
            "draft": make.call(luoyang, item=item),
            "clue": make.call(grid, item=item, lead=zrzy),
            "submitted": make.call(luoyang, item=item, state=CallState.submitted),
            "returned": make.call(luoyang, item=item, state=CallState.returned),
            "dispatched": make.call(luoyang, state=CallState.dispatched, **part),
            "forwarded": make.call(luoyang, item=item, lead=zrzy, named=sf, state=CallState.forwarded),
            "across": make.call(luoyang, item=item, lead=away, is_cross_region=True, state=CallState.in_progress),
            "reverse": make.call(zrzy, item=item, lead=sixi, state=CallState.dispatched),
            "theirs": make.call(tongcheng, lead=away, item=make.item(away), state=CallState.forwarded),
        }
        for name in ("dispatched", "across", "theirs"):
            self._press_on(self.calls[name])
        for actor in self.actors.values():
            self._tell(actor)
        set_origin(session, Origin(actor=self.actors["zrzy"], at=NOW))
        make.posting(make.user(), zrzy)  # by Zrzy, and in no county's chain
        session.commit()
        self.names = {call.id: name for name, call in self.calls.items()}
        self.cited = self.calls["across"].id, item.id, item.duty_list_id

    def _press_on(self, call: Call) -> None:
        part = self.make.assignments(call)[0]
        promise = self.session.scalars(select(Promise).where(Promise.subject_id == part.id)).first()
        of_part = {"region_id": call.region_id, "call_id": call.id, "unit_id": part.department_id}
        reminder = Reminder(promise_id=promise.id, job=Job.respond_remind, step=1, due_at=NOW, sent_at=NOW, message="x")
        order = SupervisionOrder(assignment_id=part.id, issued_at=NOW, raised_at=NOW)
        for row in (reminder, order):
            for name, value in of_part.items():
                setattr(row, name, value)
        self.make._add(reminder, order)

    def _tell(self, actor: Actor) -> None:
        outbox = self.session.scalars(select(Outbox)).first()
        self.make._add(
            Notice(
                region_id=outbox.region_id,
                outbox_id=outbox.id,
                user_id=actor.user_id,
                unit_id=actor.unit_id,
                subject_type=outbox.subject_type,
                subject_id=outbox.subject_id,
                message=outbox.message,
                created_at=NOW,
            )
        )

    def means(self, word: str, row: Any, actor: Actor, calls: set[int]) -> bool:
        """What a word of the tables means for one row and one actor, who sees those calls."""
        here = getattr(row, "region_id", None) == actor.region_id
        meanings: dict[str, Callable[[], bool]] = {
            "all": lambda: True,
            "none": lambda: False,
            "county": lambda: here,
            "chain": lambda: row.chain == actor.region_id,
            "mine": lambda: row.user_id == actor.user_id,
            "ours": lambda: self._call_of(row) in calls,
            "ours, by us": lambda: row.call_id in calls or row.unit_id in actor.unit_ids,
            "in force here": lambda: here and self._list_of(row).state is ListState.published,
            "in force": lambda: (here and self._list_of(row).state is ListState.published) or self._cited(row, calls),
            "county drafts": lambda: here and self._list_of(row).state is ListState.draft,
        }
        return meanings[word]()

    def _call_of(self, row: Any) -> int:
        return row.case.call_id if isinstance(row, CaseParty) else row.call_id

    def _list_of(self, row: Any) -> DutyList:
        row = row.list_item if isinstance(row, ItemCooperation) else row
        return row.duty_list if isinstance(row, ListItem) else row

    def _cited(self, row: Any, calls: set[int]) -> bool:
        """Whether a call across counties, which one sees, cites the item; or an item of the list."""
        call_id, item_id, list_id = self.cited
        return call_id in calls and row.id == (item_id if isinstance(row, ListItem) else list_id)


@pytest.fixture(scope="module")
def world_engine(sqlite_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "world.sqlite"
    path.write_bytes(sqlite_file.read_bytes())
    engine = create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def world(world_engine):
    with system_session(world_engine) as session:
        world = World(session)
    with system_session(world_engine) as world.session:
        token = reading.set(True)
        world.session.connection()  # begins here, as a reader that nobody waits for
        reading.reset(token)
        yield world


@pytest.fixture(scope="module")
def meet(world_engine, world):
    """`meet(actor, model)`: the ids that the actor sees; with `writing`, those that the actor writes."""

    @cache
    def ids(actor: Actor, model: type, *, writing: bool = False) -> set[int]:
        mapper = inspect(model)
        key = getattr(model, mapper.get_property_by_column(mapper.primary_key[0]).key)
        writes = SCOPED[model].writes
        if writing and writes is None:
            return set()
        with Session(world_engine) as session:
            act_for(session, actor)
            query = select(key)
            if writing:
                query = query.where(Sight(actor).filled(writes(actor.roles)))
            return set(session.scalars(query))

    return ids


def reach(actor: Actor) -> int:
    """Which column of the table holds for an actor."""
    return 2 if actor.roles & EVERYWHERE else 1 if actor.roles & COUNTY else 0


def everything(world: World, model: type) -> list[tuple[int, Any]]:
    return [(inspect(row).identity[0], row) for row in world.session.scalars(select(model))]


@pytest.mark.requirement("LX-24", "TC-24")
@pytest.mark.parametrize("who", CALLS)
def test_calls_are_seen_and_written_by_whom_they_concern(world, meet, who):
    sees, writes = CALLS[who]
    actor = world.actors[who]
    assert {world.names[call] for call in meet(actor, Call)} == set(sees.split())
    assert {world.names[call] for call in meet(actor, Call, writing=True)} == set(writes.split())


@pytest.mark.parametrize("model", REST, ids=lambda model: model.__name__)
def test_the_rest_is_seen_as_far_as_roles_reach(world, meet, model):
    rows = everything(world, model)
    for who, actor in world.actors.items():
        seen, calls = meet(actor, model), meet(actor, Call)
        word = REST[model][reach(actor)]
        assert seen == {key for key, row in rows if world.means(word, row, actor, calls)}, who


@pytest.mark.parametrize("model", REST, ids=lambda model: model.__name__)
def test_the_rest_is_written_by_few(world, meet, model):
    rows = everything(world, model)
    for who, actor in world.actors.items():
        written = meet(actor, model, writing=True)
        word = "mine" if model is Notice else WRITERS.get((model, who), "none")
        assert written == {key for key, row in rows if world.means(word, row, actor, set())}, who


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_the_world_has_rows_that_some_see_and_some_do_not(world, meet, model):
    counts = {len(meet(actor, model)) for actor in (*world.actors.values(), NOBODY)}
    assert len(counts) > 1 or model is Notice
    assert max(counts) > 0


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nobody_sees_or_writes_anything(meet, model):
    assert meet(NOBODY, model) == meet(NOBODY, model, writing=True) == set()


@pytest.mark.parametrize("who", ["luoyang", "grid", "zrzy", "sf", "away", "office", "lists", "tc_office", "admin"])
def test_what_a_visible_row_points_at_is_visible(world, world_engine, who):
    assert list(gaps(world_engine, world.actors[who])) == []


def gaps(engine, actor):
    with Session(engine) as session:
        act_for(session, actor)
        for model in SCOPED:
            for row in session.scalars(select(model)).all():
                for relation in inspect(model).relationships:
                    if relation.direction is RelationshipDirection.MANYTOONE:
                        (column,) = relation.local_columns
                        named = getattr(row, inspect(model).get_property_by_column(column).key)
                        if named is not None and getattr(row, relation.key) is None:
                            yield f"{model.__name__}.{relation.key}"


@pytest.mark.parametrize("who", ["luoyang", "grid"])
def test_another_role_never_hides_what_one_saw(world, meet, who):
    actor = world.actors[who]
    for role in RoleName:
        more = Actor(actor.user_id, actor.unit_id, actor.region_id, actor.unit_ids, actor.roles | {role})
        assert meet(actor, Call) <= meet(more, Call), role


@pytest.mark.parametrize("role", [RoleName.assessor, RoleName.county_dispatcher])
def test_another_role_shows_nobody_elses_drafts(world, meet, role):
    actor = world.actors["zrzy"]
    more = Actor(actor.user_id, actor.unit_id, actor.region_id, actor.unit_ids, actor.roles | {role})
    assert not {"draft", "clue"} & {world.names[call] for call in meet(more, Call)}


# By hand


def test_a_draft_is_nobodys_because_it_names_their_place(make, acting):
    village = make.village(make.township())
    make.call(make.department(), place_unit=village)
    there, _ = acting(village.parent)
    assert there.scalars(select(Call.id)).all() == []


def test_a_grid_worker_writes_clues_and_not_their_townships_calls(make, acting):
    township = make.township()
    grid = make.grid(make.village(township))
    clue = make.call(township, place_unit=grid, source=CallSource.grid)
    make.call(township, place_unit=grid)
    returned = make.call(township, state=CallState.returned, place_unit=grid, source=CallSource.grid)
    worker, _ = acting(grid)
    assert {call.id for call in worker.scalars(select(Call))} == {clue.id, returned.id}
    worker.get(Call, clue.id).title = "A better word"
    worker.commit()
    worker.get(Call, returned.id).title = "Another word"
    with pytest.raises(NotWritable):
        worker.commit()


@pytest.mark.requirement("TC-24")
def test_who_has_no_part_any_more_does_not_see_the_call(make, acting):
    old = make.assignment(state=AssignmentState.reassigned)
    mine, _ = acting(old.department)
    assert mine.scalars(select(Call.id)).all() == []
    assert mine.scalars(select(CallAssignment.id)).all() == []


def test_a_sent_call_is_read_and_not_edited(make, acting):
    township = make.township()
    call_id = make.call(township, state=CallState.submitted).id
    theirs, _ = acting(township)
    theirs.get(Call, call_id).title = "Another title"
    with pytest.raises(NotWritable):
        theirs.commit()


@pytest.mark.requirement("TA-26")
def test_the_county_office_edits_nobodys_call(make, acting):
    call_id = make.call(state=CallState.returned).id
    office, _ = acting(make.office(Duty.county_office))
    office.get(Call, call_id).title = "Another title"
    with pytest.raises(NotWritable):
        office.commit()


@pytest.mark.requirement("TC-32")
def test_a_promise_is_made_by_a_move_and_not_by_a_form(make, acting):
    part = make.assignment()
    department, _ = acting(part.department)
    department.scalars(select(CallAssignment)).one().result = "Done, believe me."
    with pytest.raises(NotWritable):
        department.commit()


def test_a_call_in_anothers_name_is_refused(make, acting):
    ours, theirs, item = make.township(), make.township(), make.item()
    session, _ = acting(ours)
    columns = {"region_id": ours.region_id, "caller_unit_id": theirs.id, "list_item_id": item.id, "created_at": NOW}
    session.add(Call(title="In their name", **columns))
    with pytest.raises(OutOfSight):
        session.commit()


def test_a_call_in_anothers_name_is_refused_even_if_the_place_is_ours(make, acting):
    ours, theirs, item = make.township(), make.township(), make.item()
    village = make.village(ours)
    session, _ = acting(ours)
    columns = {"region_id": ours.region_id, "caller_unit_id": theirs.id, "list_item_id": item.id, "created_at": NOW}
    session.add(Call(title="In their name", place_unit_id=village.id, **columns))
    with pytest.raises(OutOfSight):
        session.commit()


def test_an_item_cited_in_a_part_of_a_call_across_counties_is_visible(make, acting):
    away, here = make.department(make.county()), make.department(make.county())
    call = make.call(
        make.township(here.region), lead=away, cooperating=[here], item=make.item(here), is_cross_region=True,
        state=CallState.dispatched,
    )  # fmt: skip
    part = make.assignments(call)[1]
    make.press(part, "reject", reason="x", list_item_id=make.item(here), proposed_unit_id=make.department(here.region))
    theirs, _ = acting(away)
    assert all(part.cited_item for part in theirs.scalars(select(CallAssignment)) if part.cited_item_id)


def test_the_criteria_hold_no_values_of_an_actor():
    for model, scope in SCOPED.items():
        for criteria in filter(None, (scope.sees, scope.writes)):
            places = criteria(frozenset()).compile().params
            assert not any(key.startswith("actor_") and value for key, value in places.items()), model
    assert door._scopes.items() >= SCOPED.items()
