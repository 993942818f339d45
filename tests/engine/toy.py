"""A domain that is not the console's own: shelves of books, each with its keeper, and an application around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, ClassVar
from zoneinfo import ZoneInfo

from flask import Flask, g, url_for
from flask_appbuilder import AppBuilder, BaseView, IndexView, expose
from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import JSON, ForeignKey, Numeric, String, Text, or_, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from werkzeug.security import generate_password_hash

from app import errors
from app.engine.build import Entry, register
from app.engine.declare import Console, Extra, Files, Kinds, Stored, Variant, World
from app.security import Security
from models import door
from models.actor import NOBODY, USER_ID, Actor
from models.base import WORD, UtcDateTime, Word
from models.workflow import Ask, Refused, Step, Transition, Workflow

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
PASSWORD = "a password of no use elsewhere"


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, Word: WORD, dict[str, Any]: JSON}


class Kind(Word):
    novel = "novel", "Novel", "info"
    atlas = "atlas", "Atlas", "warn"


class Shelf(Base):
    """Its keeper sees it and writes it; who that is, is nobody's to write."""

    __tablename__ = "shelf"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), info={"label": "Name"})
    keeper_id: Mapped[int]

    def __str__(self) -> str:
        return self.name


class Book(Base):
    """A column of each kind."""

    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": "Title", "help": "As on its first page."})
    about: Mapped[str | None] = mapped_column(Text, info={"label": "About"})
    kind: Mapped[Kind] = mapped_column(default=Kind.novel, info={"label": "Kind"})
    pages: Mapped[int] = mapped_column(info={"label": "Pages"})
    price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2), info={"label": "Price"})
    lent: Mapped[bool] = mapped_column(default=False, info={"label": "Lent"})
    printed_on: Mapped[date | None] = mapped_column(info={"label": "Printed"})
    shown_at: Mapped[time | None] = mapped_column(info={"label": "Shown at"})
    due_at: Mapped[datetime | None] = mapped_column(info={"label": "Due"})
    extra: Mapped[dict[str, Any] | None] = mapped_column(info={"label": "Extra"})
    state: Mapped[Kind] = mapped_column(default=Kind.novel, info={"label": "State", "protected": True})
    barcode: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"))
    sequel_id: Mapped[int | None] = mapped_column(ForeignKey("book.id"))
    shelf: Mapped[Shelf] = relationship(info={"label": "Shelf"})
    sequel: Mapped[Book | None] = relationship(remote_side="Book.id", info={"label": "Sequel"})
    prequels: Mapped[list[Book]] = relationship(viewonly=True)

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


def keep(session: Session, row: Any, actor: Actor, now: datetime) -> None:
    """Whoever puts something up keeps it."""
    row.keeper_id = row.keeper_id or actor.user_id


class Scan(Base):
    """A file. Who sent it, sees it; and the keeper of a card, who sees all that hangs on it."""

    __tablename__ = "scan"
    __table_args__: ClassVar[dict[str, Any]] = {"info": {"files": True}}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), info={"label": "File name", "protected": True})
    sender_id: Mapped[int]

    def __str__(self) -> str:
        return self.name


class Card(Base):
    """A card of the catalogue, with a picture on one side at least. The stamp comes with a move."""

    __tablename__ = "card"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40), info={"label": "Title"})
    state: Mapped[Kind] = mapped_column(default=Kind.novel, info={"label": "State", "protected": True})
    keeper_id: Mapped[int]
    front_id: Mapped[int] = mapped_column(ForeignKey("scan.id"))
    back_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    stamp_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    version: Mapped[int] = mapped_column(default=1)
    front: Mapped[Scan] = relationship(foreign_keys=front_id, info={"label": "Front"})
    back: Mapped[Scan | None] = relationship(foreign_keys=back_id, info={"label": "Back"})
    stamp: Mapped[Scan | None] = relationship(foreign_keys=stamp_id, info={"label": "Stamp", "protected": True})
    leaves: Mapped[list[CardLeaf]] = relationship(cascade="all, delete-orphan", order_by="CardLeaf.id")

    scans: AssociationProxy[list[Scan]] = association_proxy(
        "leaves", "scan", creator=lambda scan: CardLeaf(scan=scan, scan_id=scan.id), info={"label": "Scans"}
    )

    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class CardLeaf(Base):
    """A file among several of a card."""

    __tablename__ = "card_leaf"
    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"))
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"))
    scan: Mapped[Scan] = relationship(info={"label": "Scan"})


def _stamped(card: Card, step: Step) -> None:
    card.stamp = step.answers["stamp"]


def _bound(card: Card, step: Step) -> None:
    card.scans.extend(step.answers["scans"])


STAMPING = Workflow(
    Card,
    Transition(
        name="stamp",
        label="Stamp",
        source=frozenset({Kind.novel}),
        target=Kind.atlas,
        by=lambda card, actor: True,
        asks=(Ask(name="stamp", label="Stamp", kind="file", model=Scan),),
        effect=_stamped,
    ),
    Transition(
        name="bind",
        label="Bind",
        source=frozenset(Kind),
        target=None,
        by=lambda card, actor: True,
        asks=(Ask(name="scans", label="Scans", kind="files", model=Scan),),
        effect=_bound,
    ),
)
CARDS = Console(model=Card, name="Cards", category="Data", prepare=keep, workflow=STAMPING)
SCANS = Console(model=Scan, name="Scans", category="Data", form=(), in_menu=False)
OWN_CARDS = door.Scope(lambda roles: Card.keeper_id == USER_ID, lambda roles: Card.keeper_id == USER_ID)
OWN_LEAVES = door.Scope(*2 * (lambda roles: CardLeaf.card_id.in_(select(Card.id).where(Card.keeper_id == USER_ID)),))
_on_a_card = [
    select(Card.id).where(key == Scan.id, Card.keeper_id == USER_ID).correlate(Scan).exists()
    for key in (Card.front_id, Card.back_id, Card.stamp_id)
]
_among_several = select(CardLeaf.id).join(Card).where(CardLeaf.scan_id == Scan.id, Card.keeper_id == USER_ID)
_on_a_card.append(_among_several.correlate(Scan).exists())
OWN_SCANS = door.Scope(lambda roles: or_(Scan.sender_id == USER_ID, *_on_a_card))


def scans_in(folder: Path) -> Files:
    """Files of this folder, called by their keys. An empty one is refused."""

    def keep_scan(session: Session, name: str, content: IO[bytes]) -> Scan:
        if not (read := content.read()):
            raise Refused("The file is empty.")
        with door.by_rule(session):
            scan = Scan(name=name, sender_id=current_actor().user_id)
            session.add(scan)
        folder.mkdir(exist_ok=True)
        (folder / str(scan.id)).write_bytes(read)
        return scan

    def find(scan: Scan) -> Stored:
        return Stored(folder / str(scan.id), scan.name, "image/png", inline=scan.name.endswith(".png"))

    def find_small(scan: Scan) -> Stored | None:
        return find(scan) if scan.name.endswith(".png") else None

    def about(scan: Scan) -> str:
        return f"by {scan.sender_id}"

    return Files(
        keep=keep_scan,
        find=find,
        find_small=find_small,
        about=about,
        nameable=lambda actor: Scan.sender_id == actor.user_id,
    )


SHELVES = Console(model=Shelf, name="Shelves", category="Data", prepare=keep)


def of_shelf(session: Session, shelf: Shelf) -> Variant:
    """A shelf of maps: its books have scales, sheets and rivers, and no price."""
    if "map" not in shelf.name:
        return Variant()
    return Variant(
        form=("pages", "scale", "title"),
        labels={"pages": "Sheets"},
        required=("about",),
        extras=(
            Extra(name="scale", label="Scale", required=True),
            Extra(name="rivers", label="Rivers", kind="number"),
            Extra(name="width", label="Width", kind="decimal"),
            Extra(name="folded", label="Folded", kind="flag"),
            Extra(name="surveyed", label="Surveyed", kind="day"),
            Extra(name="colour", label="Colour", kind="word", choices=("red", "blue")),
            Extra(name="legend", label="Legend", kind="long_text"),
        ),
    )


BOOKS = Console(
    model=Book,
    name="Books",
    category="Data",
    listed=("title", "pages", "price", "shelf"),
    form=("shelf", "title", "pages", "price", "about"),
    searched=("title", "pages", "shelf"),
    kinds=Kinds(by=("shelf",), column="extra", variant=of_shelf),
)
OWN_SHELVES = door.Scope(lambda roles: Shelf.keeper_id == USER_ID, lambda roles: Shelf.keeper_id == USER_ID)

# The sample: one file, and its declaration

MODEL = '''
"""Loans: who has taken books home, and until when."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.engine.declare import Chart, Console
from models.base import Word
from tests.engine.toy import Base, Shelf


class Purpose(Word):
    study = "study", "For study", "info"
    show = "show", "For show", "warn"


class Loan(Base):
    __tablename__ = "loan"
    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(String(80), info={"label": "Reader"})
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.study, info={"label": "Purpose"})
    books: Mapped[int] = mapped_column(info={"label": "Books"})
    due_at: Mapped[datetime | None] = mapped_column(info={"label": "Due"})
    returned_at: Mapped[datetime | None] = mapped_column(info={"label": "Returned"})
    checked_by: Mapped[str | None] = mapped_column(String(80), info={"label": "Checked by", "protected": True})
    version: Mapped[int] = mapped_column(default=1)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelf.id"), index=True)
    shelf: Mapped[Shelf] = relationship(info={"label": "Shelf"})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.reader

'''
DECLARATION = """
loans = Console(
    model=Loan,
    name="Loans",
    category="Data",
    deadlines={"due_at": ("returned_at",)},
    charts=(Chart(by="purpose"), Chart(by="shelf", split="purpose")),
)
"""


# The application around them


class Notices(BaseView):
    route_base = "/notices"

    @expose("/")
    def index(self) -> str:
        return ""


class Language(BaseView):
    route_base = "/language"
    default_view = "choose"

    @expose("/<locale>")
    def choose(self, locale: str) -> str:
        return locale


class Desk(IndexView):
    pass


class Shell:
    """What the frame around every page asks."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    def menu(self) -> list[Any]:
        return [("Data", [(e, e.label, url_for(e.endpoint)) for e in self.entries])]

    def seat(self) -> None:
        return None

    def unread(self) -> int:
        return 0

    def here(self, entry: Entry) -> bool:
        return False

    def language(self) -> str:
        return "en"


def current_actor() -> Actor:
    return Actor(g.user.id) if g.user.is_authenticated else NOBODY


def make_app(
    folder: Path, consoles: Iterable[Console], scoped: Mapping[type, door.Scope], people: Iterable[str]
) -> Flask:
    """An application over these consoles and a database of its own. Every person may do everything to what they see."""
    app = Flask("app")
    app.config.update(
        TESTING=True,
        SECRET_KEY="a key that is long enough for its purpose",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'toy.sqlite'}",
        WTF_CSRF_ENABLED=False,
    )
    db = SQLA(app)
    CSRFProtect(app)
    public = {
        mapper.class_: "nobody asks for it here" for mapper in Base.registry.mappers if mapper.class_ not in scoped
    }
    door.install(Base.registry, scoped=scoped, public=public)
    with app.app_context():
        builder = AppBuilder(
            app, db.session, security_manager_class=Security, base_template="shell.html", indexview=Desk
        )
        world = World(
            session=lambda: db.session(),
            actor=current_actor,
            now=lambda: NOW,
            allows=builder.sm.has_access,
            may_write=door.may_write,
            stand_at=lambda session, place: None,
            told=errors.told,
            timeline=lambda session, row: [],
            derivation=lambda session, row, column: None,
            zone=ZONE,
            files=scans_in(folder / "scans"),
        )
        builder.add_view_no_menu(Notices)
        builder.add_view_no_menu(Language)
        app.jinja_env.globals |= {"huying": Shell(register(builder, consoles, world)), "csp_nonce": lambda: ""}
        app.add_url_rule("/vendor/<filename>", "vendor", lambda filename: "")
        app.before_request(lambda: door.act_for(db.session(), current_actor()))
        db.session.commit()
        Base.metadata.create_all(db.engine)
        everything = builder.sm.find_role("Admin")
        hashed = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
        for name in people:
            builder.sm.add_user(name, name, "Keeper", f"{name}@example.org", everything, hashed_password=hashed)
    return app
