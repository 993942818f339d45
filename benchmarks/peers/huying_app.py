"""The engine over the tables of the comparison with Django admin and Flask-Admin: five declarations, nothing tuned."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from flask_appbuilder import AppBuilder, BaseView, IndexView, expose
from flask_appbuilder.models.sqla.base import SQLA
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.engine.build import Entry, register
from app.engine.declare import Chart, Console, World
from app.security import Security
from models.database import reading


class Base(DeclarativeBase):
    """The tables of the comparison, apart from the console's own of the same names."""


def label(text: str) -> dict[str, str]:
    return {"label": text}


class Unit(Base):
    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), info=label("Code"))
    name: Mapped[str] = mapped_column(String(120), info=label("Name"))

    def __str__(self) -> str:
        return self.name


class ListItem(Base):
    __tablename__ = "list_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), info=label("Kind"))
    label: Mapped[str] = mapped_column(String(120), info=label("Label"))

    def __str__(self) -> str:
        return self.label


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info=label("Name"))

    def __str__(self) -> str:
        return self.name


class Case(Base):
    __tablename__ = "coordination_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(String(32), info=label("Number"))
    title: Mapped[str] = mapped_column(String(200), info=label("Title"))

    def __str__(self) -> str:
        return self.title


class Call(Base):
    __tablename__ = "call"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_no: Mapped[str] = mapped_column(String(32), info=label("Number"))
    caller_name: Mapped[str] = mapped_column(String(80), info=label("Caller"))
    caller_phone: Mapped[str] = mapped_column(String(32), info=label("Telephone"))
    received_at: Mapped[datetime] = mapped_column(DateTime, info=label("Received"))
    duration_s: Mapped[int] = mapped_column(info=label("Seconds"))
    priority: Mapped[int] = mapped_column(info=label("Priority"))
    summary: Mapped[str] = mapped_column(String(400), info=label("Summary"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"))
    status_id: Mapped[int] = mapped_column(ForeignKey("list_item.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("coordination_case.id"))
    unit: Mapped[Unit] = relationship(info=label("Unit"))
    category: Mapped[ListItem] = relationship(foreign_keys=category_id, info=label("Category"))
    channel: Mapped[ListItem] = relationship(foreign_keys=channel_id, info=label("Channel"))
    status: Mapped[ListItem] = relationship(foreign_keys=status_id, info=label("Status"))
    operator: Mapped[Person | None] = relationship(info=label("Operator"))
    case: Mapped[Case | None] = relationship(info=label("Case"))

    def __str__(self) -> str:
        return self.call_no


# The columns that every app of the comparison lists.
LISTED = (
    "call_no",
    "caller_name",
    "unit",
    "category",
    "channel",
    "status",
    "operator",
    "case",
    "received_at",
    "priority",
)
CONSOLES = (
    Console(model=Call, name="Calls", category="Data", listed=LISTED, charts=(Chart(by="status"),)),
    Console(model=Unit, name="Units", category="Data"),
    Console(model=ListItem, name="List items", category="Data"),
    Console(model=Person, name="Persons", category="Data"),
    Console(model=Case, name="Cases", category="Data"),
)


class Notices(BaseView):
    """The bell's address; there is nothing to say here."""

    route_base = "/notices"

    @expose("/")
    def index(self) -> str:
        return ""


class Language(BaseView):
    """The language switch's address."""

    route_base = "/language"
    default_view = "choose"

    @expose("/<locale>")
    def choose(self, locale: str) -> str:
        return locale


class Desk(IndexView):
    """The first page's address."""


class Shell:
    """What the console's frame asks: the side bar, with a permission for each entry, as everywhere."""

    def __init__(self, entries: list[Entry], world: World) -> None:
        self.entries, self.world = entries, world

    def menu(self) -> list[Any]:
        allowed = [e for e in self.entries if self.world.allows("can_read", e.permission)]
        return [("Data", [(e, e.label, url_for(e.endpoint)) for e in allowed])]

    def seat(self) -> None:
        return None

    def seats(self) -> list[Any]:
        return []

    def unread(self) -> int:
        return 0

    def here(self, entry: Entry) -> bool:
        return bool(request.endpoint and request.endpoint.split(".")[0] == entry.endpoint.split(".")[0])

    def language(self) -> str:
        return "en"


def _read() -> None:
    reading.set(request.method == "GET")


def create_app(**overrides: Any) -> Flask:
    """BENCH_DSN says which database; user and password are admin, who may do everything."""
    app = Flask("app")
    app.config.update(
        SECRET_KEY="bench-secret-key-that-is-long-enough-32b",
        SQLALCHEMY_DATABASE_URI=os.environ["BENCH_DSN"],
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2},
        **overrides,
    )
    db = SQLA(app)
    CSRFProtect(app)
    app.before_request(_read)
    with app.app_context():
        builder = AppBuilder(
            app, db.session, security_manager_class=Security, base_template="shell.html", indexview=Desk
        )
        world = World(
            session=lambda: db.session(),
            actor=lambda: current_user,
            now=lambda: datetime.now(UTC),
            allows=builder.sm.has_access,
            may_write=lambda session, row: True,
            told=lambda error: None,
            timeline=lambda session, row: [],
            derivation=lambda session, row, column: None,
            stand_at=lambda session, place: None,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        builder.add_view_no_menu(Notices)
        builder.add_view_no_menu(Language)
        app.jinja_env.globals |= {"huying": Shell(register(builder, CONSOLES, world), world), "csp_nonce": lambda: ""}
        app.add_url_rule("/vendor/<filename>", "vendor", lambda filename: "")
        if not builder.sm.find_user("admin"):
            role = builder.sm.find_role("Admin")
            builder.sm.add_user("admin", "Ad", "Min", "admin@example.org", role, "admin")
    return app
