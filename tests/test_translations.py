"""Everything that people read is marked, and what is marked is said in Chinese, in the words of the glossary."""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import flask_appbuilder
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from app.engine.build import permissions
from app.engine.derive import shape_of
from app.engine.query import OPERATORS
from app.names import CAUSES, CODES, NAMES
from app.words import PAGES, RIGHTS, ROLES
from models.base import Model, Word
from models.roles import RoleName
from models.rules import deadlines
from models.workflow import workflow_of
from views import CONSOLES

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "jobs", "models", "views")
MARKERS = ("N_", "lazy_gettext")
KEYWORDS = DEFAULT_KEYWORDS | dict.fromkeys(MARKERS)
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)\w|\{\w+\}")
HAN = r"[\u4e00-\u9fff]"
LATIN = re.compile(r"[A-Za-z]{2,}")
WIDE_SIGN = re.compile(rf"{HAN}[,;:?!.()\"']|[,;:?!()\"']{HAN}|[,;:.?!]$")

REFUSALS = {"Refused", "NotYours", "MovedOn", "BadQuestion", "Unreadable"}

OWN_NAMES = {"English", "Excel", "PNG", "SVG"}
"""What is called so in every language."""

TERMS = (
    (r"negotiat", "协商"),
    (r"coordinat", "协调"),
    (r"\bdispatch(?!ed (agenc(y|ies)|staff|person)\b)", "派发"),
    (r"dispatched agenc(y|ies)", "派驻机构"),
    (r"\breject", "驳回"),
    (r"\bforward", "转发"),
    (r"\bwithdr", "撤回"),
    (r"promise[sd]? (deadline|a result)", "承诺"),
    (r"editorial office", "编办"),
    (r"supervision office\b", "督查机构"),
    (r"supervision (order|level)|supervised unit", "督办"),
    (r"reminde[dr](?!.*working day)", "催办"),
    (r"lead department|department leads", "牵头部门"),
    (r"cooperating (too|department)", "配合部门"),
    (r"list item", "清单事项"),
    (r"legal (and policy )?basis", "法律法规及文件依据"),
    (r"duty holder", "责任单位"),
    (r"working day", "工作日|调休上班"),
)
"""English stems, and the one Chinese word for each (the glossary's)."""

TWO_WORDS = {"Make-up working day"}
"""Messages with a word of their own for what a stem names."""


def _extracted(folder: Path) -> set[str]:
    found = extract_from_dir(folder, method_map=METHODS, keywords=KEYWORDS | {"lazy_formatter_gettext": None})
    messages = (entry[2] for entry in found)
    return set(chain.from_iterable((m,) if isinstance(m, str) else m for m in messages))


def _read(path: Path):
    with path.open("rb") as file:
        return {message.id: message for message in read_po(file, locale="zh") if message.id}


@pytest.fixture(scope="module")
def marked() -> set[str]:
    return set().union(*(_extracted(ROOT / package) for package in PACKAGES))


@pytest.fixture(scope="module")
def chinese():
    return _read(ROOT / "translations/zh/LC_MESSAGES/messages.po")


@pytest.fixture(scope="module")
def sources() -> dict[Path, ast.Module]:
    paths = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_everything_marked_is_translated(marked, chinese):
    assert {m for m in marked if m not in chinese or not chinese[m].string or chinese[m].fuzzy} == set()


def test_nothing_is_translated_in_vain(marked, chinese):
    assert chinese.keys() - marked == set()


def test_placeholders_survive(chinese):
    for message in chinese.values():
        assert sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(message.string)), message.id


def test_every_package_is_extracted_from():
    configuration = (ROOT / "translations/babel.cfg").read_text(encoding="utf-8")
    assert {f"[python: {package}/**.py]" for package in PACKAGES} <= set(configuration.splitlines())


def test_no_mark_hides_where_extraction_does_not_look(marked, sources):
    """Inside an f-string, for one."""
    hidden = {
        (path.name, call.lineno)
        for path, tree in sources.items()
        for call in _calls(tree, {*MARKERS, "gettext", "ngettext"})
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value not in marked
    }
    assert hidden == set()


def test_no_refusal_is_made_of_words_that_nobody_marked(sources):
    bare = {
        (path.name, call.lineno)
        for path, tree in sources.items()
        for call in _calls(tree, REFUSALS)
        if call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    }
    assert bare == set()


def test_no_template_speaks_without_a_mark():
    spoken = {
        (path.name, words)
        for path in (ROOT / "app/templates").rglob("*.html")
        for words in _words_of(path.read_text(encoding="utf-8"))
    }
    assert {words for _, words in spoken} - OWN_NAMES == set(), spoken


def test_no_translation_is_left_in_latin_letters(chinese):
    assert {m.id for m in chinese.values() if m.string.isascii()} == set()


def test_signs_between_chinese_characters_are_chinese(chinese):
    assert {m.string for m in chinese.values() if WIDE_SIGN.search(PLACEHOLDER.sub("字", m.string))} == set()


def test_a_sentence_stays_a_sentence(chinese):
    sentences = (m for m in chinese.values() if re.search(r"\w{2}\.$", m.id))
    assert {m.string for m in sentences if not m.string.endswith("。")} == set()


@pytest.mark.parametrize(("stem", "word"), TERMS)
def test_one_word_of_the_glossary_is_one_chinese_word(chinese, stem, word):
    about = [m for m in chinese.values() if re.search(stem, m.id, re.IGNORECASE) and m.id not in TWO_WORDS]
    assert about, f"nothing is said of {stem}"
    assert {m.id: m.string for m in about if not re.search(word, m.string)} == {}


def test_reminding_supervising_and_inspecting_are_told_apart(chinese):
    assert chinese["Reminders"].string == "催办"
    assert chinese["Supervision"].string == "督办"
    assert chinese["Supervision office"].string == "督查机构"


def test_every_word_of_a_closed_set_has_a_label_in_chinese(chinese):
    members = [member for words in _below(Word) if words.__module__.startswith("models.") for member in words]
    assert {f"{type(m).__name__}.{m}" for m in members if m.label not in chinese} == set()


def test_every_label_of_a_column_is_chinese(chinese):
    assert {(place, words) for place, words in _column_words() if words not in chinese} == set()


def test_every_move_speaks_chinese(chinese):
    moves = [
        (f"{mapper.class_.__name__}.{transition.name}", words)
        for mapper in Model.registry.mappers
        if (workflow := workflow_of(mapper.class_))
        for transition in workflow.transitions.values()
        for words in (transition.label, transition.help, *(w for ask in transition.asks for w in (ask.label, ask.help)))
    ]
    assert {(place, words) for place, words in moves if words and words not in chinese} == set()


def test_no_move_is_called_like_the_button_that_leaves_its_form(chinese):
    flows = [(console.model, flow) for console in CONSOLES if (flow := workflow_of(console.model))]
    labels = {(model.__name__, move.label) for model, flow in flows for move in flow.transitions.values()}
    assert {where for where in labels if chinese[where[1]].string == chinese["Cancel"].string} == set()


def test_every_console_speaks_chinese(chinese):
    said = [
        (console.model.__name__, words)
        for console in CONSOLES
        for words in (
            console.name,
            console.category,
            console.empty,
            *(words for chart in console.charts for words in (chart.title, chart.definition)),
        )
    ]
    assert {(place, words) for place, words in said if words and words not in chinese} == set()


def test_every_comparison_is_chinese(chinese):
    assert {words for kind in OPERATORS.values() for words in kind.values()} - chinese.keys() == set()


def test_every_festival_is_chinese(chinese):
    assert set(deadlines.FESTIVALS) <= chinese.keys()


def test_every_permission_of_a_console_has_a_word(chinese):
    for shape in map(shape_of, CONSOLES):
        moves = {f"can_{move.name}" for move in shape.console.workflow.moves.values()} if shape.console.workflow else {}
        assert set(permissions(shape)) <= RIGHTS.keys() | moves, shape.permission
    assert {*RIGHTS.values(), *PAGES.values()} <= chinese.keys()


def test_every_role_is_called_something_in_chinese(chinese):
    assert ROLES.keys() >= set(RoleName)
    assert set(ROLES.values()) <= chinese.keys()


def test_every_cause_that_a_rule_gives_has_a_word(chinese, sources):
    given = {
        keyword.value.value
        for tree in sources.values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "cause" and isinstance(keyword.value, ast.Constant)
    }
    assert given == CAUSES.keys()
    assert set(CODES.values()) <= chinese.keys()


def test_nothing_that_the_framework_says_is_left_in_english(chinese):
    folder = Path(flask_appbuilder.__file__).parent
    own = _read(folder / "translations/zh/LC_MESSAGES/messages.po")
    told = chinese.keys() | {m.id for m in own.values() if m.string and not m.fuzzy}
    assert _extracted(folder) - told == set()


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") in names)


def _words_of(template: str) -> Iterator[str]:
    """Latin words in the text and in the attributes that are read out."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>", "", plain, flags=re.DOTALL)
    for attribute in re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', plain):
        yield from LATIN.findall(attribute)
    for text in re.sub(r"<[^>]*>|[a-z-]+=\"[^\"]*\"", "\n", plain).splitlines():
        if LATIN.search(text):
            yield text.strip()


def _below(words: type[Word]) -> Iterator[type[Word]]:
    for narrower in words.__subclasses__():
        yield narrower
        yield from _below(narrower)


def _column_words() -> Iterator[tuple[str, str]]:
    for mapper in Model.registry.mappers:
        infos = [(c.key, c.columns[0].info) for c in mapper.column_attrs] + [
            (r.key, r.info) for r in mapper.relationships
        ]
        for key, info in infos:
            for words in (info.get("label"), info.get("help")):
                if words:
                    yield f"{mapper.class_.__name__}.{key}", words


def test_no_row_is_called_by_a_word_of_ours_that_is_left_in_english():
    """A row's own `str` knows no reader's language: where it says a word, the console has another name for it."""
    models = [mapper.class_ for mapper in Model.registry.mappers if inspect.isfunction(mapper.class_.__str__)]
    english = [model for model in models if re.search(r"self\.\w+\.label", inspect.getsource(model.__str__))]
    assert len(english) >= 5
    assert [model.__name__ for model in english if model not in NAMES] == []
