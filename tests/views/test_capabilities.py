"""The headings under which the articles say what such a system does: on its pages each finds what the heading names."""

from html import unescape

import pytest
from sqlalchemy import select

from models.adjustments import AdjustmentKind, AdjustmentState
from models.admissions import AdmissionState
from models.agencies import AgencyState
from models.assigned import MatterState
from models.calls import CallState
from models.coordination import CaseState
from models.item_words import ItemState, PlatformKind
from models.ledger import Job, Promise
from models.lists import ListItem
from models.organisation import Duty, UnitType
from models.requests import RequestState
from models.roles import RoleName as R
from models.supervision import Reminder
from models.words import CallScope
from tests.make import NOW

FOUR = (
    "/api/v1/platform/",
    "general_governance",
    "market_supervision",
    "comprehensive_enforcement",
    "convenience_service",
)
"""The four platforms, as programs read them: on the page their names stand in the filter, too."""

CAPABILITIES = {
    "网格采集": (
        (R.grid_worker, "/call/add?list_item={item}", 'name="title"', 'name="place"', 'name="files"', "渗水面积"),
        (R.grid_worker, "/call/", "岸坡塌方"),
        (R.township_operator, "/call/", "岸坡塌方"),
        (R.grid_worker, "/item_checkpoint/", "坡面裂缝", "每周"),
    ),
    "信息呼出": (
        (R.township_operator, "/call/add", 'name="list_item"', 'name="scope"', 'name="description"'),
        (R.township_operator, "/call_situation/guide", "堤身出现裂缝", "裂缝超过一指宽"),
        (R.county_dispatcher, "/", "待受理的呼叫"),
    ),
    "响应协同运行": (
        (R.department_staff, "/call_assignment/", "堤脚渗水", "水利局", "公安局"),
        (R.department_staff, "/coordination_case/", "谁来清淤"),
    ),
    "业务流程再造": (
        (R.list_manager, "/item_step/add", 'name="side"', 'name="amount"', 'name="no_to"'),
        (R.township_operator, "/list_item/{item}/flow_chart", "1. 现场核查", "牵头部门（水利局）", "3 个工作日内"),
    ),
    "信息系统对接": (
        (R.department_staff, "/api/v1/_openapi", "/api/v1/call_assignment/{pk}/move/respond", "/api/v1/call/"),
        (R.department_staff, "/api/v1/call_assignment/", "堤脚渗水"),
        (R.admin, "/webhook/", "县政务平台"),
    ),
    "数据融合利用": (
        (R.department_staff, "/data_request/{request}", "《月报》", "1/2"),
        (R.leader, "/call/charts", "呼叫数（按类别）", "水利"),
        (R.leader, "/burden/?of=assigned_matters&year=2026", "水利局", "罗阳镇"),
    ),
    "法定职责交办": (
        (R.department_head, "/assigned_matter/add", 'name="content"', 'name="ends_on"', 'name="basis"'),
        (R.township_head, "/assigned_matter/", "汛期巡查"),
        (R.department_head, "/duty_admission/add", 'name="nature"', 'name="township_duties"', 'name="ends_on"'),
        (R.township_head, "/duty_admission/", "河道保洁"),
    ),
    "全程同步监管": (
        (R.supervisor, "/supervision_order/", "堤脚渗水", "公安局"),
        (R.supervisor, "/reminder/", "堤脚渗水", "请尽快答复"),
        (R.audit_admin, "/recorder_entry/?f=subject_type:eq:call", "发出", "受理", "派发"),
    ),
    "制度动态优化": (
        (R.township_head, "/list_adjustment/add", 'name="kind"', 'name="reason"', 'name="explanation"'),
        (R.list_manager, "/list_adjustment/", "电动自行车充电", "罗阳镇"),
        (R.list_manager, "/duty_list/{edition}", "起草下一版", "SL-01"),
    ),
}
"""Tianchang's nine (TC-07)."""

AREAS = {
    "清单化": (
        (R.list_manager, "/list_item/add?duty_list={draft}", 'name="department_duties"', 'name="township_duties"'),
        (R.township_operator, "/list_item/", "河道采砂监管", "水利局"),
        (R.township_operator, "/list_item/{item}/performance", "堤脚渗水", "公安局"),
    ),
    "模块化": (
        (R.list_manager, "/governance_module/add", 'name="kind"', 'name="parent"', 'name="scope"'),
        (R.township_operator, "/governance_module/", "大执法"),
        (R.township_operator, "/list_item/{item}", "大执法"),
        (R.township_operator, "/governance_module/{module}", "公安局"),
    ),
    "集成化": (
        (R.editorial_officer, "/joint_meeting/", "汛期联席会议"),
        (R.editorial_officer, "/coordination_case/charts", "协商", "水利"),
        (R.township_operator, *FOUR),
    ),
    "数字化": (
        (R.township_operator, "/", "待确认的事"),
        (R.township_operator, "/find/?q=河道采砂", "SL-01"),
        (R.county_dispatcher, "/call/", "堤脚渗水", "罗阳镇"),
    ),
    "网格化": (
        (R.grid_worker, "/list_item/{item}", "河道采砂监管", "坡面裂缝", "拍照上报"),
        (R.grid_worker, "/grid/", "河岸网格"),
        (R.grid_worker, "/grid_task/", "每日巡堤", "河岸网格"),
        (R.township_operator, "/call/?f=state:eq:draft", "岸坡塌方"),
    ),
}
"""Taishun's five (TS-01)."""

MEASURES = {
    "动态调整": (
        (R.township_head, "/list_adjustment/add", 'value="add"', 'value="modify"', 'value="remove"'),
        (R.list_manager, "/list_adjustment/", "电动自行车充电"),
        (R.list_manager, "/", "电动自行车充电"),
    ),
    "准入": (
        (R.department_head, "/duty_admission/add", 'value="temporary"', 'value="phased"'),
        (R.township_head, "/admission_opinion/", "堤防巡护", "罗阳镇"),
        (R.township_head, "/", "堤防巡护"),
    ),
    "乡呼县应": (
        (R.township_operator, "/call/add", 'value="emergency"', 'value="key"', 'value="complex"'),
        (R.county_dispatcher, "/call/", "待受理的呼叫", "堤脚渗水"),
        (R.department_staff, "/", "待答复的呼叫"),
    ),
    "双向考评": (
        (R.township_head, "/mutual_rating/", "确认办结的事", "水利局", "罗阳镇"),
        (R.township_head, "/api/v1/mutual_rating/", "rater_unit", "ratee_unit"),
        (R.department_head, "/mutual_rating/", "确认办结的事", "水利局", "罗阳镇"),
        (R.leader, "/case_assessment/rates?period=2026", "水利局", "罗阳镇", "响应率", "解决率", "满意度"),
    ),
    "派驻机构统筹管理": (
        (R.editorial_officer, "/dispatched_agency/add", 'name="department"', 'name="seat"', 'name="people_by"'),
        (R.township_head, "/dispatched_agency/", "罗阳司法所", "水利局", "罗阳镇"),
    ),
    "四个平台": (
        (R.township_head, *FOUR),
        (R.leader, "/list_item/?f=platform:eq:comprehensive_enforcement", "河道采砂监管"),
    ),
}
"""Tai'an's six (TA-05)."""


@pytest.fixture
def world(make, session):
    """A county at work. Whatever is called OTHER is another county's, and on no page of it."""
    town = make.township(name="罗阳镇")
    lead, helper = make.department(name="水利局"), make.department(name="公安局")
    grid = make.grid(make.village(town))
    module = make.module(helper, name="大执法")
    said = {"code": "SL-01", "title": "河道采砂监管", "category": "水利", "module": module}
    item = make.item(lead, platform=PlatformKind.comprehensive_enforcement, cooperating=[helper], **said)
    _lists(make, item, town)
    _calls(make, session, item, town, grid, helper)
    profile = make.grid_profile(grid)
    profile.name = "河岸网格"
    make.task(profile, task="每日巡堤")
    make.matter(lead, town, state=MatterState.in_force, title="汛期巡查")
    make.admission(lead, townships=[town], state=AdmissionState.in_force, title="河道保洁")
    make.admission(lead, townships=[town], state=AdmissionState.consulting, title="堤防巡护")
    make.request(helper, town, title="月报", fields=["企业数"], state=RequestState.sent)
    request = make.request(lead, town, fields=["企业数量", "税额"])
    make.agency(town, state=AgencyState.in_force, department=lead, unit=make.unit(UnitType.agency, name="罗阳司法所"))
    make.platforms(town)
    make.meeting(helper, title="汛期联席会议")
    make.webhook(name="县政务平台")
    elsewhere = make.county("别县")
    in_force = select(ListItem.id).where(ListItem.code == "SL-01", ListItem.state == ItemState.published)
    make.call(make.township(elsewhere), title="OTHER", state=CallState.dispatched)
    return {
        "seats": {
            R.grid_worker: grid,
            R.department_staff: lead,
            R.department_head: lead,
            R.township_operator: town,
            R.township_head: town,
            R.county_dispatcher: make.office(Duty.county_office),
            R.supervisor: make.office(Duty.supervision_office),
            R.leader: make.office(Duty.leadership),
        },
        "ids": {
            "item": session.scalars(in_force).one(),
            "request": request.id,
            "edition": make.list_in_force().id,
            "draft": make.duty_list().id,
            "module": module.id,
            "grid": grid.id,
        },
    }


def _lists(make, item, town):
    make.checkpoint(item, what="坡面裂缝", how_often="每周", what_to_do="拍照上报")
    make.indicator(item, name="area", label="渗水面积")
    make.step(item, 1, title="现场核查", side="lead_department", amount=3, limit_unit="working_day")
    make.situation(scope=CallScope.emergency, situation="堤身出现裂缝", standard="裂缝超过一指宽")
    make.adjustment(AdjustmentKind.add, by=town, state=AdjustmentState.submitted, title="电动自行车充电")


def _calls(make, session, item, town, grid, helper):
    make._draft(grid, NOW, title="岸坡塌方", list_item_id=item.id)
    make.call(town, item=item, title="待受理的呼叫", state=CallState.submitted)
    make.call(town, item=item, title="待答复的呼叫", state=CallState.dispatched)
    make.call(town, item=item, title="确认办结的事", state=CallState.closed)
    make.call(town, item=item, title="待确认的事", state=CallState.awaiting_confirmation)
    make.case(caller=town, item=item, title="谁来清淤", state=CaseState.negotiating, category="水利")
    call = make.call(town, item=item, cooperating=[helper], title="堤脚渗水", state=CallState.in_progress)
    part = make.assignments(call)[1]
    make.order(assignment=part, reason="逾期未办")
    of_call = select(Promise.id).where(Promise.subject_type == "call", Promise.subject_id == call.id)
    told = {
        "promise_id": session.scalars(of_call).first(),
        "job": Job.respond_remind,
        "step": 1,
        "message": "请尽快答复",
    }
    session.add(Reminder(region_id=call.region_id, call_id=call.id, unit_id=helper.id, due_at=NOW, sent_at=NOW, **told))
    session.commit()


@pytest.mark.parametrize(
    "headings",
    [
        pytest.param(CAPABILITIES, marks=pytest.mark.requirement("TC-07"), id="nine capabilities"),
        pytest.param(AREAS, marks=pytest.mark.requirement("TS-01"), id="five areas"),
        pytest.param(MEASURES, marks=pytest.mark.requirement("TA-05"), id="six measures"),
    ],
)
def test_each_heading_has_its_pages_and_on_them_what_it_names(browser_of, program_of, make, world, headings):
    missing = []
    for heading, pages in headings.items():
        for role, address, *words in pages:
            unit = world["seats"].get(role, make.office(Duty.editorial_office))
            address = address.format(**world["ids"])
            if address.startswith("/api/v1/"):
                shown = str(program_of(unit, role).get(address.removeprefix("/api/v1/")).json)
            else:
                page = browser_of(unit, role).get(f"{address}{'&' if '?' in address else '?'}_l_=zh").text
                shown = unescape(page.partition("<main ")[2].partition("</main>")[0])
            assert "OTHER" not in shown, address
            missing += [f"{heading}: {role} does not see {word} on {address}" for word in words if word not in shown]
    assert missing == []
