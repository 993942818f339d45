"""The drawings and manuals of an item, kept by the list manager."""

import pytest
from sqlalchemy import select

from models.door import NotWritable, OutOfSight
from models.item_words import ItemState
from models.items import AttachmentKind, ItemAttachment, ItemCheckpoint, ItemIndicator
from models.lists import ListState
from models.organisation import Duty
from models.roles import RoleName
from models.rules.items import prepare_attachment, prepare_checkpoint, prepare_indicator
from models.workflow import Refused
from tests.make import NOW

MANUAL = AttachmentKind.manual


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


@pytest.mark.requirement("TC-39")
def test_what_an_item_asks_of_calls_is_fixed_with_its_list(make, session, manager):
    _, actor = manager
    published = make.item()
    asked = ItemIndicator(list_item_id=published.id, name="depth", label="Depth")
    with pytest.raises(Refused, match="A published list is frozen") as refused:
        prepare_indicator(session, asked, actor, NOW)
    assert refused.value.field == "list_item"
    draft = make.item(duty_list=make.duty_list())
    asked = ItemIndicator(list_item_id=draft.id, name="title", label="Title")
    with pytest.raises(Refused, match="usual column") as refused:
        prepare_indicator(session, asked, actor, NOW)
    assert refused.value.field == "name"


@pytest.mark.requirement("LX-19")
def test_nothing_is_hung_on_an_item_of_the_past(make, session, manager):
    _, actor = manager
    past = make.item(state=ItemState.superseded)
    with pytest.raises(Refused, match="in force, or of a draft") as refused:
        prepare_checkpoint(session, ItemCheckpoint(list_item_id=past.id, what="x"), actor, NOW)
    assert refused.value.field == "list_item"
