"""An administrator declares a kind of list and its columns; what is written in them is looked after."""

import pytest

from models.item_words import FieldKind, Holder, ItemColumn, ListState, Primary, SinkKind
from models.lists import ListField, ListItem, ListType
from models.rules.list_types import forget_field, forget_type, prepare_field, prepare_type
from models.rules.lists import prepare_item
from models.seeds import rows
from models.seeds.reference import seed
from models.workflow import Refused
from tests.make import NOW

ADMIN = None

NAMED_IN_B1 = {
    *("territorial", "power_responsibility", "cooperation", "power", "responsibility", "public_service", "sunk_down"),
    *("enforcement", "village_admission", "village_stamp", "village_duty", "village_head_duty"),
    *("village_integrity_negative", "village_micro_power", "grid_service", "key_supervision"),
    *("basic", "cooperation_duty", "recalled"),
}


DEMANDED = {
    "power_responsibility": ("township_duties", "legal_basis", "procedure", "responsibility", "authority_holder"),
    "cooperation": ("lead_department", "department_duties", "township_duties", "legal_basis"),
    "power": ("township_duties", "legal_basis", "procedure", "responsibility", "authority_holder"),
    "sunk_down": ("sink_kind", "lead_department", "township_duties", "legal_basis"),
    "village_micro_power": ("procedure", "holder"),
    "village_integrity_negative": ("legal_basis", "forbidden", "consequence"),
    "grid_service": ("category", "work"),
    "key_supervision": ("category", "lead_department", "department_duties", "legal_basis", "inspection"),
}
"""Without which an item of the kind would not say what its article asks."""


def declare(session, list_type, **columns):
    field = ListField(
        **{"list_type_id": list_type.id, "label": "", "choices": "", "name": "", "kind": FieldKind.text} | columns
    )
    prepare_field(session, field, ADMIN, NOW)
    session.add(field)
    session.commit()
    return field


@pytest.mark.requirement("TC-01", "ZG-01", "TS-08", "TS-10", "TS-11", "TS-36")
def test_every_kind_of_list_is_there_with_its_columns(session):
    """What each of them asks and shows: `tests/views/test_kinds_of_lists.py`."""
    seed(session, NOW)
    types = {t.code: t for t in session.query(ListType)}
    assert set(types) == NAMED_IN_B1
    columns = {code: [] for code in types}
    for field in session.query(ListField).order_by(ListField.position):
        columns[field.list_type.code].append(field)
    assert all(columns.values())
    names = {code: {field.name for field in fields} for code, fields in columns.items()}
    assert {"sink_kind"} <= names["sunk_down"]
    assert set(SinkKind) == {"delegated", "forwarded_after_review", "on_site"}
    assert {"category", "work"} <= names["grid_service"]
    assert {"inspection", "coercion", "penalty", "mobile"} <= names["key_supervision"]
    (fields_watched,) = (field.help for field in columns["key_supervision"] if field.name == "category")
    assert all(word in fields_watched for word in ("疫苗", "药品", "医疗器械", "特种设备", "危险化学品"))
    assert {"guide_time", "guide_place", "guide_materials", "guide_contact"} <= names["power"]
    demanded = {code: {field.name for field in fields if field.required} for code, fields in columns.items()}
    assert all(demanded[code] >= set(wanted) for code, wanted in DEMANDED.items())
    primary = {
        Primary.department: ("territorial", "cooperation"),
        Primary.township: ("power_responsibility", "power", "responsibility", "public_service"),
        Primary.village: ("village_micro_power",),
        Primary.grid_worker: ("grid_service",),
    }
    assert all(types[code].primary is who for who, codes in primary.items() for code in codes)


def test_the_data_of_the_types_fits_their_model():
    for row in rows("list_fields.csv"):
        assert row["name"] == row["column"] or not row["column"]
        assert not row["column"] or row["column"] in ItemColumn.__members__
        assert row["kind"] == "" or FieldKind(row["kind"])
        assert (row["kind"] == "word") == bool(row["choices"])
    keys = [(row["list_type"], row["name"]) for row in rows("list_fields.csv")]
    assert len(keys) == len(set(keys))


def test_a_type_and_a_field_are_called_by_their_reading(session, make):
    made = ListType(name="河长制清单", code="", rounds=1)
    prepare_type(session, made, ADMIN, NOW)
    assert made.code == "hezhangzhiqingdan"
    assert declare(session, make.list_type(), label="承接科室").name == "chengjiekeshi"


def test_a_heading_that_is_there_already_is_refused_where_it_was_written(session, make):
    list_type = make._add(ListType(code="bare", name="Bare"))
    first = declare(session, list_type, label="河流名称")
    with pytest.raises(Refused) as refused:
        declare(session, list_type, label="河流名称")
    assert refused.value.field == "label"
    session.rollback()
    first.name = ""
    prepare_field(session, first, ADMIN, NOW)  # it may be saved again itself
    assert declare(session, list_type, label="河流名称", name="river_two").name == "river_two"


@pytest.mark.parametrize("code", ["有中文", "Big", "1st", "with space", "x" * 41])
def test_a_code_that_programs_cannot_say_is_refused(session, code):
    with pytest.raises(Refused) as refused:
        prepare_type(session, ListType(name="X", code=code, rounds=0), ADMIN, NOW)
    assert refused.value.field == "code"


def test_a_usual_column_keeps_its_meaning_under_another_heading(session, make):
    list_type = make._add(ListType(code="bare", name="Bare"))
    field = declare(session, list_type, column=ItemColumn.lead_department, label="承接部门", kind=FieldKind.word)
    assert (field.name, field.kind, field.choices) == ("lead_department", FieldKind.text, "")


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({}, "label"),
        ({"label": "Legal", "name": "legal_basis"}, "name"),
        ({"label": "State", "name": "state"}, "name"),
        ({"label": "Kind", "kind": FieldKind.word, "choices": "only one"}, "choices"),
        ({"label": "Kind", "kind": FieldKind.word, "choices": "\n".join(map(str, range(51)))}, "choices"),
        ({"label": "Kind", "kind": FieldKind.word, "choices": "a\n" + "b" * 61}, "choices"),
    ],
)
def test_a_field_that_cannot_work_is_refused(session, make, columns, field):
    with pytest.raises(Refused) as refused:
        declare(session, make.list_type(), **columns)
    assert refused.value.field == field


def test_a_type_asks_for_no_fewer_rounds_than_none(session):
    with pytest.raises(Refused, match="0 or more") as refused:
        prepare_type(session, ListType(name="Odd", code="odd", rounds=-1), ADMIN, NOW)
    assert refused.value.field == "rounds"


def test_a_field_stays_with_its_type(session, make):
    field = declare(session, make.list_type(), label="Depth", name="depth")
    field.list_type_id = make.list_type("power").id
    with pytest.raises(Refused, match="stays with its list type") as refused:
        prepare_field(session, field, ADMIN, NOW)
    assert refused.value.field == "list_type"


def test_words_are_told_apart_and_trimmed(session, make):
    field = declare(
        session, make.list_type(), label="How often", kind=FieldKind.word, choices=" daily \n\nweekly\ndaily"
    )
    assert field.choices == "daily\nweekly"


def test_what_is_written_in_a_field_keeps_its_name_and_kind(session, make):
    list_type = make.list_type()
    field = declare(session, list_type, label="Depth", name="depth")
    unused = declare(session, list_type, label="Width", name="width")
    make.item(extra={"depth": "3 m"})
    for changes in ({"kind": FieldKind.number}, {"name": "deep"}):
        for name, value in changes.items():
            setattr(field, name, value)
        with session.no_autoflush, pytest.raises(Refused, match="have something written"):
            prepare_field(session, field, ADMIN, NOW)
        session.rollback()
    with pytest.raises(Refused, match="Make it optional"):
        forget_field(session, field, ADMIN, NOW)
    unused.kind = FieldKind.number
    with session.no_autoflush:
        prepare_field(session, unused, ADMIN, NOW)
    forget_field(session, unused, ADMIN, NOW)


def test_a_type_that_has_been_used_stays(session, make):
    make.duty_list()
    with pytest.raises(Refused, match="used stays"):
        forget_type(session, make.list_type(), ADMIN, NOW)
    spare = make.list_type("spare")
    forget_type(session, spare, ADMIN, NOW)
    session.delete(spare)
    session.commit()


# What is mandatory, and what no item may say


@pytest.mark.requirement("TA-10", "TS-36")
@pytest.mark.parametrize("extra", [{}, {"inspection": " "}])
def test_a_mandatory_field_of_its_own_stops_the_publication_too(make, extra):
    list_type = make.list_type("own")
    make.list_field(list_type, "inspection", required=True, label="行政检查")
    draft = make.duty_list(list_type=list_type)
    make.item(duty_list=draft, extra=extra, code="X-1")
    with pytest.raises(Refused) as refused:
        make.press(draft, "submit")
    assert (refused.value.field, refused.value.details) == ("inspection", {"items": "X-1", "label": "行政检查"})


REFUSALS = {
    "what is delegated is assessed: what townships can do": (
        ("ZG-08",),
        {"delegation_kind": "entrusted", "demand": "Ten cases a day."},
        {"capacity": "Two clerks."},
        "capacity",
    ),
    "what is delegated is assessed: what townships need": (
        ("ZG-08",),
        {"delegation_kind": "authorised", "capacity": "Two clerks."},
        {"demand": "Ten cases a day."},
        "capacity",
    ),
    "what is contracted out has a contract": (
        ("ZG-07",),
        {"provider": "A service company"},
        {"contract": "2026-12"},
        "contract",
    ),
    "streets are spared investment promotion": (
        ("LX-15", "LX-16"),
        {"forbidden_kind": "investment_promotion"},
        {"exception_level": "provincial"},
        "exception_level",
    ),
    "streets are spared tax assistance": (
        ("LX-15", "LX-16"),
        {"forbidden_kind": "tax_assistance"},
        {"exception_level": "central"},
        "exception_level",
    ),
    "an exception names its document": (
        ("LX-16",),
        {"forbidden_kind": "tax_assistance", "exception_level": "central", "legal_basis": " "},
        {"legal_basis": "中央文件（演示）"},
        "exception_level",
    ),
}


@pytest.mark.parametrize(
    ("wrong", "right", "field"),
    [
        pytest.param(*row, marks=pytest.mark.requirement(*numbers), id=case)
        for case, (numbers, *row) in REFUSALS.items()
    ],
)
def test_what_no_item_may_say_stops_the_publication_until_it_is_put_right(session, make, wrong, right, field):
    from models.organisation import UnitType

    make.unit(UnitType.street)
    list_type = make.list_type("lax")
    for declared in session.query(ListField).filter_by(list_type=list_type):
        declared.required = False
    draft = make.duty_list(list_type=list_type)
    item = make.item(duty_list=draft, **wrong)
    with pytest.raises(Refused) as refused:
        make.press(draft, "submit")
    assert refused.value.field == field
    for name, value in right.items():
        setattr(item, name, value)
    session.commit()
    make.press(draft, "submit")


@pytest.mark.requirement("LX-15")
def test_where_there_are_no_streets_a_township_may_be_asked(make):
    draft = make.duty_list()
    make.item(duty_list=draft, forbidden_kind="tax_assistance")
    make.press(draft, "submit")
    assert draft.state is ListState.reviewing


@pytest.mark.requirement("ZG-02")
def test_what_the_department_holds_is_no_townships_primary_duty(session, make):
    of_townships = make.list_type("responsibility", primary=Primary.township)
    draft = make.duty_list(list_type=of_townships)
    held = {"authority_holder": Holder.department, "benefit_holder": Holder.department}
    item = make.item(duty_list=draft, **held)
    with pytest.raises(Refused, match="primarily responsible") as refused:
        make.press(draft, "submit")
    assert refused.value.field == "authority_holder"
    with pytest.raises(Refused, match="primarily responsible"):
        prepare_item(session, item, make.whose(draft, "submit"), NOW)
    item.benefit_holder = Holder.shared
    session.commit()
    make.press(draft, "submit")


@pytest.mark.requirement("ZG-02")
def test_what_the_department_holds_is_the_departments_primary_duty(make):
    draft = make.duty_list()
    make.item(duty_list=draft, authority_holder=Holder.department, benefit_holder=Holder.department)
    make.press(draft, "submit")
    assert draft.state is ListState.reviewing


@pytest.mark.requirement("TS-15")
def test_where_a_county_keeps_modules_each_item_belongs_to_one(session, make):
    from models.governance import GovernanceModule

    draft = make.duty_list(list_type=make.list_type("filed", in_modules=True))
    item = make.item(duty_list=draft)
    module = make._add(GovernanceModule(region_id=draft.region_id, name="大执法"))
    with pytest.raises(Refused) as refused:
        make.press(draft, "submit")
    assert refused.value.field == "module"
    item.module = module
    session.commit()
    make.press(draft, "submit")


@pytest.mark.requirement("TC-58")
@pytest.mark.parametrize(
    ("criteria", "priority"),
    [({}, 0), ({"service_radius": 10}, 1), ({"service_radius": 9, "yearly_cases": 100, "trips": 2}, 2),
     ({"service_radius": 30, "yearly_cases": 500, "trips": 5}, 3)],
    ids=str,
)  # fmt: skip
def test_far_frequent_and_tedious_matters_come_first(session, make, criteria, priority):
    draft = make.duty_list()
    item = ListItem(duty_list_id=draft.id, code="X", title="X", **criteria)
    prepare_item(session, item, make.whose(draft, "submit"), NOW)
    assert item.priority == priority
