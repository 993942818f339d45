"""What pages offer and tell: parts to add, entries of the recorder, hours, places."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markupsafe import escape
from sqlalchemy import select

from models.adjustments import AdjustmentKind, AdjustmentState
from models.agencies import AgencyState
from models.calendar import WorkingWindow
from models.item_words import ListState, PlatformKind
from models.items import ItemIndicator
from models.lists import ListItem
from models.organisation import Duty, UnitType
from models.recorder import RecorderEntry
from models.roles import RoleName

# Related rows


@pytest.fixture
def manager(browser_of, make):
    return browser_of(make.office(Duty.editorial_office), RoleName.list_manager)


def test_a_part_is_added_from_the_page_of_the_whole_which_is_filled_in(manager, make, session):
    item = make.item(duty_list=make.duty_list())
    whole, address = f"/list_item/{item.id}", f"/item_indicator/add?list_item={item.id}&part_of=list_item"
    assert f'href="{escape(address)}"' in manager.get(whole).text
    form = manager.get(address).text
    assert re.search(rf'<option value="{item.id}" selected>', form)
    assert f'href="{whole}"' in form, "and back to it, without adding one"
    field = {"list_item": item.id, "label": "占地面积", "name": "area", "kind": "number"}
    answer = manager.post(address, data=field)
    assert (answer.status_code, answer.location) == (302, whole)
    page = manager.get(whole).text
    assert ("占地面积" in page, escape(address) in page) == (True, True)
    assert session.scalars(select(ItemIndicator.name)).all() == ["area"]


def test_an_empty_part_is_shown_to_whom_can_fill_it_and_says_so(manager, make):
    draft, published = make.duty_list(), make.item()
    assert f"/list_item/add?duty_list={draft.id}" in manager.get(f"/duty_list/{draft.id}").text
    page = manager.get(f"/list_item/{make.item(duty_list=draft).id}").text
    assert ("关联指标项" in page, "暂无数据" in page) == (True, True)
    assert "/item_indicator/add" not in manager.get(f"/list_item/{published.id}").text


def test_a_part_is_not_offered_to_whom_cannot_add_it(browser_of, make):
    item = make.indicator(make.item(duty_list=make.duty_list())).list_item
    officer = browser_of(make.office(Duty.editorial_office))
    page = officer.get(f"/list_item/{item.id}").text
    assert ("关联指标项" in page, "/item_indicator/add" in page) == (True, False)
    assert "/call_assignment/add" not in officer.get(f"/call/{make.call(state='submitted').id}").text


def test_what_is_no_part_of_the_page_is_shown_itself(browser_of, make):
    item = make.item()
    township = browser_of(make.township())
    address = f"/list_adjustment/add?list_item={item.id}&kind=modify&duty_list={item.duty_list_id}"
    assert f'href="{escape(address)}"' in township.get(f"/list_item/{item.id}").text
    form = {"list_item": item.id, "kind": "modify", "duty_list": item.duty_list_id, "reason": "law_change"}
    assert "/list_adjustment/" in township.post(address, data=form).location


def test_a_meeting_on_a_case_is_one_on_coordination(browser_of, make):
    case = make.case(state="negotiating")
    page = unescape(browser_of(make.office(Duty.supervision_office)).get(f"/coordination_case/{case.id}").text)
    assert f"/joint_meeting/add?kind=coordination&case={case.id}" in page


@pytest.mark.requirement("TA-16")
def test_an_order_is_offered_on_what_can_be_pressed_for(browser_of, make):
    office = browser_of(make.office(Duty.supervision_office))
    offered = {
        "case": (make.case(state="negotiating"), True),
        "case without a call": (make.free_case(state="negotiating"), False),
        "closed case": (make.case(state="closed"), False),
        "part": (make.assignment(), True),
        "resolved part": (make.assignment(state="resolved"), False),
    }
    for name, (row, is_offered) in offered.items():
        page = office.get(f"/{row.__tablename__}/{row.id}").text
        assert ("/supervision_order/add?" in page) is is_offered, name


def test_more_time_is_offered_to_who_may_ask_for_it(browser_of, make):
    part = make.assignment(state="responded")
    for unit, is_offered in ((part.department, True), (part.call.caller_unit, False)):
        page = browser_of(unit).get(f"/call_assignment/{part.id}").text
        assert ("/extension/add?" in page) is is_offered, unit.name


def test_more_time_is_not_offered_again_until_the_request_is_answered(browser_of, make):
    part = make.assignment(state="responded")
    asked = make.extension(part)
    department, page = browser_of(part.department), f"/call_assignment/{part.id}"
    assert "/extension/add?" not in department.get(page).text
    make.press(asked, "refuse", note="The river is low.")
    assert "/extension/add?" in department.get(page).text


def test_a_call_leads_to_the_part_that_waits_for_its_caller_as_long_as_it_does(browser_of, make):
    part = make.assignment(state="paused")
    town, page, leads = browser_of(part.call.caller_unit), f"/call/{part.call_id}?_l_=en", "What a department waits for"
    head = town.get(page).text.partition("head-do")[2].partition("</div>")[0]
    assert re.search(rf'href="/call_assignment/{part.id}">[^<]*<i[^>]*></i> {leads}', head)
    make.press(part, "resume")
    assert leads not in town.get(page).text


def test_a_confirmed_call_leads_to_the_rating_that_is_owed(browser_of, make):
    call = make.call(state="awaiting_confirmation")
    town, page, leads = browser_of(call.caller_unit), f"/call/{call.id}?_l_=en", "Rate each other"
    assert leads not in town.get(page).text
    make.press(call, "confirm")
    link = re.search(rf'href="([^"]*)">[^<]*<i[^>]*></i> {leads}', town.get(page).text)[1]
    ours = next(rating for rating in make.ratings(call) if rating.rater_unit_id == call.caller_unit_id)
    assert f"/mutual_rating/{ours.id}" in town.get(unescape(link)).text
    assert leads not in browser_of(make.office(Duty.leadership)).get(page).text


def test_who_is_asked_reads_what_is_proposed_and_what_stands_now(browser_of, make):
    item, town = make.item(township_duties="每月巡查。"), make.township()
    adjustment = make.adjustment(
        item=item, kind="modify", state=AdjustmentState.consulting, asked=[town], township_duties="汛期每日巡查。"
    )
    (opinion,) = make.adjustment_opinions(adjustment)
    for address in (f"/adjustment_opinion/{opinion.id}", f"/adjustment_opinion/{opinion.id}/move/give"):
        page = browser_of(town).get(address).text
        assert ("每月巡查。" in page, "汛期每日巡查。" in page) == (True, True), address


def test_a_new_form_has_ones_own_unit_where_one_chooses_among_ones_own(browser_of, make):
    township = make.unit(UnitType.township)
    make.unit(UnitType.village, township)
    form = browser_of(township, RoleName.township_operator).get("/villager_council/add").text
    assert f'<option value="{township.id}" selected>' in form
    office = make.office(Duty.editorial_office)
    form = browser_of(office, RoleName.editorial_officer).get("/staffing_bank_entry/add")
    assert (form.status_code, f'<option value="{office.id}" selected>' in form.text) == (200, False)


# Lists


def test_the_menu_opens_the_items_in_force_and_whoever_reads_them_may_see_the_others(manager, make):
    shown, hidden = make.item(title="在施行"), make.item(title="在起草", duty_list=make.duty_list())
    address = "/list_item/?f=state:eq:published"
    assert f'href="{address}"' in manager.get("/").text
    assert f'href="{address}"' in manager.get(f"/list_item/{shown.id}").text
    page = manager.get(address).text
    assert (shown.title in page, hidden.title in page) == (True, False)
    assert hidden.title in manager.get("/list_item/").text


def test_of_the_drawings_the_menu_opens_those_of_items_in_force(manager, make, session):
    old = make.edition(state=ListState.superseded)
    for edition, title in ((old, "旧版的图"), (make.next_of(old), "在用的图")):
        item = session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id)).one()
        make.document(item, file=make.file(old.owner_unit, f"{title}.pdf"))
    address = "/item_attachment/?f=is_current:eq:true"
    assert f'href="{address}"' in manager.get("/").text
    page = manager.get(address).text
    assert ("在用的图" in page, "旧版的图" in page) == (True, False)
    assert "旧版的图" in manager.get("/item_attachment/").text


def test_a_list_that_is_empty_as_it_opens_says_what_to_do(manager, make):
    make.item(title="在起草", duty_list=make.duty_list())
    assert "清单由编办公布" in manager.get("/list_item/?f=state:eq:published").text
    assert "清单由编办公布" not in manager.get("/list_item/?f=state:eq:removed").text


def test_a_record_without_a_number_is_called_by_its_name(browser_of, make):
    admission = make.admission()
    page = browser_of(admission.applicant).get("/duty_admission/").text
    assert (f"#{admission.id}<" in page, page.count(admission.title)) == (False, 2)


def test_how_a_deadline_came_about_is_not_asked_of_one_that_people_wrote(browser_of, make):
    editorial = browser_of(make.office(Duty.editorial_office))
    meeting, call = make.meeting(), make.call(state="submitted")
    assert "/due/" not in editorial.get(f"/joint_meeting/{meeting.id}").text
    assert editorial.get(f"/joint_meeting/{meeting.id}/due/meets_at").status_code == 404
    assert f"/call/{call.id}/due/accept_due" in editorial.get(f"/call/{call.id}").text


# The recorder


@pytest.fixture
def entry(program_of, make, session):
    """The entry of an edit that somebody of a township has made."""
    call = make.call(title="旧标题")
    program_of(call.caller_unit).put(f"call/{call.id}", json={"title": "新标题"})
    of_call = select(RecorderEntry).where(RecorderEntry.subject_type == "call", RecorderEntry.action == "edit")
    return session.scalars(of_call).one()


@pytest.fixture
def auditor(browser_of, make):
    return browser_of(make.home, RoleName.audit_admin)


@pytest.mark.requirement("TC-50")
def test_an_entry_says_who_for_which_unit_and_what_changed(auditor, entry):
    page = auditor.get(f"/recorder_entry/{entry.id}").text
    person = f"{entry.user.last_name}{entry.user.first_name}"
    facts = dict(re.findall(r"<dt>(.+?)</dt>\s*<dd>(.+?)\s*</dd>", page))
    assert (facts["人员"], facts["单位"]) == (person, f'<a href="/unit/{entry.unit_id}">{entry.unit}</a>')
    assert "<del>旧标题</del>" in facts["标题"]
    assert "<ins>新标题</ins>" in facts["标题"]


def test_the_entry_of_a_new_row_says_with_what_it_began(auditor, entry, session):
    of_item = select(RecorderEntry.id).where(
        RecorderEntry.subject_type == "list_item", RecorderEntry.action == "create"
    )
    page = auditor.get(f"/recorder_entry/{session.scalar(of_item)}").text
    assert "<ins>Inspect and decide.</ins>" in page


@pytest.mark.requirement("TC-48")
@pytest.mark.parametrize("whom", ["user", "unit"])
def test_the_recorder_is_searched_by_person_and_by_unit(auditor, entry, session, whom):
    entries = select(RecorderEntry).order_by(RecorderEntry.id.desc())
    theirs = [one.id for one in session.scalars(entries) if getattr(one, f"{whom}_id") == getattr(entry, f"{whom}_id")]
    question = f"(filters:!((col:{whom},opr:rel_o_m,value:{getattr(entry, f'{whom}_id')})))"
    found = auditor.get(f"/api/v1/recorder_entry/?q={question}").json
    assert found["ids"] == theirs
    assert entry.id in theirs
    assert found["result"][0][whom]["id"] == getattr(entry, f"{whom}_id")
    assert auditor.get(f"/recorder_entry/?f={whom}:rel_o_m:{getattr(entry, f'{whom}_id')}").status_code == 200


# Lists and forms


def test_a_list_of_hours_shows_them_and_the_day_in_words(browser_of, make, session):
    admin = browser_of(make.home, RoleName.admin)
    window = session.scalars(select(WorkingWindow).order_by(WorkingWindow.weekday, WorkingWindow.starts)).first()
    page = admin.get("/working_window/?_l_=en").text
    row = re.search(rf'<tr data-href="/working_window/{window.id}">(.+?)</tr>', page, re.DOTALL)[1]
    cells = [re.sub(r"<.+?>", "", cell).strip() for cell in re.findall(r"<td.+?</td>", row, re.DOTALL)]
    assert cells == ["Monday", "08:30", "12:00", make.home.name]
    told = admin.get("/api/v1/working_window/?q=(order_column:weekday)").json["result"][0]
    assert (told["weekday"], told["starts"], told["ends"]) == (0, "08:30:00", "12:00:00")


def test_a_weekday_is_chosen_by_its_name_and_one_that_is_kept_or_was_sent_stays_chosen(browser_of, make, session):
    admin = browser_of(make.home, RoleName.admin)
    window = session.scalars(select(WorkingWindow).where(WorkingWindow.weekday == 4)).first()

    def chosen(page):
        box = page.partition('name="weekday"')[2].partition("</select>")[0]
        return re.findall(r'<option value="(\d?)"( selected)?>(.+?)</option>', box)

    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    for number, address in ((None, "add"), (4, f"{window.id}/edit")):
        offered = [(str(each), " selected" if each == number else "", day) for each, day in enumerate(days)]
        assert chosen(admin.get(f"/working_window/{address}?_l_=en").text) == [("", "", "(choose)"), *offered]
    sent = {"weekday": "0", "starts": "10:00", "ends": "09:00", "region": str(make.home.id)}
    refused = admin.post("/working_window/add?_l_=en", data=sent)
    assert [day for _, marked, day in chosen(refused.text) if marked] == ["Monday"]


@pytest.mark.requirement("TA-23")
def test_a_place_is_chosen_among_what_the_rule_lets_pass(browser_of, make):
    town, other, abroad = make.township(), make.township(), make.township(make.county())
    village, theirs = make.village(town), make.village(other)
    make.village(abroad)
    grid, department = make.grid(village), make.department()

    def offered(unit):
        return {row["id"] for row in browser_of(unit).get("/call/lookup/place_unit").json}

    assert offered(town) == {village.id, grid.id}
    assert offered(grid) == {grid.id}
    assert offered(department) == {town.id, other.id, village.id, theirs.id, grid.id}


def test_what_a_record_names_already_may_stay_though_nobody_could_choose_it_now(manager, make):
    edition = make.list_in_force()
    proposal = make.adjustment(AdjustmentKind.add, state=AdjustmentState.reviewing)
    make.adjustment(AdjustmentKind.add, state=AdjustmentState.applied)
    row = {"kind": "add", "duty_list": edition.id, "reason": "law_change", "explanation": "x", "title": "y"}
    answer = manager.post(f"/list_adjustment/{proposal.id}/edit", data=row | {"legal_basis": "A law."})
    assert answer.status_code == 302, answer.text
    other = make.duty_list()
    assert manager.post(f"/list_adjustment/{proposal.id}/edit", data=row | {"duty_list": other.id}).status_code == 422


def test_a_unit_is_found_by_the_short_name_that_people_use(browser_of, make, session):
    department = make.department()
    department.name, department.short_name = "市场监督管理局", "市场监管局"
    session.commit()
    town = make.township()
    found = browser_of(town).get("/list_adjustment/lookup/lead_department?q=市场监管局").json
    assert [row["id"] for row in found] == [department.id]


def test_a_unit_of_another_county_is_found_by_what_it_is_called_there_and_no_county_is_named_twice(
    browser_of, make, session
):
    home, abroad = make.county("泰顺县"), make.county("天长市")
    farms, air = make.department(abroad), make.department(abroad)
    farms.name, air.name = "农业农村局", "滁州市天长市生态环境分局"
    session.commit()
    browser = browser_of(make.office(Duty.editorial_office, home), RoleName.admin)

    def found(words):
        return browser.get(f"/unit/lookup/parent?q={words}").json

    assert found("天长市农业农村局") == [{"id": farms.id, "text": "天长市农业农村局"}]
    assert found("天长市生态") == [{"id": air.id, "text": "滁州市天长市生态环境分局"}]


def test_an_empty_list_of_calls_says_who_writes_one_and_asks_nobody_to(browser_of, make):
    page = browser_of(make.agency().unit, RoleName.agency_head).get("/call/?_l_=en").text
    assert "No call yet. A township writes one when a matter is beyond its powers" in page


def test_a_refusal_calls_units_of_another_county_with_it(program_of, make, session):
    home, abroad = make.county("泰顺县"), make.county("天长市")
    lead, helper = make.department(home), make.department(abroad, name="农业农村局")
    call = make.call(make.township(home), lead=lead, cooperating=[helper], state="in_progress", is_cross_region=True)
    part = next(part for part in make.assignments(call) if part.department_id == lead.id)
    answer = program_of(lead).move("call_assignment", part.id, "resolve", result="Done.")
    assert answer.status_code == 422
    assert answer.json["message"].count("天长市农业农村局") == 1


def test_what_has_no_name_of_its_own_is_found_by_what_its_name_is_made_of(browser_of, make, session):
    town = make.township()
    agency = make.agency(town, state=AgencyState.in_force)
    make.agency(town, state=AgencyState.in_force, field="market")
    agency.unit.name = "罗阳市场监管所"
    total, platforms = make.appraisal_total(town, year=2026), make.platforms(town)
    session.commit()
    browser = browser_of(town, RoleName.township_head)

    def found(picker, words):
        return [row["id"] for row in browser.get(picker, query_string={"q": words}).json]

    assert found("/daily_assessment/lookup/agency", "市场监管") == [agency.id]
    for words, rows in ((f"{town.name} · 2026", [total.id]), ("2026", [total.id]), ("2025", []), ("·", [total.id])):
        assert found("/staff_appraisal/lookup/total", words) == rows
    assert found("/platform_meeting/lookup/platform", f"{town.name} 市场监管") == [
        platform.id for platform in platforms if platform.kind is PlatformKind.market_supervision
    ]


def test_a_department_names_no_other_department_as_a_place(program_of, make):
    department, another = make.department(), make.department()
    body = {"title": "x", "list_item": make.item(department).id}
    answer = program_of(department).post("call/", json=body | {"place_unit": another.id})
    assert (answer.status_code, list(answer.json["message"])) == (422, ["place_unit"])
    assert program_of(department).post("call/", json=body | {"place_unit": make.township().id}).status_code == 201
