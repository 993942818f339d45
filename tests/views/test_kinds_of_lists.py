"""Every kind of list that a county starts with, as its article describes it: on the form, by program, and submitted."""

import json
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from sqlalchemy import select

from models.item_words import ListState
from models.lists import DutyList, ListType
from models.organisation import Duty
from models.roles import RoleName
from models.seeds.reference import _add_list_types

SERVICES = ["农村基础设施建设", "社会养老服务", "农村水利", "人才技能培训", "民办教育"]
"""What Zigong's article leaves to social organisations and the market (ZG-07)."""
DELEGATED = ["社会保障", "扶贫救济", "户籍管理", "卫生计生", "规划建设", "其他"]
"""Its five fields of delegation, and whatever else (ZG-08)."""
GUIDE = {
    "guide_time": "办理时间",
    "guide_place": "办理地点",
    "guide_materials": "所需材料",
    "guide_contact": "咨询方式",
}
"""The four that Taishun's guides are to say (TS-07)."""
FLAGS = ("is_blind_spot", "is_overlap")
CRITERIA = ("service_radius", "yearly_cases", "trips")


@dataclass(frozen=True)
class Kind:
    """A kind of list: the numbers that ask for it, its name, who is primarily responsible, what it demands and has."""

    numbers: tuple[str, ...]
    name: str
    primary: str
    demands: tuple[str, ...]
    has: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    rounds: int = 1
    in_modules: bool = False


BOTH = ("lead_department", "department_duties", "township_duties", "legal_basis")
POWER = ("township_duties", "legal_basis", "procedure", "responsibility", "authority_holder")
DELEGATION = {"delegation_kind": ["authorised", "entrusted"]}
PAIRS = ["primary_secondary", "unified_divided", "leading_guiding", "division_synergy", "consulting_coordinating"]

KINDS = {
    "territorial": Kind(
        ("LX-18", "TA-06", "TA-09", "TC-20", "TC-58", "TS-02", "TS-16"),
        "属地管理事项主体责任和配合责任清单",
        "department",
        BOTH,
        ("category", "cooperating_departments", "guide_ref", *FLAGS, *CRITERIA),
        words={"relation_pair": PAIRS},
        rounds=3,
        in_modules=True,
    ),
    "power_responsibility": Kind(
        ("TC-01", "TC-11", "TS-15"),
        "乡镇（街道）权责清单",
        "township",
        POWER,
        ("category", *GUIDE),
        GUIDE,
        in_modules=True,
    ),
    "cooperation": Kind(
        ("TC-01", "TS-15"),
        "乡镇（街道）配合事项清单",
        "department",
        BOTH,
        ("cooperating_departments",),
        in_modules=True,
    ),
    "power": Kind(
        ("ZG-01", "ZG-08", "ZG-28", "TC-11", "TS-07", "TS-15"),
        "权力清单",
        "township",
        POWER,
        ("online", "demand", "capacity", *CRITERIA, *GUIDE),
        GUIDE,
        words=DELEGATION,
        in_modules=True,
    ),
    "responsibility": Kind(
        ("ZG-01", "LX-15", "LX-16", "TS-15"),
        "责任清单",
        "township",
        ("township_duties", "legal_basis", "responsibility"),
        words={
            "forbidden_kind": ["investment_promotion", "tax_assistance"],
            "exception_level": ["central", "provincial"],
        },
        in_modules=True,
    ),
    "public_service": Kind(
        ("ZG-01", "ZG-07", "ZG-28", "TS-08", "TS-15"),
        "公共服务清单",
        "township",
        ("township_duties",),
        ("provider", "contract", "online", *CRITERIA, *GUIDE),
        GUIDE | {"service_field": "可购买服务的领域"},
        words={"service_field": SERVICES},
        in_modules=True,
    ),
    "sunk_down": Kind(
        ("TS-08", "ZG-08", "ZG-28", "TS-15"),
        "下沉事项清单",
        "township",
        ("sink_kind", "lead_department", "township_duties", "legal_basis"),
        ("demand", "capacity", "online"),
        {"field": "下放领域"},
        words={"sink_kind": ["delegated", "forwarded_after_review", "on_site"], "field": DELEGATED} | DELEGATION,
        in_modules=True,
    ),
    "enforcement": Kind(
        ("TS-08", "TS-15"),
        "乡镇综合行政执法事项清单",
        "township",
        ("lead_department", "township_duties", "legal_basis"),
        ("penalty", "platform"),
        in_modules=True,
    ),
    "village_admission": Kind(
        ("TS-10",),
        "村社准入事项清单",
        "village",
        ("lead_department", "legal_basis", "village_work", "support"),
        ("until",),
    ),
    "village_stamp": Kind(
        ("TS-10",),
        "村社盖章证明事项清单",
        "village",
        ("legal_basis",),
        labels={"allowed": "是否可以出具", "use": "证明用途", "instead": "不予出具时的替代办法"},
    ),
    "village_duty": Kind(("TS-10",), "乡镇涉村社事项责任清单", "township", ("township_duties",), ("village_work",)),
    "village_head_duty": Kind(("TS-10",), "村社主职干部履职清单", "village", ("duty",), ("standard",)),
    "village_integrity_negative": Kind(
        ("TS-10",),
        "村社干部廉洁履职负面清单",
        "village",
        ("legal_basis", "forbidden", "consequence"),
        labels={"forbidden": "禁止行为", "consequence": "处理方式"},
    ),
    "village_micro_power": Kind(
        ("TS-10",), "村社小微权力清单", "village", ("procedure", "holder"), ("disclosure",), {"procedure": "运行流程"}
    ),
    "grid_service": Kind(
        ("TS-11",),
        "网格服务事项清单",
        "grid_worker",
        ("category", "work"),
        labels={"work": "网格员工作内容", "frequency": "巡查频次"},
        words={"frequency": ["每日", "每周", "每月", "每季度", "按需"]},
    ),
    "key_supervision": Kind(
        ("TS-36",),
        "重点监管清单",
        "department",
        ("category", "lead_department", "department_duties", "legal_basis", "inspection"),
        labels={"inspection": "行政检查", "coercion": "行政强制", "penalty": "行政处罚", "mobile": "纳入掌上执法"},
    ),
}
WATCHED = ("疫苗", "药品", "医疗器械", "特种设备", "危险化学品")
"""The five fields of Taishun's key supervision (TS-36)."""
SAID = {"category": "城乡建设", "authority_holder": "township", "sink_kind": "on_site"}
ASKED_BY = {
    "territorial": ("LX-18",),
    "power_responsibility": ("TC-01", "TC-11"),
    "cooperation": ("TC-01",),
    "power": ("ZG-01", "TC-11"),
    "responsibility": ("ZG-01",),
    "public_service": ("ZG-01",),
    "sunk_down": ("TS-08",),
    "enforcement": ("TS-08",),
    "grid_service": ("TS-11",),
    "key_supervision": ("TS-36",),
} | dict.fromkeys((code for code in KINDS if code.startswith("village_")), ("TS-10",))
"""Whose rule it is that an item says what its kind demands."""
WORDED_BY = {
    "territorial": ("TC-20",),
    "power": ("ZG-08",),
    "responsibility": ("LX-15", "LX-16"),
    "public_service": ("ZG-07",),
    "sunk_down": ("TS-08", "ZG-08"),
    "grid_service": ("TS-11",),
}
"""Whose words a kind offers."""


def kinds(numbers):
    return [
        pytest.param(code, KINDS[code], marks=pytest.mark.requirement(*asking), id=code)
        for code, asking in numbers.items()
    ]


@pytest.fixture
def types(session):
    _add_list_types(session)
    session.commit()
    return {found.code: found for found in session.scalars(select(ListType))}


@pytest.fixture
def office(make):
    return make.office(Duty.editorial_office), RoleName.list_manager


@pytest.fixture
def manager(types, program_of, office):
    return program_of(*office)


def draft_of(manager, code):
    made = manager.post("duty_list/", json={"title": "清单（演示）", "list_type": code})
    assert made.status_code == 201, made.json
    return made.json["id"]


def heard(session, key):
    """As many comment rounds as its kind asks for have been held."""
    draft = session.get(DutyList, key)
    draft.rounds_done = draft.list_type.rounds
    session.commit()


def whole(make, kind, draft, code="A-1"):
    """An item that says what its kind demands, and no more."""
    lead = make.department().id if "lead_department" in kind.demands else None
    said = {name: SAID.get(name, "照此办理。") for name in kind.demands} | ({"lead_department": lead} if lead else {})
    return {"duty_list": draft, "code": code, "title": "事项（演示）"} | said


@pytest.mark.parametrize(("code", "kind"), kinds({code: kind.numbers for code, kind in KINDS.items()}))
def test_a_kind_of_list_has_the_columns_and_words_of_its_article(types, manager, browser_of, office, code, kind):
    found = types[code]
    told = (found.name, found.primary.value, found.rounds, found.in_modules)
    assert told == (kind.name, kind.primary, kind.rounds, kind.in_modules)
    asked = {"filters": [{"col": "list_type", "opr": "rel_o_m", "value": found.id}]}
    info = manager.get("list_item/_info?q=" + quote(json.dumps(asked))).json
    columns = {column["name"]: column for column in info["add_columns"]}
    assert {*kind.demands, *kind.has, *kind.labels, *kind.words} <= columns.keys()
    words = {name: [word.get("id", word["value"]) for word in columns[name]["values"]] for name in kind.words}
    assert words == kind.words
    drawn = browser_of(*office).get(f"/list_item/add?duty_list={draft_of(manager, code)}&_l_=zh").text
    assert [label for label in kind.labels.values() if label not in drawn] == []
    names = {*kind.demands, *kind.has, *kind.labels, *kind.words}
    assert [name for name in names if f'name="{name}"' not in drawn] == []
    if code == "key_supervision":
        assert [word for word in WATCHED if word not in drawn] == []


@pytest.mark.parametrize(("code", "kind"), kinds(ASKED_BY))
def test_an_item_of_a_kind_is_not_submitted_without_what_its_article_asks(manager, make, session, code, kind):
    key = draft_of(manager, code)
    for name in kind.demands:
        said = whole(make, kind, key)
        del said[name]
        answer = manager.post("list_item/", json=said)
        if answer.status_code == 201:
            heard(session, key)
            refused = manager.move("duty_list", key, "submit")
            assert (refused.status_code, list(refused.json.get("message", ()))) == (422, [name])
            assert manager.delete(f"list_item/{answer.json['id']}").status_code == 200
        else:
            assert (answer.status_code, list(answer.json["message"])) == (422, [name])
    made = manager.post("list_item/", json=whole(make, kind, key))
    assert made.status_code == 201, made.json
    heard(session, key)
    submitted = manager.move("duty_list", key, "submit")
    assert (submitted.status_code, submitted.json.get("result", {}).get("state")) == (200, "reviewing")


@pytest.mark.parametrize(("code", "kind"), kinds(WORDED_BY))
def test_what_is_none_of_the_words_of_a_kind_is_refused(manager, make, code, kind):
    key = draft_of(manager, code)
    for number, (name, words) in enumerate(kind.words.items()):
        for word in words:
            row = whole(make, kind, key, code=f"{number}-{words.index(word)}") | {name: word}
            made = manager.post("list_item/", json=row)
            assert (made.status_code, made.json.get("result", {}).get(name)) == (201, word)
        wrong = manager.post("list_item/", json=whole(make, kind, key, code="X") | {name: "another"})
        assert (wrong.status_code, list(wrong.json.get("message", ()))) == (422, [name])


# What moves down


@pytest.mark.requirement("TS-08")
def test_sunk_down_items_are_found_and_read_by_their_three_ways(manager, program_of, browser_of, make, session):
    """448 of them in Taishun's article, by kind and with services and enforcement; here one, two and three."""
    key, kind = draft_of(manager, "sunk_down"), KINDS["sunk_down"]
    ways = {"delegated": ("委托", 1), "forwarded_after_review": ("审核转报", 2), "on_site": ("部门驻场办事", 3)}
    for way, (_, many) in ways.items():
        for number in range(many):
            row = whole(make, kind, key, code=f"{way[:1]}-{number}") | {"sink_kind": way}
            assert manager.post("list_item/", json=row).status_code == 201
    heard(session, key)
    assert manager.move("duty_list", key, "submit").status_code == 200
    issued = {"issued_by": "编办（演示）", "document_number": "演示2026-8号"}
    assert manager.move("duty_list", key, "publish", **issued).status_code == 200
    township, browser = program_of(town := make.township()), browser_of(town)
    for way, (words, many) in ways.items():
        found = township.get("list_item/?q=" + quote(f"(filters:!((col:sink_kind,opr:eq,value:{way})))")).json
        assert found["count"] == many, way
        assert words in browser.get(f"/list_item/{found['ids'][0]}?_l_=zh").text
        listed = browser.get(f"/list_item/?f=sink_kind:eq:{way}&_l_=zh").text
        assert listed.count("data-href=") == many


@pytest.mark.requirement("ZG-08")
@pytest.mark.parametrize("title", ["authorised", "entrusted"])
@pytest.mark.parametrize("lacking", ["demand", "capacity"])
def test_what_is_delegated_is_assessed_on_both_sides(manager, make, session, title, lacking):
    key, kind = draft_of(manager, "sunk_down"), KINDS["sunk_down"]
    assessed = {"delegation_kind": title, "demand": "每日十件。", "capacity": "两名干部。", "field": "户籍管理"}
    row = whole(make, kind, key) | assessed
    made = manager.post("list_item/", json=row | {lacking: " "})
    assert made.status_code == 201, made.json
    heard(session, key)
    refused = manager.move("duty_list", key, "submit")
    assert (refused.status_code, list(refused.json["message"])) == (422, ["capacity"])
    kept = manager.put(f"list_item/{made.json['id']}", json={lacking: assessed[lacking]})
    assert {name: kept.json["result"][name] for name in assessed} == assessed
    assert manager.move("duty_list", key, "submit").json["result"]["state"] == "reviewing"


@pytest.mark.requirement("ZG-07")
@pytest.mark.parametrize("service", SERVICES)
def test_what_is_contracted_out_names_field_provider_and_contract(manager, browser_of, make, session, service):
    key, kind = draft_of(manager, "public_service"), KINDS["public_service"]
    row = whole(make, kind, key) | {"service_field": service, "provider": "某社会组织（演示）"}
    made = manager.post("list_item/", json=row)
    assert made.status_code == 201, made.json
    heard(session, key)
    refused = manager.move("duty_list", key, "submit")
    assert (refused.status_code, list(refused.json["message"])) == (422, ["contract"])
    assert manager.put(f"list_item/{made.json['id']}", json={"contract": "演示合同1号"}).status_code == 200
    assert manager.move("duty_list", key, "submit").status_code == 200
    session.get(DutyList, key).state = ListState.consulting  # everyone may read it
    session.commit()
    shown = browser_of(make.township()).get(f"/list_item/{made.json['id']}?_l_=zh").text
    assert [word for word in (service, "某社会组织（演示）", "演示合同1号") if word not in shown] == []
