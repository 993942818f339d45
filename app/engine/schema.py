"""What people and programs send in, checked: one schema for forms, API and import, one sentence for each mistake."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from flask_babel import gettext
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate
from sqlalchemy import Select, UniqueConstraint, false, inspect, or_, select
from werkzeug.datastructures import FileStorage

from app.engine.declare import World
from app.engine.derive import Shape
from app.engine.fields import Choices, Few, Field, translated

NAMED = 200
"""Characters of what was sent that are said again."""
DIGITS, MOST_ROWS, MOST_FILES, YEARS = 10, 100, 20, range(1900, 2200)


def _messages(**own: str) -> dict[str, str]:
    required = gettext("Fill this in.")
    return {"required": required, "null": required, "validator_failed": gettext("This is not valid.")} | own


def key_of(value: Any) -> int | None:
    """The key of a row, if this can be one. Longer numbers are not even read: no database holds them."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text.isdecimal() or len(text) > DIGITS or int(text) >= 2**31:
        return None
    return int(text)


def storable(text: str) -> bool:
    """Whether every database can hold it: no NUL, and no half of a character."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text)


@cache
def has_code(target: Hashable) -> bool:
    """Whether a table's rows are told apart by a code."""
    constraints = inspect(target).local_table.constraints
    return any([*c.columns.keys()] == ["code"] for c in constraints if isinstance(c, UniqueConstraint))


class Row(fields.Field[Any]):
    """A row named by its key. If there is none, or none in sight, or none that may be chosen: it is unknown."""

    def __init__(self, world: World, field: Field, subject: Any, **options: Any) -> None:
        super().__init__(**options)
        self.world, self.field, self.subject = world, field, subject

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "" and not self.required:
            return None
        if isinstance(value, self.field.target):  # type: ignore[arg-type]
            return value  # looked up before, under the same criterion: many rows of a file name the same one
        if self.is_code(self.field, value):
            found = self.world.session().scalar(self._query(self.field.target.code == value))  # type: ignore[union-attr]
        else:
            found = self.world.session().scalar(self._query(self.field.target.id == self._key(value)))  # type: ignore[union-attr]
        if found is None:
            raise ValidationError(gettext("There is no such record, or you may not choose it."))
        return found

    @staticmethod
    def is_code(field: Field, value: Any) -> bool:
        """Whether a row is named by its code, which is not a number: `territorial`, `330329-bb`."""
        said = isinstance(value, str) and value != "" and not value.isdecimal() and storable(value)
        return said and has_code(field.target)  # type: ignore[arg-type]

    @staticmethod
    def _key(value: Any) -> int:
        key = key_of(value.get("id") if isinstance(value, dict) else value)
        if key is None:
            raise ValidationError(gettext("Name the record by its number (id)."))
        return key

    def _query(self, named: Any) -> Any:
        return choosable(self.world, self.field, self.subject).where(named)

    def _there(self) -> Any:
        return _standing(self.field, self.subject)


def choosable(world: World, field: Field, subject: Any) -> Select[Any]:
    """The rows that a person may name in a field of the subject: those offered, and what stands there already."""
    query = select(field.target)  # type: ignore[arg-type]
    among = field.choice(world, subject)
    if among is not None:
        query = query.where(or_(among, _standing(field, subject)))
    return query


def _standing(field: Field, subject: Any) -> Any:
    """What stands in the record already: a form sends it back as it was read, with what was changed."""
    key = getattr(subject, field.column.key, None) if field.column is not None else None
    return field.target.id == key if key is not None else false()  # type: ignore[union-attr]


class File(Row):
    """A file as a browser sends it, or the key of one that a program has sent before."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, FileStorage):
            return super()._deserialize(value, attr, data, **kwargs)
        try:
            return self.world.files.keep(self.world.session(), value.filename or "", value.stream)
        except Exception as error:
            refusal = self.world.told(error)
            if refusal is None:
                raise
            raise ValidationError(refusal.message) from error

    def _query(self, named: Any) -> Any:
        """One's own; or the one that hangs there already."""
        return super()._query(named).where(or_(self.world.files.nameable(self.world.actor()), self._there()))

    def _there(self) -> Any:
        if self.field.way is None:
            return super()._there()
        return self.field.target.id.in_([row.id for row in self.field.of(self.subject)])  # type: ignore[union-attr]


class Rows(fields.List[Any]):
    """Rows named by their keys: each once, and not endlessly many, because each is looked up."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) > MOST_ROWS:
            raise ValidationError(gettext("This number is too large."))
        return list(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


class Files(fields.Field[Any]):
    """Files, several or one: all of them are taken, or none; what is wrong with each is said after its name."""

    def __init__(self, each: File, **options: Any) -> None:
        super().__init__(**options)
        self.each = each

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        sent = value if isinstance(value, list) else [value]
        if len(sent) > MOST_FILES:
            raise ValidationError(gettext("At most %(most)s files hang here. Take some away.", most=MOST_FILES))
        found, wrong = [], []
        for one in sent:
            try:
                found.append(self.each.deserialize(one))
            except ValidationError as error:
                reason = " ".join(map(str, error.messages))
                named = one.filename if isinstance(one, FileStorage) else one
                wrong.append(gettext("“%(name)s”: %(reason)s", name=str(named)[:NAMED], reason=reason))
        if wrong:
            raise ValidationError(" ".join(wrong))
        if self.required and not found:
            raise self.make_error("required")
        return list(dict.fromkeys(found))


class Chosen(fields.Field[Any]):
    """One of a closed set of words."""

    def __init__(self, words: Any, **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "" and self.allow_none:
            return None
        try:
            if isinstance(self.words, Choices) and value not in self.words:
                raise ValueError(value)  # noqa: TRY301  (told in one place)
            return self.words(value)
        except ValueError:
            raise ValidationError(
                gettext("Choose one of: %(words)s.", words="、".join(str(word) for word in self.words))
            ) from None


def _of_field(world: World, field: Field, subject: Any, *, needed: bool) -> fields.Field[Any]:
    options: dict[str, Any] = {
        "required": needed,
        "allow_none": field.nullable and not field.required,
        "error_messages": _messages(),
    }
    if field.names_row:
        return (File if field.kind == "file" else Row)(world, field, subject, **options)
    if field.kind == "files":
        return Files(File(world, replace(field, required=True), subject, required=True), **options)
    if field.kind == "rows":
        return Rows(Row(world, replace(field, required=True), subject, required=True), **options)
    if field.kind == "word":
        return Chosen(field.words, **options)
    return _of_scalar(world, field, options)


def _of_scalar(world: World, field: Field, options: dict[str, Any]) -> fields.Field[Any]:
    said = options["error_messages"]
    if field.kind == "moment":
        said["invalid"] = gettext("Write a date and time, such as 2026-11-23 09:00.")
        near = _near(said["invalid"])
        return fields.AwareDateTime(format="iso", default_timezone=world.zone, validate=near, **options)
    if field.kind == "day":
        said["invalid"] = gettext("Write a date, such as 2026-11-23.")
        return fields.Date(validate=_near(said["invalid"]), **options)
    if field.kind == "hour":
        said["invalid"] = gettext("Write a time, such as 08:30.")
        return fields.Time(**options)
    if field.kind == "flag":
        said["invalid"] = gettext("Say yes or no.")
        return fields.Boolean(**options)
    if field.kind == "number":
        said |= {"invalid": gettext("Write a whole number."), "too_large": gettext("Write a whole number.")}
        limit = validate.Range(min=-(2**31), max=2**31 - 1, error=gettext("This number is too large."))
        return fields.Integer(strict=False, validate=limit, **options)
    if field.kind == "decimal":
        said["invalid"] = gettext("Write a number.")
        return fields.Decimal(allow_nan=False, **options)
    said["invalid"] = gettext("Write text.")
    return fields.String(validate=_of_text(field), **options)


def _near(message: str) -> Callable[[Any], None]:
    """Years beyond these are slips of the hand, and the calendar cannot count at its ends."""

    def near(value: Any) -> None:
        if value.year not in YEARS:
            raise ValidationError(message)

    return near


def _of_text(field: Field) -> list[Any]:
    def plain(value: str) -> None:
        if not storable(value):
            raise ValidationError(gettext("The text has a character that cannot be stored."))
        if field.required and not value.strip():
            raise ValidationError(gettext("Fill this in."))

    longest = field.length or 20_000
    too_long = gettext("Write at most %(most)s characters.", most=longest)
    return [plain, validate.Length(max=longest, error=too_long)]


def schema_of(
    world: World, wanted: Iterable[Field], subject: Any, *, partial: bool = False, form: bool = False
) -> Schema:
    """The schema of some fields. From a program, an unknown key is refused; a form also carries keys of its own."""
    made = {f.name: _of_field(world, f, subject, needed=f.required and not partial) for f in wanted}
    schema = Schema.from_dict(made)(partial=partial, unknown=EXCLUDE if form else RAISE)
    schema.error_messages["unknown"] = gettext("This field does not exist, or cannot be written.")
    schema.error_messages["type"] = gettext("Send a JSON object.")
    return schema


def writable(shape: Shape) -> list[Field]:
    """The fields of a console's form, with what its declaration adds to the mapper's."""
    among, fits, few = shape.console.among or {}, shape.console.fits or {}, shape.console.words or {}
    timely = shape.console.timely or {}
    return [
        replace(
            field,
            required=field.required or field.name in shape.console.required,
            among=_of_both(among[field.name], fits.get(field.name)) if field.name in among else None,
            timely=timely.get(field.name),
            words=Few(few[field.name]) if field.name in few else field.words,
        )
        for field in shape.pick(shape.form)
    ]


def _of_both(criterion: Callable[[Any], Any], fits: Callable[[Any], Any] | None) -> Callable[[Any, Any], Any]:
    def among(subject: Any, actor: Any) -> Any:
        return criterion(actor) if fits is None or subject is None else criterion(actor) & fits(subject)

    return among


def asked(transition: Any, subject: Any = None) -> list[Field]:
    """The fields that a move asks for; of a subject, those that are of use."""
    return [
        Field(
            name=ask.name,
            label=ask.label,
            kind=ask.kind,
            required=ask.required,
            help=ask.help,
            words=ask.words,
            target=ask.model,
            among=ask.among,
            first=ask.first,
            length=ask.length,
        )
        for ask in transition.asks
        if subject is None or ask.of_use is None or ask.of_use(subject)
    ]


def load(schema: Schema, data: Any) -> dict[str, Any]:
    """The checked values. Raises marshmallow's `ValidationError`, its messages by field."""
    loaded: dict[str, Any] = schema.load(data)
    return loaded


REMOVE = "remove-"
"""What the tick is called, before the name of the field, that takes a file away."""


def from_form(wanted: Iterable[Field], form: Any, files: Any) -> dict[str, Any]:
    """What a browser posted, as a program would have sent it: an empty box is nothing, an unticked one is no."""
    sent: dict[str, Any] = {}
    for field in wanted:
        if field.kind == "flag":
            sent[field.name] = field.name in form
        elif field.names_rows:
            sent[field.name] = [value for value in (*form.getlist(field.name), *files.getlist(field.name)) if value]
        elif field.kind == "file":
            sent |= _file_of(field, form, files)
        elif field.name in form:
            value = form[field.name].strip()
            if value or field.kind in ("text", "long_text"):
                sent[field.name] = value
            elif field.nullable:
                sent[field.name] = None
    return sent


def _file_of(field: Field, form: Any, files: Any) -> dict[str, Any]:
    """The file that was chosen, or nothing in its place; a box in which none was chosen leaves all as it is."""
    if files.get(field.name):
        return {field.name: files[field.name]}
    return {field.name: None} if field.nullable and f"{REMOVE}{field.name}" in form else {}


def described(field: Field) -> dict[str, Any]:
    """A field told to a program, for `_info`."""
    told: dict[str, Any] = {
        "name": field.name,
        "label": translated(field.label),
        "description": translated(field.help),
        "type": field.kind,
        "required": field.required,
    }
    if field.words:
        told["values"] = [{"id": word.value, "value": translated(word.label)} for word in field.words]
    if field.length:
        told["max_length"] = field.length
    return told
