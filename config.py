"""Settings, read once from the environment; nothing else reads the environment."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent
DATABASES = ("sqlite:///", "postgresql+psycopg://")
SHORTEST_SECRET = 32
SOCKET_PATH_LIMIT = 100
"""Bytes. The kernel's limit is 107 on Linux and 103 on macOS; a longer path cannot be bound."""

STATEMENTS = 2_000
"""Compiled statements that a process keeps: pages have hundreds, other ones for each reach of a role, and to
compile one takes longer than to run it."""

PLACEHOLDERS = ("changeme", "thisismy", "secretkey", "yoursecret", "example", "development", "password", "123456789")
"""Found in the sample settings of frameworks and in tutorials, and therefore in attackers' lists."""


class CannotDo(Exception):
    """Why a command cannot do what it was asked, in words for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Settings:
    env: Literal["demo", "production"]
    debug: bool
    database_url: str
    redis_url: str
    secret_key: str
    recorder_key: str
    data_dir: Path
    demo_password: str | None
    port: int
    smtp_host: str | None
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None
    smtp_starttls: bool
    mail_from: str | None
    public_url: str
    webhooks_private: bool

    @property
    def redis_socket(self) -> Path | None:
        """Where our own Redis listens; None if HUYING_REDIS_URL names another."""
        path = socket_path(self.data_dir)
        return path if self.redis_url == _socket_url(path) else None

    @property
    def files(self) -> Path:
        """Where the files lie that people send."""
        return self.data_dir / "files"

    @property
    def sqlite_path(self) -> Path | None:
        """The database's file; None if the database is a server."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.database_url.startswith("sqlite:") else None


@cache
def settings() -> Settings:
    return read(os.environ)


def read(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` asks for. In the demo, what must be secret is made up once and kept."""
    env = environ.get("HUYING_ENV") or "demo"
    if env not in ("demo", "production"):
        raise CannotDo(f"HUYING_ENV is {env!r}; it must be demo or production.")
    data_dir = Path(environ.get("HUYING_DATA_DIR") or ROOT / "instance").expanduser().resolve()
    private = {
        "secret_key": environ.get("HUYING_SECRET_KEY") or "",
        "recorder_key": environ.get("HUYING_RECORDER_KEY") or "",
        "demo_password": environ.get("HUYING_DEMO_PASSWORD") or "",
    }
    if env == "demo" and not all(private.values()):
        private = _demo_secrets(data_dir) | {name: value for name, value in private.items() if value}
    return Settings(
        env=cast(Literal["demo", "production"], env),
        debug=_flag(environ, "FLASK_DEBUG", False),
        database_url=_database(environ.get("HUYING_DATABASE_URL") or f"sqlite:///{data_dir / 'huying.sqlite'}"),
        redis_url=environ.get("HUYING_REDIS_URL") or _socket_url(socket_path(data_dir)),
        secret_key=private["secret_key"],
        recorder_key=private["recorder_key"],
        data_dir=data_dir,
        demo_password=private["demo_password"] or None,
        port=_port(environ, "PORT", 8080),
        smtp_host=environ.get("HUYING_SMTP_HOST") or None,
        smtp_port=_port(environ, "HUYING_SMTP_PORT", 587),
        smtp_user=environ.get("HUYING_SMTP_USER") or None,
        smtp_password=environ.get("HUYING_SMTP_PASSWORD") or None,
        smtp_starttls=_flag(environ, "HUYING_SMTP_STARTTLS", True),
        mail_from=environ.get("HUYING_MAIL_FROM") or None,
        public_url=(environ.get("HUYING_PUBLIC_URL") or f"http://127.0.0.1:{_port(environ, 'PORT', 8080)}").rstrip("/"),
        webhooks_private=_flag(environ, "HUYING_WEBHOOKS_PRIVATE", False),
    )


def problems(settings: Settings) -> list[str]:
    """Every reason not to start, a sentence each."""
    return [*_always(settings), *(_in_production(settings) if settings.env == "production" else ())]


def refuse_faults(settings: Settings) -> None:
    """Do not start with settings that are wrong: tell all that is."""
    if faults := problems(settings):
        raise CannotDo("\n".join(("设置有误，未启动 / Not started; these settings are wrong:", *faults)))


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask, Flask-AppBuilder and their company read from `app.config`."""
    postgresql = settings.sqlite_path is None
    return {
        "SECRET_KEY": settings.secret_key,
        "JWT_SECRET_KEY": hmac.new(settings.secret_key.encode(), b"huying jwt", hashlib.sha256).hexdigest(),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"query_cache_size": STATEMENTS} | ({"pool_pre_ping": True} if postgresql else {}),
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.env == "production",
        "PERMANENT_SESSION_LIFETIME": 8 * 60 * 60,
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,
        "APP_NAME": "呼应",
        "FILES": settings.files,
        "AUTH_TYPE": 1,
        "AUTH_RATE_LIMITED": False,
        "FAB_ADD_SECURITY_VIEWS": True,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_API_SWAGGER_UI": False,
        "FAB_CREATE_DB": False,
        "FAB_SAFE_REDIRECT_HOSTS": [],  # none but the host that was asked
        "FAB_UPDATE_PERMS": False,
    }


def socket_path(data_dir: Path) -> Path:
    """Where our own Redis listens: in the data directory, or, where that path is too long to bind, near it by name."""
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"huying-{os.getuid()}-{name}" / "redis.sock"


def _socket_url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _database(url: str) -> str:
    """One way of writing each address: Flask-SQLAlchemy would look for a relative file in a folder of its own."""
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and rest != "/:memory:":
        return f"sqlite:///{Path(rest[1:]).expanduser().resolve()}"
    return url


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise CannotDo(f"{name} is {value!r}; it must be a number from 1 to 65535.")
    return int(value)


def _flag(environ: Mapping[str, str], name: str, default: bool) -> bool:
    value = (environ.get(name) or str(default)).lower()
    if value not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise CannotDo(f"{name} is {value!r}; it must be 1 or 0.")
    return value in ("1", "true", "yes", "on")


def _demo_secrets(data_dir: Path) -> dict[str, str]:
    """Keys and password of this demo, the same for every process that asks, however many ask at once."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / "secrets.json"
    directory = os.open(data_dir, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        if not path.exists():
            made = {
                "secret_key": secrets.token_urlsafe(48),
                "recorder_key": secrets.token_urlsafe(48),
                "demo_password": secrets.token_urlsafe(9),
            }
            draft = path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(made, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        return cast(dict[str, str], json.loads(path.read_text(encoding="utf-8")))
    finally:
        os.close(directory)


def _always(settings: Settings) -> Iterator[str]:
    if not settings.database_url.startswith(DATABASES) or settings.database_url.endswith((":memory:", "://")):
        yield "HUYING_DATABASE_URL must name a file, sqlite:///…, or a server, postgresql://…"
    if urlsplit(settings.redis_url).scheme not in ("redis", "rediss", "unix"):
        yield "HUYING_REDIS_URL must begin with redis://, rediss:// or unix://."
    if settings.smtp_host and not settings.mail_from:
        yield "HUYING_SMTP_HOST is set but HUYING_MAIL_FROM, the sender's address, is not."


def _in_production(settings: Settings) -> Iterator[str]:
    for name, key in (("HUYING_SECRET_KEY", settings.secret_key), ("HUYING_RECORDER_KEY", settings.recorder_key)):
        if reason := _weakness(key):
            yield f"{name} {reason}."
    if settings.secret_key and settings.secret_key == settings.recorder_key:
        yield "HUYING_SECRET_KEY and HUYING_RECORDER_KEY must differ."
    if settings.demo_password:
        yield "HUYING_DEMO_PASSWORD is set, and demo accounts have no place in production."
    if settings.debug:
        yield "FLASK_DEBUG is on, and would show the code to whoever meets an error."


def _weakness(key: str) -> str | None:
    plain = key.lower().translate({ord(sign): None for sign in "-_ "})
    if not key:
        return "is not set"
    if len(key.encode()) < SHORTEST_SECRET:
        return f"is shorter than {SHORTEST_SECRET} bytes"
    if len(set(key)) < 8 or any(word in plain for word in PLACEHOLDERS):
        return "is well known or easily guessed"
    return None
