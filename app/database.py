"""The database as a whole: brought up to date, backed up, restored."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import ColumnClause, Connection, column, create_engine, func, inspect, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from config import ROOT, CannotDo, Settings

LOCK = 0x48759A
"""The number of our advisory lock in PostgreSQL: any would do that nobody else takes."""

PASSING = {
    "accounts.json",
    "backups",
    "lock",
    "logs",
    "migrate.lock",
    "migrated.json",
    "redis",
    "redis.sock",
    "scheduler.beat",
}
"""What lies in the data directory and is nothing without the processes of today."""

BORN_WITH_IT = {"lock", "migrate.lock", "secrets.json"}
"""What a command leaves in an empty data directory merely by looking."""

DEMO_DOMAIN = "@example.org"
"""Where the addresses of demo accounts end; kept here too, since to ask the domain takes seconds of a start."""

DAMAGED = (OSError, tarfile.TarError, EOFError, KeyError, ValueError)


def migrate(settings: Settings) -> None:
    """Bring tables and permissions up to date. Whoever else asks meanwhile waits, and then finds it done."""
    with _alone(settings):
        if up_to_date(settings):
            return
        if revision(settings.database_url) != _head():
            _keep_a_copy(settings)
            upgrade(settings.database_url)
        from app.factory import sync_permissions  # the whole console, which other commands do not need

        sync_permissions()
        done = {"code": _fingerprint(), "revision": revision(settings.database_url)}
        settings.data_dir.joinpath("migrated.json").write_text(json.dumps(done), encoding="utf-8")


def upgrade(url: str) -> None:
    """Bring the tables up to date, and nothing but the tables. Raises `CannotDo` for a database of other code."""
    alembic = Config(toml_file=ROOT / "pyproject.toml")
    alembic.attributes["url"] = url
    try:
        command.upgrade(alembic, "head")
    except CommandError as error:
        raise CannotDo(
            f"The database stands at {revision(url)!r}, which this version does not know: it was made by a later or an "
            "unreleased one. Run that version, or begin with an empty data directory."
        ) from error


def up_to_date(settings: Settings) -> bool:
    """Whether this very code has migrated this very database; asked at every start, so it asks little."""
    try:
        done = json.loads(settings.data_dir.joinpath("migrated.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(done == {"code": _fingerprint(), "revision": revision(settings.database_url)} and done["revision"])


def revision(url: str) -> str | None:
    """The migration that the database stands at; None before the first."""
    with _connect(url) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def refuse_unmigrated(settings: Settings) -> None:
    """Raise `CannotDo` unless the tables are there, and as this code knows them."""
    away = settings.sqlite_path and not settings.sqlite_path.exists()  # to ask would make an empty file
    if away or revision(settings.database_url) != _head():
        raise CannotDo("The tables are missing, or not up to date: run `python run.py migrate` (or `make run`) first.")


def has_users(url: str) -> bool:
    with _connect(url) as connection:
        return bool(connection.scalar(select(func.count()).select_from(table("ab_user"))))


def shared_password(url: str) -> str:
    """The hash that the demo's accounts have in common, as far as nobody has changed their own; or nothing."""
    password: ColumnClause[str] = column("password")
    demo = (column("email").like(f"%{DEMO_DOMAIN}"), password != "")
    shared = select(password).select_from(table("ab_user")).where(*demo)
    with _connect(url) as connection:
        return connection.scalar(shared.group_by(password).order_by(func.count().desc()).limit(1)) or ""


def throw_away(settings: Settings) -> None:
    """Delete the demo's embedded database and its files, if nobody is using it."""
    if settings.env != "demo" or not settings.sqlite_path:
        raise CannotDo("Only a demo's embedded database is thrown away by a command.")
    with only_here(settings, "make demo"):
        for path in _sqlite_files(settings.sqlite_path):
            path.unlink(missing_ok=True)
        if settings.files.exists():
            shutil.rmtree(settings.files)


def backup(settings: Settings, target: Path) -> dict[str, Any]:
    """Write database and files to a tar, with a manifest of what must be in it; the manifest is returned."""
    target = target.resolve()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".huying-") as work:
        dump = Path(work) / ("database.sqlite" if settings.sqlite_path else "database.dump")
        draft = Path(work) / f"{target.name}.part"
        rows = _dump(settings, dump)
        files = [(dump.name, dump), *_files(settings, besides=(target, Path(work)))]
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz" if target.suffix in (".gz", ".tgz") else "w") as tar:
                # The files last: one that the database names was there before the row was.
                sums: dict[str, str] = {}
                for name, path in files:
                    with suppress(FileNotFoundError):  # one that no row names is swept away meanwhile
                        sums[name] = _add(tar, name, path)
                manifest = {
                    "format": 1,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "revision": revision(settings.database_url),
                    "rows": rows,
                    "sha256": sums,
                }
                index = Path(work) / "manifest.json"
                index.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
                _add(tar, index.name, index)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(target)
    return manifest


def restore(settings: Settings, source: Path) -> dict[str, Any]:
    """Put a backup back where nothing is yet, after every byte of it has been checked."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if found := {path.name for path in settings.data_dir.iterdir()} - BORN_WITH_IT:
        raise CannotDo(f"{settings.data_dir} is not empty (it holds {min(found)}); name another by HUYING_DATA_DIR.")
    if settings.sqlite_path and settings.sqlite_path.exists():
        raise CannotDo(f"{settings.sqlite_path} exists already.")
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as work:
        manifest = _unpack(source, Path(work))
        dump = Path(work) / ("database.sqlite" if settings.sqlite_path else "database.dump")
        if not dump.exists():
            raise CannotDo("The backup is of the other kind of database; set HUYING_DATABASE_URL to match it.")
        _load(settings, dump, manifest["rows"])
        for path in sorted(Path(work).iterdir()):
            path.replace(settings.data_dir / path.name)
    return manifest


@contextmanager
def only_here(settings: Settings, where: str) -> Iterator[None]:
    """Be the only one to run on this data; the lock's file tells the next one where we are."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with settings.data_dir.joinpath("lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            there = file.read()
            raise CannotDo(f"这份数据已在 {there} 运行 / This data is already being served at {there}") from error
        file.truncate(0)
        file.write(where)
        file.flush()
        yield


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the one lock that all processes on this database know."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.sqlite_path:
        with settings.data_dir.joinpath("migrate.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        with _connect(settings.database_url) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(select(func.pg_advisory_lock(LOCK)))
            yield


def _fingerprint() -> str:
    """Changes with the code: a release may bring a permission without bringing a table."""
    rooms = (ROOT / room for room in ("app", "models", "views"))
    files = sorted(path for room in rooms for path in room.rglob("*.py"))
    facts = ((path.relative_to(ROOT).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return hashlib.sha256(repr(list(facts)).encode()).hexdigest()


def _head() -> str | None:
    return ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml")).get_current_head()


def _keep_a_copy(settings: Settings) -> None:
    """Before tables change, the file as it was: SQLite cannot take back half a migration."""
    path = settings.sqlite_path
    if path and path.exists() and (stand := revision(settings.database_url)):
        folder = settings.data_dir / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        copy = folder / f"before-leaving-{stand}.sqlite"
        copy.unlink(missing_ok=True)
        _copy_sqlite(path, copy)


@contextmanager
def _connect(url: str) -> Iterator[Connection]:
    try:
        connection = create_engine(url, poolclass=NullPool).connect()
    except OperationalError as error:
        raise CannotDo(f"The database does not answer: {error.orig}") from error
    with connection:
        yield connection


def _sqlite_files(path: Path) -> list[Path]:
    """The database's file, and those that SQLite keeps beside it."""
    return [path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm", "-journal")]


def _copy_sqlite(path: Path, copy: Path) -> None:
    """A sound copy of a database in use; the same by `cp` would miss rows, or be corrupt."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _dump(settings: Settings, dump: Path) -> dict[str, int]:
    """Write the database to a file; returns how many rows of each table are in it."""
    if settings.sqlite_path:
        if not settings.sqlite_path.exists():
            raise CannotDo(f"There is no database at {settings.sqlite_path}.")
        _copy_sqlite(settings.sqlite_path, dump)
        with _connect(f"sqlite:///{dump}") as connection:
            return _count(connection)
    with _connect(settings.database_url) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        moment = connection.scalar(select(func.pg_export_snapshot()))
        _run("pg_dump", settings, "--format=custom", f"--snapshot={moment}", f"--file={dump}")
        return _count(connection)


def _load(settings: Settings, dump: Path, rows: dict[str, int]) -> None:
    """Put a dump in the place of the database, if its rows are as many as were counted."""
    if settings.sqlite_path:
        with _connect(f"sqlite:///{dump}") as connection:
            found = _count(connection)
    else:
        with _connect(settings.database_url) as connection:
            if inspect(connection).get_table_names():
                raise CannotDo("The database is not empty; name another by HUYING_DATABASE_URL.")
        _run("pg_restore", settings, "--no-owner", "--exit-on-error", "--single-transaction", str(dump))
        with _connect(settings.database_url) as connection:
            found = _count(connection)
    if found != rows:
        raise CannotDo("The backup does not hold the rows that its manifest counts.")
    if settings.sqlite_path:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(dump, settings.sqlite_path)
    else:
        dump.unlink()


def _count(connection: Connection) -> dict[str, int]:
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _run(program: str, settings: Settings, *words: str) -> None:
    """Call a program of PostgreSQL's; the password does not stand in the command, which everybody can read."""
    if not (path := shutil.which(program)):
        raise CannotDo(f"{program} is not installed; it comes with PostgreSQL's client programs.")
    url = make_url(settings.database_url).set(drivername="postgresql")
    address = url.set(password=None).render_as_string(hide_password=False)
    environ = {**os.environ, "PGPASSWORD": url.password or ""}
    done = subprocess.run([path, f"--dbname={address}", *words], env=environ, capture_output=True, text=True)
    if done.returncode:
        raise CannotDo(f"{program} failed: {done.stderr.strip()}")


def _files(settings: Settings, *, besides: tuple[Path, Path]) -> list[tuple[str, Path]]:
    """Everything in the data directory that lasts, but for the database itself, and the backup being made."""
    folder, database = settings.data_dir, settings.sqlite_path
    left_out = PASSING | ({path.name for path in _sqlite_files(database)} if database else set())
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in left_out
        and not any(path.is_relative_to(other) for other in besides)
    ]


class _Summed:
    """A file that adds up what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.sum.update(piece)
        return piece


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        info = tar.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        summed = _Summed(file)
        tar.addfile(info, summed)
        return summed.sum.hexdigest()


def _unpack(source: Path, work: Path) -> dict[str, Any]:
    """Take out what the manifest names, nothing else, and nowhere else."""
    try:
        with tarfile.open(source) as tar:
            manifest: dict[str, Any] = json.load(_member(tar, "manifest.json"))
            for name, expected in manifest["sha256"].items():
                pure = PurePosixPath(name)
                if pure.is_absolute() or ".." in pure.parts:
                    raise CannotDo(f"The backup wants to write {name}, outside the data directory.")
                target = work / pure
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                summed = _Summed(_member(tar, name))
                with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    shutil.copyfileobj(summed, file)
                if summed.sum.hexdigest() != expected:
                    raise CannotDo(f"{name} in the backup is damaged: its checksum differs.")
    except DAMAGED as error:
        raise CannotDo(f"{source} is no backup of Huying, or is damaged: {error}") from error
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    if (file := tar.extractfile(name)) is None:
        raise KeyError(name)
    return file
