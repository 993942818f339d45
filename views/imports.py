"""Imports: what was sent, what became of each row, and what the headings and words of files mean."""

from app.engine.declare import Chart, Console, Link, Related
from models.base import N_
from models.imports import ImportRow, ImportRun, ImportWord
from models.rules.imports import IMPORT, prepare_word

import_runs = Console(
    model=ImportRun,
    name=N_("Imports"),
    category=N_("Records"),
    icon="fa-file-arrow-up",
    listed=("file", "resource", "state", "new", "changed", "same", "refused", "unit", "created_at"),
    shown=(
        "state",
        "resource",
        "new",
        "changed",
        "same",
        "refused",
        "without_refused",
        "left_out",
        "problem",
        "file",
        "unit",
        "user",
        "created_at",
        "taken_at",
        "undone_at",
    ),
    form=(),
    searched=("resource", "state", "unit", "created_at"),
    charts=(Chart(by="resource", split="state", title=N_("Imports by table and state")),),
    related=(
        Related(model=ImportRow, by="import_run", listed=("sheet", "number", "action", "name", "told"), order="id"),
    ),
    links=(Link(label=N_("Headings and words"), endpoint="Imports.headings", icon="fa-table-columns"),),
    workflow=IMPORT,
    passing=("confirmed", "undoing"),
    empty=N_("Nothing has been imported. A list's page has a button for it."),
)

import_rows = Console(
    model=ImportRow,
    name=N_("Rows of the import"),
    category=N_("Records"),
    listed=("import_run", "sheet", "number", "action", "name", "told"),
    form=(),
    searched=("import_run", "action", "sheet", "name", "told"),
    order=("id", "asc"),
    in_menu=False,
)

import_words = Console(
    model=ImportWord,
    name=N_("Words of imports"),
    category=N_("Settings"),
    icon="fa-spell-check",
    listed=("resource", "field", "said", "means"),
    shown=("resource", "field", "said", "means"),
    form=("means",),
    searched=("resource", "field", "said", "means"),
    prepare=prepare_word,
    intake=None,
    empty=N_("Nothing is remembered yet. Who imports a file says once what its headings mean."),
)
