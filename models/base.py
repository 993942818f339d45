"""The declarative base, and the column types every table shares."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal, Self, cast

from flask_appbuilder.models.sqla import Model as FabModel
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import JSON, DateTime, Enum, ForeignKey, Integer, Numeric, Table, event
from sqlalchemy.orm import ColumnProperty, DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = ["N_", "Model", "Regional", "Role", "Tone", "User", "UtcDateTime", "Word"]

Tone = Literal["muted", "info", "active", "warn", "danger", "done"]
"""How a word is coloured on the screen. Never the only sign: the word itself is always shown."""


def N_(message: str) -> str:
    """Mark a message for extraction; whoever shows it translates it."""
    return message


class Word(enum.StrEnum):
    """A closed set of words: what is stored, what is shown, and in which tone.

    Members are written `draft = "draft", N_("Draft"), "muted"`: name and stored value are the same
    word, so that column, API and recorder agree.
    """

    label: str
    tone: Tone

    def __new__(cls, value: str, label: str = "", tone: Tone = "info") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        member.tone = tone
        return member


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Refuses a naive value going in; always UTC coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        """Store UTC, whatever zone the caller thinks in."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        """SQLite forgets the zone; PostgreSQL does not."""
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


WORD = Enum(Word, native_enum=False, length=40)
"""Kept as the word it is, so that adding one needs no migration."""


class Model(DeclarativeBase):
    """Our tables, beside Flask-AppBuilder's in one metadata, so that a key may point at `ab_user`."""

    metadata = FabModel.metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, Word: WORD, dict[str, Any]: JSON}

    def __init_subclass__(cls, **options: Any) -> None:
        """SQLite would give the key of a deleted row to the next one, and with it the history of the first."""
        super().__init_subclass__(**options)
        cast(Table, cls.__table__).dialect_options["sqlite"]["autoincrement"] = True


@event.listens_for(Model, "attribute_instrument", propagate=True)
def _keep_scale(model: type[Any], name: str, attribute: Any) -> None:
    """A number is from the first as the database will keep it: what the recorder tells of it is what is there."""
    of_column = isinstance(attribute.property, ColumnProperty)
    kind = attribute.property.columns[0].type if of_column else None
    if not isinstance(kind, Numeric) or not kind.asdecimal or kind.scale is None:
        return
    digits = Decimal(1).scaleb(-kind.scale)

    @event.listens_for(attribute, "set", retval=True)
    def at_scale(row: Any, value: Decimal | None, *_: object) -> Decimal | None:
        try:
            return None if value is None else Decimal(value).quantize(digits)
        except InvalidOperation:  # no column holds it: whoever checks it says so
            return value


User.epoch = mapped_column(Integer, default=0, server_default="0", nullable=False)
User.sign_outs = mapped_column(Integer, default=0, server_default="0", nullable=False)
User.locked_until = mapped_column(UtcDateTime)
"""What Flask-AppBuilder's accounts lack: how often all that was signed in was ended, how often its browsers alone,
and the pause after guessing."""


class Regional:
    """A row of one county. `region_id` is the county's unit: the key by which a province can be parted."""

    @declared_attr
    def region_id(cls) -> Mapped[int]:  # noqa: N805  (SQLAlchemy's mixin attribute)
        return mapped_column(ForeignKey("unit.id"), index=True, info={"protected": True})
