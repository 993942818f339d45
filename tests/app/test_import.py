"""What `import` takes: what `export` wrote, in the name of whom it belongs to; and what it refuses, in a sentence."""

import json
import sqlite3
from contextlib import closing

import pytest
from python_calamine import CalamineWorkbook

import run
from tests.app.conftest import ask

EDITORIAL, TOWN, FIELD = "330329-bb", "330329100", "330329-zhzf"

pytestmark = pytest.mark.long

COUNTY = "(SELECT id FROM unit WHERE code = '330329')"
OURS = f"region_id = {COUNTY}"
ONE_EDITION = (
    f"DELETE FROM duty_list WHERE NOT ({OURS} AND state = 'published')",
    "DELETE FROM list_item WHERE duty_list_id NOT IN (SELECT id FROM duty_list)",
)
"""The editions of a list share its title and their items' codes, and a file names rows by those."""
ROUNDS = {
    "unit": ("", []),
    "posting": (
        "",
        [
            f"DELETE FROM posting WHERE unit_id NOT IN (SELECT id FROM unit WHERE {OURS})",
            f"DELETE FROM unit WHERE NOT {OURS}",
            "DELETE FROM ab_user WHERE id NOT IN (SELECT user_id FROM posting)",
        ],
    ),
    "calendar_day": (
        EDITORIAL,
        [f"INSERT INTO calendar_day (region_id, day, is_working, note) VALUES ({COUNTY}, '2026-12-01', 0, '停电')"],
    ),
    "working_window": ("", []),
    "time_limit": ("", []),
    "duty_list": (EDITORIAL, [f"DELETE FROM duty_list WHERE NOT {OURS}"]),
    "list_item": (EDITORIAL, [*ONE_EDITION, "UPDATE duty_list SET state = 'draft'"]),
    "item_cooperation": (
        EDITORIAL,
        [
            *ONE_EDITION,
            "UPDATE duty_list SET state = 'draft'",
            "UPDATE list_item SET state = 'draft'",
            "DELETE FROM item_cooperation WHERE list_item_id NOT IN (SELECT id FROM list_item)",
        ],
    ),
    "plain_word": (EDITORIAL, [f"DELETE FROM plain_word WHERE NOT {OURS}"]),
    "hotline_ticket": (
        "330329-bgs",
        [f"UPDATE hotline_ticket SET state = 'received', unit_id = (SELECT id FROM unit WHERE code = '{TOWN}')"],
    ),
    "past_call": ("330329-bgs", []),
    "call": (TOWN, [f"DELETE FROM call WHERE caller_unit_id <> (SELECT id FROM unit WHERE code = '{TOWN}')"]),
}
"""For each console with a form: in whose name its rows are written, and what makes the demo's rows one unit's."""


def do(settings, *statements):
    """What the database itself would refuse: its guards of what is published are taken down first."""
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_frozen_%'")
        for statement in [*(f"DROP TRIGGER {name}" for (name,) in guards.fetchall()), *statements]:
            connection.execute(statement)
        connection.commit()


def table(path):
    heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("resource", ROUNDS)
def test_what_was_exported_can_be_imported(demo, tmp_path, capsys, resource):
    code, statements = ROUNDS[resource]
    do(demo, *statements)
    assert run.main(["export", resource, str(tmp_path / "before.xlsx")]) == 0
    do(demo, f"DELETE FROM {resource}")
    capsys.readouterr()
    taken = ["import", resource, str(tmp_path / "before.xlsx"), *(["--as", code] if code else [])]
    assert run.main(taken) == 0, capsys.readouterr().err
    done = json.loads(capsys.readouterr().out)
    assert run.main(["export", resource, str(tmp_path / "after.xlsx")]) == 0

    def entered(name):
        rows = [{k: v for k, v in row.items() if k not in done["not_entered"]} for row in table(tmp_path / name)]
        return sorted(rows, key=repr)

    assert done["rows"] == len(entered("before.xlsx")) > 0
    assert entered("after.xlsx") == entered("before.xlsx")


def test_a_row_is_written_in_the_name_of_the_unit(demo, tmp_path, capsys):
    (tmp_path / "c.csv").write_text("标题,清单事项,呼叫范围\n污水井冒溢,ST-08,重点事项（要呼叫）\n", encoding="gb18030")
    assert run.main(["import", "call", str(tmp_path / "c.csv"), "--as", TOWN]) == 0, capsys.readouterr().err
    ((caller, state),) = ask(
        demo,
        "SELECT unit.code, call.state FROM call JOIN unit ON unit.id = caller_unit_id ORDER BY call.id DESC LIMIT 1",
    )
    assert (caller, state) == (TOWN, "draft")
    entry = "SELECT unit.code, user_id, place FROM recorder_entry JOIN unit ON unit.id = unit_id"
    assert ask(demo, f"{entry} ORDER BY recorder_entry.id DESC LIMIT 1") == [(TOWN, None, "command")]
    assert run.main(["verify"]) == 0


@pytest.mark.requirement("LX-26")
def test_the_same_file_of_the_hotline_twice_makes_no_second_ticket(demo, tmp_path, capsys):
    heads = "工单编号,诉求标题,诉求类别,诉求内容,诉求人姓名,联系电话,承办单位,受理时间"
    told = "路灯不亮,市政设施,请回电13800000000,张小明,13800000000,罗阳镇,2026-11-20 09:30"
    (tmp_path / "t.csv").write_text(f"{heads}\nRX-1,{told}\n,{told}\nRX-2,{told}\n", encoding="gb18030")
    taken = ["import", "hotline_ticket", str(tmp_path / "t.csv"), "--as", "330329-bgs"]
    assert run.main(taken) == 1
    assert "row 3: A3 external_key:" in capsys.readouterr().err
    (tmp_path / "t.csv").write_text(f"{heads}\nRX-1,{told}\nRX-2,{told}\n", encoding="gb18030")
    before = ask(demo, "SELECT count(*) FROM hotline_ticket")[0][0]
    for new in (2, 0):
        assert run.main([*taken, "--dry-run"]) == run.main(taken) == 0, capsys.readouterr().err
        assert ask(demo, "SELECT count(*) FROM hotline_ticket") == [(before + 2,)], new
    kept = ask(demo, "SELECT description, complainant, source FROM hotline_ticket WHERE external_key = 'RX-1'")
    assert kept == [("请回电＊＊＊", "张某", "hotline")]
    entries = ask(demo, "SELECT count(*) FROM recorder_entry WHERE after LIKE '%13800000000%' OR after LIKE '%张小明%'")
    assert entries == [(0,)]


REFUSED = {
    "no unit": ("call", "title,list_item\nx,ST-08\n", "", "--as CODE"),
    "a unit that is not there": ("call", "title\nx\n", "nowhere", "There is no unit with the code 'nowhere'"),
    "a unit that does not enter it": ("duty_list", "title\nx\n", FIELD, "does not enter duty_list"),
    "a unit that writes nothing": ("unit", "code,name\nx,x\n", "330329-khb", "does not enter unit"),
    "another's place": ("call", "title,list_item,place_unit\nx,ST-08,341181100\n", TOWN, "place_unit"),
    "a name of several": ("unit", "code,name,unit_type,parent\n9,九,office,公安局\n", "", "parent: "),
    "a heading of no column": ("unit", "code,name,colour,单位颜色\n9,九,red,red\n", "", "“colour”、“单位颜色”"),
    "a heading twice": ("unit", "code,name,编码\n9,九,9\n", "", "编码"),
    "no such file": ("unit", None, "", "There is no file"),
    "no text": ("unit", b"\xff\xfe\x00\x01\xff", "", ".xlsx"),
    "a quotation without end": ("unit", 'code,name\n9,"nine\n', "", ".xlsx"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_taken_is_refused_in_words(demo, tmp_path, capsys, why):
    resource, content, code, reason = REFUSED[why]
    if content is not None:
        (tmp_path / "x.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = ask(demo, "SELECT count(*) FROM recorder_entry")
    assert run.main(["import", resource, str(tmp_path / "x.csv"), *(["--as", code] if code else [])]) == 1
    said = capsys.readouterr()
    assert reason in said.err
    assert (said.out, "Traceback" in said.err) == ("", False)
    assert ask(demo, "SELECT count(*) FROM recorder_entry") == before


def test_a_name_of_several_rows_is_told_apart_from_one_of_none(demo, tmp_path, capsys):
    (tmp_path / "x.csv").write_text("code,name,unit_type,parent\n9,九,office,公安局\n8,八,office,无此局\n")
    assert run.main(["import", "unit", str(tmp_path / "x.csv")]) == 1
    of_several, of_none = (line.split("parent: ")[1] for line in capsys.readouterr().err.splitlines()[:2])
    assert of_several.replace("公安局", "") != of_none.replace("无此局", "")


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 cut short", b"\xd0\xcf\x11\xe0\xa1\xb1" * 99])
def test_a_broken_workbook_is_refused_in_one_line(demo, tmp_path, capsys, content):
    (tmp_path / "x.xlsx").write_bytes(content)
    assert run.main(["import", "unit", str(tmp_path / "x.xlsx")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_cell_of_several_lines_stays_as_it_is(demo, tmp_path, capsys):
    (tmp_path / "c.csv").write_text('title,list_item,description\nx,ST-08,"one\ntwo"\n', encoding="utf-8-sig")
    assert run.main(["import", "call", str(tmp_path / "c.csv"), "--as", TOWN]) == 0, capsys.readouterr().err
    assert ask(demo, "SELECT description FROM call ORDER BY id DESC LIMIT 1") == [("one\ntwo",)]


def test_a_dry_run_writes_nothing(demo, tmp_path, capsys):
    (tmp_path / "c.csv").write_text("title,list_item\nx,ST-08\n")
    before = ask(demo, "SELECT count(*) FROM call")
    assert run.main(["import", "call", str(tmp_path / "c.csv"), "--as", TOWN, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
    assert ask(demo, "SELECT count(*) FROM call") == before


LAW = (
    "list_type,category,code,title_label,lead_department_as_in_law,cooperating_departments_as_in_law,"
    "county_department_duties,township_duties,legal_basis,time_limit_in_law,territorial_scope,source\n"
    "法定职责分工(属地管理类),自然资源,ZR-01,永久基本农田划定与保护,县级人民政府自然资源主管部门,农业农村主管部门,"
    "划定,设立标志,《土地管理法》第三十四条,,全国,某法\n"
    "法定协同机制,协同机制,XT-01,联合执法,县级以上人民政府,公安;民政,组织,参加,《条例》第一条,,山东省,某法\n"
)
PUBLISHED = (
    "list_type,category,code,title,lead_department,cooperating_departments,county_department_duties,township_duties,"
    "legal_basis,time_limit,place,source_url,source_quality\n"
    "城市管理事件处置标准,市容环境,01,违法搭建,市城乡规划管理局;市住建局,各街道(办事处);各产业集聚区,拆除,,,15工作日,甲市,x,y\n"
    "城市管理事件处置标准,市容环境,01,私搭乱建,区城管执法大队,区有关街道办事处,停工,,,4个工作时,乙市,x,y\n"
)
LIMITS = "scheme,place,step,value,unit,note,date,source,source_quality\n12345热线,甲省,办结,5,工作日,,2020,x,y\n"


def test_a_folder_of_lists_as_they_are_published_is_taken_in_one_go(demo, tmp_path, capsys):
    folder = tmp_path / "real"
    folder.mkdir()
    for name, text in (("law", LAW), ("published", PUBLISHED), ("limits", LIMITS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    taken = []
    for _ in range(2):
        assert run.main(["import", "list_item", str(folder), "--as", EDITORIAL]) == 0, capsys.readouterr().err
        taken.append(json.loads(capsys.readouterr().out))
    assert [(t["new"], t["changed"], t["same"], t["left_out"]) for t in taken] == [
        (3, 1, 0, ["limits"]),
        (0, 0, 4, ["limits"]),
    ]
    of_drafts = (
        "FROM list_item i JOIN duty_list l ON l.id = i.duty_list_id AND l.state = 'draft'"
        " WHERE i.code IN ('01', '01-2', 'XT-01')"
    )
    lead = "(SELECT name FROM unit WHERE id = i.lead_department_id)"
    assert ask(demo, f"SELECT i.code, i.title, {lead} {of_drafts} ORDER BY i.code") == [
        ("01", "违法搭建", "自然资源和规划局"),
        ("01-2", "私搭乱建", "综合行政执法局"),
        ("XT-01", "联合执法", None),
    ]
    helpers = "SELECT u.name FROM item_cooperation c JOIN unit u ON u.id = c.unit_id WHERE c.list_item_id IN"
    named = ask(demo, f"{helpers} (SELECT i.id {of_drafts}) ORDER BY u.code")
    assert named == [("公安局",), ("民政局",), ("住房和城乡建设局",)]
