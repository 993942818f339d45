"""The headings under which the articles say what such a system does, each with the pages on which somebody does it."""

import pytest

from models.organisation import Duty
from models.roles import RoleName as R

CAPABILITIES = {
    "网格采集": ((R.grid_worker, "/call/add"), (R.grid_worker, "/item_checkpoint/")),
    "信息呼出": ((R.township_operator, "/call/add"), (R.township_operator, "/call_situation/guide")),
    "响应协同运行": ((R.department_staff, "/call_assignment/"), (R.department_staff, "/coordination_case/")),
    "业务流程再造": ((R.list_manager, "/item_step/add"), (R.township_operator, "/list_item/{item}/flow_chart")),
    "信息系统对接": ((R.department_staff, "/api/v1/_openapi"), (R.department_staff, "/api/v1/call_assignment/")),
    "数据融合利用": ((R.department_staff, "/data_request/add"), (R.leader, "/call/charts"), (R.leader, "/burden/")),
    "法定职责交办": ((R.department_head, "/assigned_matter/add"), (R.department_head, "/duty_admission/add")),
    "全程同步监管": (
        (R.supervisor, "/supervision_order/"),
        (R.supervisor, "/reminder/"),
        (R.audit_admin, "/recorder_entry/"),
    ),
    "制度动态优化": ((R.township_head, "/list_adjustment/add"), (R.list_manager, "/duty_list/add")),
}
"""Tianchang's nine (TC-07)."""
AREAS = {
    "清单化": ((R.list_manager, "/list_item/add"), (R.township_operator, "/list_item/{item}/performance")),
    "模块化": ((R.list_manager, "/governance_module/add"),),
    "集成化": ((R.editorial_officer, "/joint_meeting/add"), (R.editorial_officer, "/coordination_case/charts")),
    "数字化": ((R.township_operator, "/"), (R.township_operator, "/find/"), (R.county_dispatcher, "/call/")),
    "网格化": ((R.grid_worker, "/call/add"), (R.grid_worker, "/list_item/{item}")),
}
"""Taishun's five (TS-01)."""

MEASURES = {
    "动态调整": ((R.township_head, "/list_adjustment/add"), (R.list_manager, "/list_adjustment/")),
    "准入": ((R.department_head, "/duty_admission/add"), (R.township_head, "/admission_opinion/")),
    "乡呼县应": ((R.township_operator, "/call/add"), (R.county_dispatcher, "/call/")),
    "双向考评": (
        (R.township_head, "/mutual_rating/"),
        (R.department_head, "/mutual_rating/"),
        (R.leader, "/case_assessment/rates"),
    ),
    "派驻机构统筹管理": ((R.editorial_officer, "/dispatched_agency/add"), (R.township_head, "/dispatched_agency/")),
    "四个平台": ((R.leader, "/list_item/?f=platform:eq:comprehensive_enforcement"),),
}
"""Tai'an's six (TA-05)."""


def cases(headings, number):
    return [pytest.param(pages, id=name, marks=pytest.mark.requirement(number)) for name, pages in headings.items()]


@pytest.mark.parametrize("pages", [*cases(CAPABILITIES, "TC-07"), *cases(AREAS, "TS-01"), *cases(MEASURES, "TA-05")])
def test_each_heading_has_its_pages_for_whoever_does_it(browser_of, make, pages):
    town, item = make.township(), make.item()
    seats = {
        R.grid_worker: make.grid(make.village(town)),
        R.department_staff: item.lead_department,
        R.department_head: item.lead_department,
        R.township_operator: town,
        R.township_head: town,
    }
    answers = {
        (role, address): browser_of(seats.get(role, make.office(Duty.editorial_office)), role)
        .get(address.format(item=item.id))
        .status_code
        for role, address in pages
    }
    assert answers == dict.fromkeys(pages, 200)
