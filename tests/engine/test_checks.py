"""What cannot work is told at start: every mistake by its number, and all of them at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask_appbuilder.models.mixins import FileColumn
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.engine import checks
from app.engine.checks import BadDeclaration, check
from app.engine.declare import Chart, Console, Derived, Kinds, Related, Variant
from models.base import UtcDateTime
from tests.engine.toy import SHELVES
from views import CONSOLES


class Slips(DeclarativeBase):
    """Tables with one mistake each, beside one that has none."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, dict[str, Any]: JSON}


class Sound(Slips):
    __tablename__ = "sound"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(info={"label": "Title"})
    size: Mapped[int] = mapped_column(info={"label": "Size"})
    due_at: Mapped[datetime | None] = mapped_column(info={"label": "Due"})
    extra: Mapped[dict[str, Any] | None] = mapped_column(info={"label": "Extra", "protected": True})
    free_extra: Mapped[dict[str, Any] | None] = mapped_column(info={"label": "More"})
    secret: Mapped[str | None]
    state: Mapped[str] = mapped_column(info={"label": "State", "protected": True})
    version: Mapped[int]

    def __str__(self) -> str:
        return self.title


class Part(Slips):
    __tablename__ = "part"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info={"label": "Name"})
    sound_id: Mapped[int] = mapped_column(ForeignKey("sound.id"))
    sound: Mapped[Sound] = relationship(info={"label": "Sound"})
    version: Mapped[int]

    def __str__(self) -> str:
        return self.name


class OpenState(Slips):
    __tablename__ = "open_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(info={"label": "State"})
    version: Mapped[int]

    def __str__(self) -> str:
        return self.state


class Unversioned(Slips):
    __tablename__ = "unversioned"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(info={"label": "State", "protected": True})

    def __str__(self) -> str:
        return self.state


class WithFile(Slips):
    __tablename__ = "with_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info={"label": "Name"})
    scan = mapped_column(FileColumn)

    def __str__(self) -> str:
        return self.name


class OtherKey(Slips):
    __tablename__ = "other_key"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info={"label": "Name"})

    def __str__(self) -> str:
        return self.name


class Nameless(Slips):
    __tablename__ = "nameless"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info={"label": "Name"})


class Workflow:
    """As much of one as a declaration looks at."""

    moves: ClassVar[dict[str, Any]] = {}


def console(model: type = Sound, **options: Any) -> Console:
    usual = {"form": ("title",)} if model is Sound else {}
    return Console(model=model, name="Name", category="Data", **(usual | options))


def findings(*consoles: Console) -> list[str]:
    with pytest.raises(BadDeclaration) as told:
        check(consoles)
    return str(told.value).splitlines()


def anything(actor: Any) -> Any:
    return Sound.id > 0


MISTAKES = [
    ("E101", console(listed=("nope",)), "Sound: listed names 'nope'"),
    ("E101", console(shown=("nope",)), "Sound: shown names 'nope'"),
    ("E101", console(form=("nope",)), "Sound: form names 'nope'"),
    ("E101", console(required=("nope",)), "Sound: required names 'nope'"),
    ("E101", console(searched=("nope",)), "Sound: searched names 'nope'"),
    ("E101", console(among={"nope": anything}), "Sound: among names 'nope'"),
    ("E101", console(deadlines={"nope": ()}), "Sound: deadlines names 'nope'"),
    ("E101", console(deadlines={"due_at": ("nope",)}), "Sound: deadlines names 'nope'"),
    ("E101", console(unsorted=("nope",)), "Sound: unsorted names 'nope'"),
    ("E101", console(order=("nope", "asc")), "Sound: order names 'nope'"),
    ("E101", console(related=(Related(model=Part, by="sound", listed=("nope",)),)), "Sound: related names 'nope'"),
    ("E101", console(related=(Related(model=Part, by="sound", order="nope"),)), "Sound: related names 'nope'"),
    ("E101", console(Part, listed=("sound_id",)), "Part: listed names 'sound_id'"),
    ("E201", console(form=("state",)), "'state', which is protected"),
    ("E201", console(form=("id",)), "'id', which is protected"),
    ("E202", console(form=("free_extra",)), "no form field fits 'free_extra'"),
    ("E203", console(listed=("secret",)), "'secret' is shown and has no label"),
    ("E203", console(shown=("secret",)), "'secret' is shown and has no label"),
    ("E203", console(listed=("secret",), shown=("secret",)), "'secret' is shown and has no label"),
    ("E204", console(required=("size",)), "'size' is required, and not on the form"),
    ("E205", console(deadlines={"size": ()}), "'size' is a deadline, and not a moment"),
    ("E206", console(kinds=Kinds(by=("size",), column="extra", variant=Variant)), "follow from 'size'"),
    ("E207", console(kinds=Kinds(by=(), column="size", variant=Variant)), "'size' cannot hold"),
    ("E101", console(about="size"), "about names 'size'"),
    ("E101", console(opens={"nope": "x"}), "opens names 'nope'"),
    ("E208", console(opens={"state": "nope"}), "'state' as 'nope'"),
    ("E208", console(opens={"size": "3"}), "'size' as '3'"),
    (
        "E208",
        console(derived=(Derived(name="big", label="Big", criterion=None),), opens={"big": "maybe"}),
        "'big' as 'maybe'",
    ),
    ("E209", console(derived=(Derived(name="size", label="Size", criterion=None),)), "'size' is derived, and a column"),
    ("E301", console(charts=(Chart(by="nope"),)), "counts by 'nope'"),
    ("E301", console(charts=(Chart(by="size", split="nope"),)), "counts by 'nope'"),
    ("E304", console(charts=(Chart(by="size", split="state", sums=("size", "size")),)), "split by 'state' sums up"),
    ("E302", console(charts=(Chart(by="size", per="month"),)), "'size' per month"),
    ("E305", console(charts=(Chart(by="size", only={"state": "nope"}),)), "counts 'state' as 'nope'"),
    ("E306", console(charts=(Chart(by="size", split="state", share=True),)), "share of 'state'"),
    ("E303", console(charts=(Chart(by="size", sums=("state",)),)), "sums up 'state'"),
    ("E401", console(related=(Related(model=Part, by="name"),)), "Part.name does not point at it"),
    ("E401", console(related=(Related(model=Part, by="nope"),)), "Part.nope does not point at it"),
    ("E401", console(Part, related=(Related(model=Part, by="sound"),)), "Part.sound does not point at it"),
    ("E501", console(Part, workflow=Workflow()), "no column named 'state'"),
    ("E502", console(OpenState, form=(), workflow=Workflow()), "'state' must be protected"),
    ("E503", console(Unversioned, workflow=Workflow()), "no 'version'"),
    ("E601", console(WithFile), "'scan' is a file column"),
    ("E602", console(OtherKey), "its key is not a single 'id'"),
    ("E603", console(Nameless), "it has no __str__"),
]


@pytest.mark.parametrize(("number", "mistaken", "sentence"), MISTAKES, ids=[f"{m[0]} {m[2]}" for m in MISTAKES])
def test_a_mistake_is_told_by_its_number_and_nothing_else_with_it(number, mistaken, sentence):
    (told,) = findings(mistaken)
    assert told.startswith(f"{number} {mistaken.model.__name__}: ")
    assert sentence in told


def test_two_consoles_for_one_model_are_refused():
    assert findings(console(), console()) == ["E701 Sound: two consoles for one model"]


def test_all_findings_are_told_at_once_whichever_console_they_are_of():
    wrong = console(form=("state",), required=("size",), charts=(Chart(by="nope"), Chart(by="size", per="month")))
    misspelt = console(Part, order=("nope", "asc"), workflow=Workflow())
    told = findings(wrong, misspelt, console(Nameless), console(Nameless))
    of_wrong, of_misspelt, of_nameless = ["E201", "E204", "E301", "E302"], ["E101", "E501"], ["E603", "E603"]
    assert [line.split()[0] for line in told] == [*of_wrong, *of_misspelt, *of_nameless, "E701"]


def test_every_number_is_told_by_a_test():
    source = Path(checks.__file__).read_text(encoding="utf-8")
    numbers = {word for word in source.replace('"', " ").split() if word[0] == "E" and word[1:].isdecimal()}
    assert numbers == {number for number, *_ in MISTAKES} | {"E701"}


def test_a_misspelt_option_fails_where_it_is_written():
    with pytest.raises(TypeError, match="lsited"):
        Console(model=Sound, name="Sounds", category="Data", lsited=("title",))


def test_sound_declarations_pass():
    related = (Related(model=Part, by="sound"),)
    charts = (Chart(by="size", split="state"), Chart(by="due_at", per="month"))
    sound = console(required=("title",), deadlines={"due_at": ()}, charts=charts, related=related, workflow=Workflow())
    check((sound, console(Part), SHELVES))


def test_the_consoles_of_the_product_pass():
    check(CONSOLES)
    assert len(CONSOLES) > 10
