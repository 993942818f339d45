"""Posts have duties; one heads a township, one leads each module; committees are made of posts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.base import User
from models.governance import ModuleKind
from models.posts import Committee, CommitteeKind, CommitteeMember, LeadingRole, ModuleLeader, Post, PostHolder
from models.queries.choices import township_people
from models.rules.posts import (
    forget_committee,
    prepare_committee,
    prepare_holder,
    prepare_leader,
    prepare_member,
    prepare_post,
)
from models.workflow import Refused
from tests.make import NOW

R, K = LeadingRole, CommitteeKind


def refusal(session, function, row, actor):
    with session.no_autoflush, pytest.raises(Refused) as refused:
        function(session, row, actor, NOW)
    return refused.value.field


@pytest.mark.requirement("TS-17")
def test_a_post_is_a_townships_and_has_duties(session, make):
    town, department = make.township(), make.department()
    actor = make.actor(town)
    for unit, duties, field in ((department, "x", "unit"), (town, " ", "duties")):
        assert refusal(session, prepare_post, Post(unit_id=unit.id, name="x", duties=duties), actor) == field


@pytest.mark.requirement("TS-17")
def test_a_post_is_held_by_people_of_its_township_and_by_each_once_at_a_time(session, make):
    day, a_day = NOW.date(), timedelta(days=1)
    post = make.post()
    village = make.village(post.unit)
    actor, other = make.actor(post.unit), make.user()
    first = make.holder(post, from_on=day, until_on=day + 9 * a_day)
    prepare_holder(session, first, actor, NOW)  # an edit is no further one
    make.posting(other, post.unit, from_on=day + a_day, to_on=day + 20 * a_day)
    make.posting(first.holder, post.unit, from_on=day - 9 * a_day, to_on=day - a_day)

    def held(holder, from_on, until_on=None):
        return PostHolder(post_id=post.id, holder_id=holder.id, from_on=from_on, until_on=until_on)

    make.posting(make.user(), village)
    offered = session.scalars(select(User.id).where(township_people(actor))).all()
    assert set(offered) == {first.holder_id, other.id}
    strangers = make.user(), make.holder(make.post()).holder, other
    for stranger in strangers:
        assert refusal(session, prepare_holder, held(stranger, day), actor) == "holder"
    for days in ((day + 9 * a_day, None), (day, day), (day, None)):
        assert refusal(session, prepare_holder, held(first.holder, *days), actor) == "from_on"
    assert refusal(session, prepare_holder, held(other, day + 21 * a_day), actor) == "holder"
    before = held(first.holder, day - 9 * a_day, day - a_day)
    for another in (before, held(first.holder, day + 10 * a_day), held(other, day + a_day)):
        prepare_holder(session, another, actor, NOW)
        assert another.region_id == post.region_id


@pytest.mark.requirement("TS-14")
def test_one_post_heads_all_one_leads_each_module_and_others_assist(session, make):
    town = make.township()
    main, core = make.module_of_kind(ModuleKind.main), make.module_of_kind(ModuleKind.core)
    first, second, actor = make.post(town), make.post(town), make.actor(town)
    make.leader(first, main, R.overall)
    led = make.leader(first, core, R.block)
    prepare_leader(session, led, actor, NOW)  # an edit is no further one

    def leader(module, role, post=second):
        return ModuleLeader(unit_id=town.id, post_id=post.id, module_id=module.id, role=role)

    assert refusal(session, prepare_leader, leader(main, R.overall), actor) == "role"
    assert refusal(session, prepare_leader, leader(core, R.block), actor) == "role"
    assert refusal(session, prepare_leader, leader(main, R.block), actor) == "module"
    assert refusal(session, prepare_leader, leader(core, R.overall), actor) == "module"
    abroad = make.module_of_kind(ModuleKind.core, make.county())
    assert refusal(session, prepare_leader, leader(abroad, R.block), actor) == "module"
    assert refusal(session, prepare_leader, leader(core, R.assisting, make.post()), actor) == "post"
    for module in (main, core):
        make.leader(make.post(town), module, R.assisting)  # there may be many
        prepare_leader(session, leader(module, R.assisting), actor, NOW)


@pytest.mark.requirement("TS-14")
def test_another_township_has_a_head_of_its_own(session, make):
    main = make.module_of_kind(ModuleKind.main)
    make.leader(make.post(), main, R.overall)
    post = make.post()
    leader = ModuleLeader(unit_id=post.unit_id, post_id=post.id, module_id=main.id, role=R.overall)
    prepare_leader(session, leader, make.actor(post.unit), NOW)
    session.add(leader)
    session.commit()
    heads = session.scalars(select(ModuleLeader.unit_id).where(ModuleLeader.role == R.overall)).all()
    assert len(set(heads)) == len(heads) == 2


@pytest.mark.requirement("LX-04")
def test_there_is_one_working_committee_and_the_special_ones_come_after_it(session, make):
    assert {str(kind) for kind in K} == {"working", "special"}
    town = make.township()
    actor = make.actor(town)
    assert refusal(session, prepare_committee, Committee(unit_id=town.id, name="x", kind=K.special), actor) == "kind"
    working = make.committee(town)
    assert refusal(session, prepare_committee, Committee(unit_id=town.id, name="x", kind=K.working), actor) == "kind"
    for committee in (working, Committee(unit_id=town.id, name="x", kind=K.special)):
        prepare_committee(session, committee, actor, NOW)


@pytest.mark.requirement("LX-04")
def test_posts_of_its_own_unit_sit_in_a_committee_and_one_heads_it(session, make):
    town = make.township()
    committee, post, other = make.committee(town), make.post(town), make.post(town)
    head, actor = make.seat(committee, post, is_head=True), make.actor(town)
    prepare_member(session, head, actor, NOW)
    for post_id, is_head, field in ((other.id, True, "is_head"), (make.post().id, False, "post")):
        member = CommitteeMember(committee_id=committee.id, post_id=post_id, is_head=is_head)
        assert refusal(session, prepare_member, member, actor) == field
    prepare_member(session, CommitteeMember(committee_id=committee.id, post_id=other.id, is_head=False), actor, NOW)
    forget_committee(session, committee, actor, NOW)
    assert session.scalars(select(CommitteeMember)).all() == []
