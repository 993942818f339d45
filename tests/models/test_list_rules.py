"""A list binds when it is complete, published once, and frozen from then on."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.actor import NOBODY
from models.door import NotWritable, system_session
from models.item_words import ItemColumn, ItemState, ListState
from models.lists import DutyList, ItemCooperation, ListItem
from models.organisation import Duty
from models.recorder import RecorderEntry
from models.roles import RoleName
from models.rules.calls import CALL
from models.rules.lists import LIST, forget_from_draft, forget_list, prepare_cooperation, prepare_item, prepare_list
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW, Make


@pytest.fixture
def manager(make):
    return make.actor(make.office(Duty.editorial_office), RoleName.list_manager)


@pytest.fixture
def publish(session, manager):
    def press(duty_list, by=None):
        for name in ("submit", "publish"):
            LIST.move(session, duty_list, name, actor=by or manager, now=NOW)
        session.commit()

    return press


@pytest.mark.requirement("TA-04")
def test_a_publication_puts_list_and_items_in_force_at_once(session, make, publish):
    draft = make.duty_list(issued_by="县委办", document_number="1号")
    items = [make.item(duty_list=draft) for _ in range(3)]
    publish(draft)
    assert (draft.state, draft.published_at, draft.effective_from) == (ListState.published, NOW, NOW.date())
    assert {item.state for item in items} == {ItemState.published}
    actions = select(RecorderEntry.action).where(RecorderEntry.subject_type.in_(["duty_list", "list_item"]))
    assert session.scalars(actions).all().count("publish") == 4


@pytest.mark.requirement("TA-04")
@pytest.mark.parametrize("field", ["issued_by", "document_number"])
def test_no_list_is_published_without_issuer_and_number(session, make, manager, field):
    """Once it is frozen, neither could be added."""
    draft = make.edition(state=ListState.reviewing, **{field: " "})
    with pytest.raises(Refused, match="Name the issuer") as refused:
        LIST.move(session, draft, "publish", actor=manager, now=NOW)
    assert refused.value.field == field
    file = make.file()
    answers = {field: "Said at last", "file_id": file}
    LIST.move(session, draft, "publish", actor=manager, now=NOW, answers=answers)
    session.commit()
    assert (getattr(draft, field), draft.file, draft.state) == ("Said at last", file, ListState.published)


@pytest.mark.requirement("TA-10")
@pytest.mark.parametrize("field", ["department_duties", "township_duties", "legal_basis"])
@pytest.mark.parametrize("nothing", ["", "   "])
def test_an_item_without_both_duties_and_basis_stops_the_publication(make, publish, field, nothing):
    draft = make.duty_list()
    make.item(duty_list=draft)
    faulty = make.item(duty_list=draft, code="X-1", **{field: nothing})
    with pytest.raises(Refused) as refused:
        publish(draft)
    named = {"label": ItemColumn(field).label}
    assert (refused.value.field, refused.value.details) == (field, {"items": "X-1"} | named)
    assert (draft.state, faulty.state) == (ListState.draft, ItemState.draft)


@pytest.mark.requirement("TS-05", "TC-19")
def test_an_item_without_a_lead_stops_the_publication(session, make, publish):
    draft = make.duty_list()
    item = make.item(duty_list=draft, code="X-1")
    item.lead_department = None
    session.commit()
    with pytest.raises(Refused, match="exactly one lead") as refused:
        publish(draft)
    assert refused.value.field == "lead_department"


@pytest.mark.requirement("TS-05", "TC-19")
def test_the_lead_does_not_cooperate_with_itself(session, make, publish):
    draft, lead = make.duty_list(), make.department()
    make.item(lead, duty_list=draft, cooperating=[lead, make.department()])
    with pytest.raises(Refused) as refused:
        publish(draft)
    assert refused.value.field == "cooperating"


def test_a_refusal_names_a_few_items_and_says_that_there_are_more(make, publish):
    draft = make.duty_list()
    for number in range(8):
        make.item(duty_list=draft, code=f"X-{number}", legal_basis="")
    with pytest.raises(Refused) as refused:
        publish(draft)
    assert refused.value.details["items"] == "X-0、X-1、X-2、X-3、X-4…"


def test_an_empty_list_is_not_published(make, publish):
    with pytest.raises(Refused, match="no items"):
        publish(make.duty_list())


def test_one_list_of_a_kind_is_in_force_at_a_time(make, publish):
    first, second = make.duty_list(), make.duty_list()
    make.item(duty_list=first)
    make.item(duty_list=second)
    publish(first)
    with pytest.raises(Refused, match="does not follow it"):
        publish(second)


@pytest.mark.requirement("TC-23")
@pytest.mark.databases
def test_the_database_too_knows_one_list_of_a_kind_in_force(make, session):
    make.list_in_force()
    another = make.duty_list()
    another.state = ListState.published
    with pytest.raises(IntegrityError, match=r"uq_duty_list_in_force|duty_list\.region_id"):
        session.commit()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_writes_an_item_waits_for_who_publishes(own_engine):
    with system_session(own_engine) as publishing, system_session(own_engine) as writing:
        make = Make(publishing)
        draft = make.item(duty_list=make.duty_list()).duty_list
        manager = make.actor(make.office(Duty.editorial_office), RoleName.list_manager)
        publishing.commit()
        late = ListItem(title="One more", duty_list_id=draft.id)
        LIST.move(publishing, draft, "submit", actor=manager, now=NOW)
        with ThreadPoolExecutor(1) as thread:
            written = thread.submit(prepare_item, writing, late, manager, NOW)
            time.sleep(0.3)
            assert not written.done()
            publishing.commit()
            with pytest.raises(Refused, match="frozen"):
                written.result(5)


def test_a_list_is_published_by_its_own_countys_manager_once(make, publish):
    draft = make.duty_list()
    make.item(duty_list=draft)
    stranger = make.actor(make.office(Duty.editorial_office, make.county()), RoleName.list_manager)
    for actor in (stranger, make.actor(make.office(Duty.county_office)), make.actor(make.department())):
        with pytest.raises(NotYours):
            publish(draft, by=actor)
    publish(draft)
    with pytest.raises(MovedOn):
        publish(draft)


@pytest.mark.requirement("TS-03", "TC-10", "TC-26")
@pytest.mark.parametrize("change", ["title", "township_duties", "legal_basis"])
def test_what_is_published_nobody_edits(session, make, acting, publish, change):
    draft = make.duty_list()
    item = make.item(duty_list=draft)
    publish(draft)
    theirs, _ = acting(make.office(Duty.editorial_office), RoleName.list_manager)
    setattr(theirs.get(ListItem, item.id), change, "something else")
    with pytest.raises(NotWritable):
        theirs.commit()


@pytest.mark.requirement("TS-03", "TC-10", "TC-26")
def test_nothing_is_added_to_a_published_list(session, make, manager, publish):
    draft = make.duty_list()
    item = make.item(duty_list=draft)
    publish(draft)
    with pytest.raises(Refused, match="frozen") as refused:
        prepare_item(session, ListItem(duty_list_id=draft.id, code="X", title="More"), manager, NOW)
    assert refused.value.field == "duty_list"
    with pytest.raises(Refused, match="frozen"):
        prepare_cooperation(session, ItemCooperation(list_item_id=item.id, unit_id=1), manager, NOW)


def test_a_draft_is_kept_by_who_writes_it(session, make, manager):
    draft = DutyList(title="New")
    prepare_list(session, draft, manager, NOW)
    assert (draft.region_id, draft.owner_unit_id) == (manager.region_id, manager.unit_id)


def test_a_list_belongs_to_a_county_and_stays_of_its_type(session, make, manager):
    with pytest.raises(Refused, match="a list belongs to one"):
        prepare_list(session, DutyList(title="New"), NOBODY, NOW)
    draft = make.duty_list()
    draft.list_type_id = make.list_type("power").id
    with pytest.raises(Refused, match="stays of its type") as refused:
        prepare_list(session, draft, manager, NOW)
    assert refused.value.field == "list_type"


def test_a_draft_goes_with_its_items_unless_units_were_asked_about_it(session, make, manager):
    draft, asked = make.edition(items=2), make.edition(state=ListState.consulting)
    forget_list(session, draft, manager, NOW)
    session.delete(draft)
    session.commit()
    assert session.scalars(select(ListItem.duty_list_id)).all() == [asked.id]
    with pytest.raises(Refused, match="stays on record"):
        forget_list(session, asked, manager, NOW)
    make.press(asked, "close_round", at=asked.comment_due)
    with pytest.raises(Refused, match="stays on record"):
        forget_list(session, asked, manager, NOW)


@pytest.mark.requirement("TS-03")
def test_nothing_is_taken_from_a_published_list(session, make, manager):
    item = make.item()
    with pytest.raises(Refused, match="Leave the item out"):
        forget_from_draft(session, item, manager, NOW)


@pytest.mark.requirement("TC-19")
def test_an_item_says_who_leads_and_who_cooperates(make):
    lead, helper = make.department(), make.department()
    item = make.item(lead, cooperating=[helper])
    assert (item.lead_department, [part.unit for part in item.cooperating]) == (lead, [helper])


@pytest.mark.requirement("TC-25", "TC-19")
def test_a_dispatch_is_proposed_as_the_item_says(make):
    lead, helper = make.department(), make.department()
    call = make.call(item=make.item(lead, cooperating=[helper]), state="accepted")
    proposed = CALL.transitions["dispatch"].suggest(call)
    assert proposed == {"lead_department_id": lead, "cooperating_department_ids": [helper]}
