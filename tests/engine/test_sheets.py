"""Files as offices keep them are read as people read them: where the heading is, what stands under which headline."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter

from app.engine.cells import code_of, parts_of
from app.engine.sheets import MOST, Unreadable, address, plain_heading, read, ways_to_say
from app.engine.workbook import DEEPEST, WIDEST
from tests.sheets import book, office_list, retold

KNOWN = {"序号", "事项名称", "牵头单位", "配合单位", "县级部门", "乡镇职责", "title"}


TWICE = '<mergeCell ref="A1:B2"/>' * 2
PLAIN = book(清单=[["序号", "事项名称"], [1, "河道采砂"]])


def known(heading):
    return heading in KNOWN


@pytest.fixture(autouse=True)
def speaking(app):
    with app.test_request_context():
        yield


def headings(sheet):
    return [" / ".join(parts) for parts in sheet.headings]


def test_a_heading_of_two_rows_below_two_titles():
    (sheet,) = read("x.xlsx", book(清单=office_list([1, "河道采砂", "水利局", "公安局", "查处。", "巡查。"])), known)
    assert headings(sheet) == [
        "序号",
        "事项名称",
        "责任单位 / 牵头单位",
        "责任单位 / 配合单位",
        "职责 / 县级部门",
        "职责 / 乡镇职责",
    ]
    assert [(line.number, line.cells[1]) for line in sheet.lines] == [(5, "河道采砂")]


@pytest.mark.parametrize("remark", [["编制单位：县委编办"], ["编制单位：县委编办", None, None, "2027年2月"]])
def test_a_remark_above_the_heading_is_no_part_of_it(remark):
    """Even where nobody knows what stands in the second row of the heading."""
    rows = office_list([1, "河道采砂", "水利局", "公安局", "查处。", "巡查。"])
    rows[1] = remark
    (sheet,) = read("x.xlsx", book(清单=rows), {"序号", "事项名称"}.__contains__)
    assert headings(sheet)[:3] == ["序号", "事项名称", "责任单位 / 牵头单位"]
    assert [line.number for line in sheet.lines] == [5]


def test_a_heading_is_known_by_its_most_particular_part():
    assert list(ways_to_say(("职责", "乡镇 职责*")))[:3] == ["职责乡镇职责", "乡镇职责", "职责"]
    assert "办理时限" in ways_to_say(("办理时限（工作日）",))
    assert plain_heading(" 事项\n名称： ") == "事项名称"


def test_two_rows_of_headings_without_merged_cells():
    rows = [["序号", "职责", "", "依据"], ["", "县级部门", "乡镇职责", ""], ["1", "查处", "巡查", "水法"]]
    text = "\n".join(",".join(row) for row in rows)
    (sheet,) = read("x.csv", text.encode("gb18030"), known)
    assert headings(sheet) == ["序号", "职责 / 县级部门", "乡镇职责", "依据"]
    assert [line.cells[2] for line in sheet.lines] == ["巡查"]


def test_a_row_with_gaps_is_no_second_heading():
    (sheet,) = read("x.csv", "序号,事项名称,备注\n,河道采砂,急\n2,山塘巡查,\n".encode(), known)
    assert [line.cells[1] for line in sheet.lines] == ["河道采砂", "山塘巡查"]


def test_rows_stand_under_their_headline_and_merged_cells_hold_for_all_of_them():
    rows = office_list(
        ["一、自然资源（2项）", None, None, None, None, None],
        [1, "违法占地", "自然资源和规划局", None, "查处。", "巡查。"],
        [2, "违法建设", None, None, "查处。", "巡查。"],
        ["二、应急管理", None, None, None, None, None],
        [3, "山塘巡查", "水利局", None, "指导。", "巡查。"],
        ("merge", 4, 0, 4, 5, "一、自然资源（2项）"),
        ("merge", 5, 2, 6, 2, "自然资源和规划局"),
        ("merge", 7, 0, 7, 5, "二、应急管理"),
    )
    (sheet,) = read("x.xlsx", book(清单=rows), known)
    told = [(line.headline, line.cells[1], line.cells[2]) for line in sheet.lines]
    assert told == [
        ("自然资源", "违法占地", "自然资源和规划局"),
        ("自然资源", "违法建设", "自然资源和规划局"),
        ("应急管理", "山塘巡查", "水利局"),
    ]


def test_every_sheet_with_rows_is_read_and_the_heading_once_more_is_none():
    rows = [["序号", "事项名称"], [1, "甲"], ["序号", "事项名称"], [2, "乙"]]
    sheets = read("x.xlsx", book(权力清单=rows, 空白=[], 责任清单=rows), known)
    assert [(sheet.name, [line.cells[1] for line in sheet.lines]) for sheet in sheets] == [
        ("权力清单", ["甲", "乙"]),
        ("责任清单", ["甲", "乙"]),
    ]


def test_one_may_say_where_the_heading_is():
    content = book(清单=[["序号", "事项名称"], ["编码", "名称"], ["1", "甲"]])
    (sheet,) = read("x.xlsx", content, known, {"清单": 2})
    assert (sheet.head, headings(sheet), len(sheet.lines)) == (2, ["编码", "名称"], 1)


def test_where_nothing_is_known_the_first_row_with_several_texts_is_the_heading():
    (sheet,) = read("x.xlsx", book(甲=[["一份清单"], ["什么", "多少"], ["砂", 3]]), known)
    assert headings(sheet) == ["什么", "多少"]


def test_what_is_merged_where_the_sheet_says_nothing_is_passed_over():
    (sheet,) = read("x.xlsx", book(清单=[["序号", "事项名称"], [1, "甲"], ("merge", 0, 5, 0, 6, "")]), known)
    assert [line.cells[1] for line in sheet.lines] == ["甲"]


def test_days_and_hours_come_through_as_what_they_are():
    cells = [date(2026, 11, 28), datetime(2026, 11, 28, 9, 30), 3, 2.5, True, None]  # noqa: DTZ001
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "yyyy-mm-dd hh:mm"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["序号", *"abcde"])
        sheet.write_row(1, 0, cells)
    (read_,) = read("x.xlsx", made.getvalue(), known)
    told = [str(cell) for cell in read_.lines[0].cells]
    assert told[:2] == ["2026-11-28", "2026-11-28 09:30:00"]
    assert told[2:5] == ["3.0", "2.5", "True"]


def test_names_are_told_apart_however_long_the_cell_is():
    assert parts_of("公安局（含交警、消防）、教育局;水利局") == ["公安局（含交警、消防）", "教育局", "水利局"]
    assert parts_of("、" * 30_000 + "）") == ["、" * 30_000 + "）"]


def test_a_number_longer_than_any_list_stays_as_it_is_written():
    assert code_of("一" * 5_000) == "一" * 5_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.xlsx", b"no workbook"),
        ("x.csv", b"\xff\xfe\x00\x01\xff"),
        ("x.csv", b""),
        ("x.csv", b'title\n"without end'),
        ("x.xlsx", book(甲=[[]])),
        ("x.csv", b"title\n" + b"x\n" * (MOST + 1)),
        ("x.csv", b"," * WIDEST + b"\n" * (DEEPEST + 1)),
        ("x.xlsx", retold(PLAIN, 'r="B2"', 'r="XFD1048576"')),
        ("x.xlsx", retold(PLAIN, 'r="B2"', f'r="B{DEEPEST + 1}"')),
        ("x.xlsx", retold(PLAIN, "</sheetData>", f"</sheetData><mergeCells>{TWICE}</mergeCells>")),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(name, content):
    with pytest.raises(Unreadable, match=r"\w"):
        read(name, content, known)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("一", "1"),
        ("（十二）", "12"),
        ("二十三、", "23"),
        ("第一百零五项", "105"),
        ("三-5", "3-5"),
        ("二-十", "2-10"),
        (7.0, "7"),
        ("ZR-01", "ZR-01"),
        ("三农办", "三农办"),
        ("1(2)", "1(2)"),
    ],
)
def test_a_code_in_chinese_numerals_is_the_same_in_digits(said, code):
    assert code_of(said) == code


def test_the_names_in_a_cell():
    assert parts_of("公安局、民政局\n水利局；公安局") == ["公安局", "民政局", "水利局"]
    assert parts_of("县（市、区）人民政府、水利局") == ["县（市、区）人民政府", "水利局"]


def test_a_cell_is_called_as_the_program_calls_it():
    assert (address(5, 0), address(12, 27)) == ("A5", "AB12")


@pytest.mark.parametrize("heads", [None, {"x": 1}])
def test_where_the_heading_is_said_to_be_does_not_decide_whether_a_file_is_too_long(heads):
    content = "\n".join(f"{row}," for row in ["题"] * 10 + ["序号"] + ["1"] * MOST).encode()
    with pytest.raises(Unreadable, match=str(MOST)):
        read("x.csv", content, known, heads)
