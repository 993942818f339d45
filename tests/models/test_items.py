"""The drawings and manuals of an item: kept by the list manager, and counted."""

import pytest
from sqlalchemy import select

from models.door import NotWritable, OutOfSight
from models.items import AttachmentKind, ItemAttachment
from models.lists import ListState
from models.organisation import Duty
from models.queries.completeness import complete_items, completeness
from models.roles import RoleName
from models.rules.items import prepare_attachment
from tests.make import NOW

FLOW, MANUAL = AttachmentKind.flow_chart, AttachmentKind.manual


@pytest.fixture
def manager(make, acting):
    return acting(make.office(Duty.editorial_office), RoleName.list_manager)


def hang(who, item, file, **columns):
    """As the form does it."""
    session, actor = who
    part = ItemAttachment(**{"list_item_id": item.id, "file_id": file.id, "kind": MANUAL, "title": ""} | columns)
    part.list_item, part.file = session.get(type(item), item.id), session.get(type(file), file.id)
    prepare_attachment(session, part, actor, NOW)
    session.add(part)
    session.commit()
    return part


@pytest.mark.requirement("TA-12", "TS-07")
@pytest.mark.parametrize("kind", ["flow_chart", "manual", "guide", "leaflet", "folder"])
@pytest.mark.parametrize("state", [ListState.draft, ListState.published])
def test_the_list_manager_adds_documents_before_and_after_the_list_is_published(make, manager, session, kind, state):
    item = make.item(duty_list=make.duty_list(state=state))
    part = hang(manager, item, make.file(name="操作说明.pdf"), kind=AttachmentKind(kind))
    assert (part.title, part.region_id, part.kind) == ("操作说明", item.region_id, kind)
    assert [row.id for row in session.scalars(select(ItemAttachment))] == [part.id]


def test_a_title_that_was_written_is_kept(make, manager):
    assert hang(manager, make.item(), make.file(), title="城管执法流程图").title == "城管执法流程图"


def test_nobody_else_adds_documents(make, acting):
    item = make.item()
    for unit, role in (
        (item.lead_department, RoleName.department_head),
        (make.township(), RoleName.township_head),
        (make.office(Duty.editorial_office), RoleName.editorial_officer),
    ):
        with pytest.raises(NotWritable):
            hang(acting(unit, role), item, make.file(unit))


def test_a_manager_adds_nothing_to_an_item_of_another_county(make, acting):
    home, there = make.home, make.county()
    item = make.item(make.department(there))
    who = acting(make.office(Duty.editorial_office, home), RoleName.list_manager)
    part = ItemAttachment(list_item_id=item.id, file_id=make.file().id, kind=MANUAL, title="x", region_id=there.id)
    who[0].add(part)
    with pytest.raises(OutOfSight):
        who[0].commit()


# Completeness


@pytest.fixture
def world(make):
    """A department with a complete item, a half one and a bare one, and another department; beside them a draft."""
    lead, other = make.department(), make.department()
    whole, half, bare, theirs = make.item(lead), make.item(lead), make.item(lead), make.item(other)
    for item in (whole, theirs, make.item(lead, duty_list=make.duty_list()), make.item(make.department(make.county()))):
        make.document(item, FLOW)
        make.document(item, MANUAL)
    make.document(half, FLOW)
    make.document(half, FLOW)
    make.document(half, AttachmentKind.guide)
    return {"lead": lead, "other": other, "whole": whole, "bare": bare, "theirs": theirs}


@pytest.mark.requirement("TA-12")
@pytest.mark.databases
@pytest.mark.parametrize("role", [RoleName.list_manager, RoleName.township_operator])
def test_complete_is_an_item_with_drawing_and_manual(make, acting, world, role):
    unit = make.township() if role is RoleName.township_operator else make.office(Duty.editorial_office)
    theirs, _ = acting(unit, role)
    told = {department: (items, complete) for department, items, complete in theirs.execute(completeness())}
    assert told == {world["lead"].id: (3, 1), world["other"].id: (1, 1)}


@pytest.mark.requirement("TA-12")
def test_an_item_is_complete_no_longer_when_its_manual_is_taken_away(session, make, world):
    whole = world["whole"].id
    assert whole in session.scalars(complete_items()).all()
    manual = select(ItemAttachment).where(ItemAttachment.list_item_id == whole, ItemAttachment.kind == MANUAL)
    session.delete(session.scalars(manual).one())
    session.commit()
    assert whole not in session.scalars(complete_items()).all()


def test_completeness_is_one_statement(acting, make, world, statements):
    theirs, _ = acting(make.office(Duty.editorial_office))
    theirs.scalar(select(1))
    statements.clear()
    theirs.execute(completeness()).all()
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1
