"""The one place that knows every part."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, send_from_directory
from flask_appbuilder import AppBuilder
from sqlalchemy import select

import config
from app import (
    appraisals,
    burden,
    case_times,
    desk,
    disputes,
    due_times,
    errors,
    establishment,
    evaluation,
    figures,
    finder,
    identity,
    leaders,
    places,
    rates,
    screen,
    security,
    shell,
    situations,
    wake,
)
from app.accountability import AccountabilityPrint
from app.accounts import MEMBER
from app.circulars import CircularPrint
from app.comparison import Comparison, ComparisonApi
from app.deadlines import derivation
from app.engine import present, query
from app.engine.build import register
from app.engine.checks import check
from app.engine.declare import World
from app.extensions import appbuilder, csrf, db
from app.files import FILES
from app.flow_charts import FlowChartApi, FlowCharts
from app.imports import ImportApi, Imports, sheets_for, world_of
from app.metrics import Metrics
from app.names import CODES, LABELS, NAMES
from app.performance import Performance, PerformanceApi
from app.results import Results
from app.roles_page import LabelledSecurity
from app.sheets import Sheets
from app.timeline import timeline
from app.turns import Turns, TurnsApi
from app.versions import Versions, VersionsApi
from models import recorder
from models.base import Role, User
from models.door import may_write
from models.queries.choices import OWN_UNITS
from models.rights import grants
from models.roles import RoleName
from models.seeds.accounts import ACCOUNTS, address_of
from views import CONSOLES

FIXED = {
    # Flask-AppBuilder would keep a role that may do everything. Nobody may, so that nobody does it unseen.
    "FAB_ROLES": {"Admin": []},
    "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
}
"""Settings that nobody changes."""


def create_app(**overrides: Any) -> Flask:
    """Settings, extensions, then every console; or no application at all, and a list of what is wrong."""
    check(CONSOLES)
    settings = config.settings()
    app = Flask(__name__, static_folder="static", static_url_path="/assets")
    app.config.update(config.flask_config(settings) | security.LESS | FIXED | overrides)
    recorder.use_key(settings.recorder_key)
    db.init_app(app)
    csrf.init_app(app)
    errors.register(app)
    world_of[:] = [world()]
    with app.app_context():
        AppBuilder(
            app,
            db.session,
            indexview=desk.Desk,
            base_template="shell.html",
            security_manager_class=LabelledSecurity,
            update_perms=False,
        )
        identity.register(app)
        present.NAMES.update(NAMES)
        present.CODES.update(CODES)
        query.LABELS.update(LABELS)
        security.register(app)
        errors.speak_of_tokens(appbuilder.sm.jwt_manager)
        for view in (
            desk.Notices,
            desk.Acting,
            desk.Language,
            desk.Health,
            Metrics,
            FlowCharts,
            FlowChartApi,
            Performance,
            PerformanceApi,
            Turns,
            TurnsApi,
            Results,
            Versions,
            VersionsApi,
            Comparison,
            CircularPrint,
            AccountabilityPrint,
            ComparisonApi,
            desk.OpenApi,
            *finder.VIEWS,
            *rates.VIEWS,
            *leaders.VIEWS,
            *screen.VIEWS,
            *appraisals.VIEWS,
            *figures.VIEWS,
            *disputes.VIEWS,
            *case_times.VIEWS,
            *due_times.VIEWS,
            *evaluation.VIEWS,
            *establishment.VIEWS,
            Sheets,
            Imports,
            ImportApi,
            burden.Burden,
            situations.Situations,
        ):
            appbuilder.add_view_no_menu(view)
        beside = (
            finder.ENTRY,
            burden.ENTRY,
            situations.ENTRY,
            rates.ENTRY,
            figures.ENTRY,
            case_times.ENTRY,
            disputes.ENTRY,
        )
        shell.register(app, [leaders.ENTRY, screen.ENTRY, *register(appbuilder, CONSOLES, world()), *beside])
    if settings.env == "production":
        _refuse_demo_accounts(app)
    if not app.testing:
        wake.register(app, settings.redis_url)
    app.url_defaults(_versioned)
    app.add_url_rule("/vendor/<any('echarts.min.js'):filename>", "vendor", _vendor)
    return app


def _refuse_demo_accounts(app: Flask) -> None:
    """Raise `CannotDo` where an account of the demo can still sign in: its password was printed."""
    addresses = [address_of(account) for account in ACCOUNTS]
    with app.app_context():
        demo = select(User.username).where(User.email.in_(addresses), User.active)
        names = db.session.scalars(demo.order_by(User.username)).all()
        db.session.remove()
        db.engine.dispose()
    if names:
        raise config.CannotDo(f"Demo accounts have no place in production; deactivate them: {', '.join(names)}.")


def _versioned(endpoint: str, values: dict[str, Any]) -> None:
    """A style or script is kept by the browser until it changes, because then its address does."""
    if endpoint == "static" and "filename" in values:
        path = config.ROOT / "app" / "static" / values["filename"]
        values["v"] = int(path.stat().st_mtime) if path.exists() else 0


def _vendor(filename: str) -> Response:
    """The chart library, as `make` fetched it."""
    return send_from_directory(config.ROOT / "node_modules" / "echarts" / "dist", filename, max_age=86_400)


def world() -> World:
    return World(
        session=lambda: db.session(),
        actor=identity.current_actor,
        now=identity.now,
        allows=lambda permission, resource: bool(appbuilder.sm.has_access(permission, resource)),
        may_write=may_write,
        stand_at=places.stand_at,
        told=errors.told,
        timeline=timeline,
        derivation=derivation,
        files=FILES,
        own=lambda narrowed: identity.current_actor().unit_id if narrowed in OWN_UNITS else None,
        sheets_for=sheets_for,
        zone=identity.ZONE,
    )


def sync_permissions() -> None:
    """Bring Flask-AppBuilder's permissions and our roles up to date. One process at a time: the caller has the lock.

    A role that an administrator has changed keeps the change: only permissions that are new, or roles that
    are, receive their grants.
    """
    app = create_app()
    with app.app_context():
        sm = appbuilder.sm
        recorder.set_origin(db.session(), recorder.Origin(place="command"))
        before = {(v.permission.name, v.view_menu.name) for v in db.session.scalars(select(sm.permissionview_model))}
        appbuilder.add_permissions(update_perms=True)
        views = {(v.permission.name, v.view_menu.name): v for v in db.session.scalars(select(sm.permissionview_model))}
        if missing := {pair for pair in published() if pair not in views}:
            raise RuntimeError(f"Flask-AppBuilder did not add these permissions, see its log: {sorted(missing)}")
        roles = {role.name: role for role in db.session.scalars(select(Role))}
        for name in (MEMBER, *RoleName):
            known = name in roles
            role = roles.get(name) or sm.add_role(str(name))
            wanted = grants(RoleName(name)) if name != MEMBER else set()
            for pair in wanted & views.keys() - (before if known else set()):
                role.permissions.append(views[pair])
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def published() -> set[tuple[str, str]]:
    """Every permission that a page or resource asks for."""
    return {(word, view.class_permission_name) for view in appbuilder.baseviews for word in view.base_permissions}
