"""What a monitor asks: whether anything is overdue that should have happened by itself, and whether anyone looks."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Response
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from sqlalchemy import Engine, func, select

import config
from app.extensions import db
from app.identity import now
from models.door import system_session
from models.ledger import Promise, PromiseState
from models.notices import Notice, Outbox


class Metrics(BaseView):
    """Counts only, in the format of Prometheus; nothing that names a person or a matter."""

    route_base = "/metrics"
    default_view = "index"

    @expose("", methods=["GET"])
    def index(self) -> Response:
        lines = [f"huying_{name} {value}" for name, value in _figures(db.engine, config.settings().data_dir).items()]
        return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _figures(engine: Engine, data_dir: Path) -> dict[str, float]:
    planned = select(func.count()).select_from(Promise).where(Promise.state == PromiseState.planned)
    with system_session(engine) as session:
        figures: dict[str, float] = {
            "promises_planned": session.scalar(planned) or 0,
            "promises_overdue": session.scalar(planned.where(Promise.due_at < now())) or 0,
            "outbox_waiting": session.scalar(select(func.count()).select_from(Outbox).where(Outbox.done_at.is_(None)))
            or 0,
            "mails_failing": session.scalar(select(func.count()).select_from(Notice).where(Notice.mail_error != ""))
            or 0,
        }
    beat = data_dir / "scheduler.beat"
    if beat.exists():
        figures["scheduler_silent_seconds"] = round(time.time() - beat.stat().st_mtime, 1)
    return figures
