"""From declarations to the pages and resources that Flask-AppBuilder serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_appbuilder import AppBuilder

from app.engine import api, batch, files, forms, pages
from app.engine.declare import Console, World
from app.engine.derive import Shape, shape_of
from app.engine.fields import keeps_files, translated


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the side bar."""

    category: str
    label: str
    icon: str
    endpoint: str
    permission: str
    conditions: Sequence[str] = ()
    """Of the list, as it is opened."""


def register(appbuilder: AppBuilder, consoles: Iterable[Console], world: World) -> list[Entry]:
    """Serve every console, and say what belongs into the side bar."""
    current_app.jinja_env.globals["_"] = _said
    shapes = {console.model: shape_of(console) for console in consoles}
    for shape in shapes.values():
        for class_ in (_page(shape, world, shapes), _resource(shape, world)):
            appbuilder.add_view_no_menu(class_)
    return [
        Entry(
            s.console.category, s.console.name, s.console.icon, f"{s.permission}Page.listing", s.permission, s.opening
        )
        for s in shapes.values()
        if s.console.in_menu
    ]


def _said(message: str, **values: object) -> str:
    """What `_` says in a template: escaped there like any other text, with what it names."""
    text = translated(message)
    return text % values if values else text


def permissions(shape: Shape) -> list[str]:
    """What a role may be granted here. Page and resource publish the same set.

    Flask-AppBuilder drops, when it syncs, what one of two classes of the same name lacks.
    """
    written = ("add", "edit", "delete") if shape.form else ("add",) if keeps_files(shape.model) else ()
    words = ["read", "export", *written]
    return [f"can_{word}" for word in (*words, *_moves(shape))]


def _moves(shape: Shape) -> dict[str, Any]:
    return dict(shape.console.workflow.moves) if shape.console.workflow else {}


def _page(shape: Shape, world: World, shapes: dict[type[Any], Shape]) -> type[pages.Page]:
    made = {f"move_{name}": forms.move_page(name) for name in _moves(shape)}
    return type(
        f"{shape.permission}Page",
        (files.PageWithFile if shape.files else pages.Page,),
        made
        | {
            "shape": shape,
            "world": world,
            "shapes": shapes,
            "route_base": f"/{shape.resource}",
            "class_permission_name": shape.permission,
            "base_permissions": permissions(shape),
            "method_permission_name": pages.METHODS | {f"move_{name}": name for name in _moves(shape)},
            "exclude_route_methods": _closed(shape, ("add", "edit", "delete"), ("chart_page", "chart_xlsx")),
        },
    )


def _resource(shape: Shape, world: World) -> type[api.Resource]:
    made = {f"move_{name}": api.move_endpoint(name, move) for name, move in _moves(shape).items()}
    writing: tuple[str, ...] = ("post", "put", "delete")
    base = files.ResourceWithFile if shape.files else api.Resource
    if keeps_files(shape.model):
        writing, base = ("put", "delete"), files.ResourceOfFiles
    keyed = shape.console.intake is not None and shape.console.intake.key
    return type(
        f"{shape.permission}Api",
        (batch.TakesRows, base) if keyed else (base,),
        made
        | {
            "shape": shape,
            "world": world,
            "resource_name": shape.resource,
            "class_permission_name": shape.permission,
            "base_permissions": permissions(shape),
            "method_permission_name": api.METHODS | {f"move_{name}": name for name in _moves(shape)},
            "openapi_spec_tag": shape.resource,
            "exclude_route_methods": _closed(shape, writing, ("chart",)),
        },
    )


def _closed(shape: Shape, writing: tuple[str, ...], charts: tuple[str, ...]) -> set[str]:
    """The methods for which this console has nothing to offer."""
    console = shape.console
    kept = {field.kind for field in shape.pick(shape.files)}
    has = {
        writing: shape.form,
        charts: console.charts,
        ("deadline",): console.deadlines,
        ("file",): "file" in kept,
        ("one_of_files",): "files" in kept,
    }
    return {name for names, offered in has.items() if not offered for name in names}
