"""Files on their way in: read, checked by the real taking undone, taken and undone as one unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from flask_babel import get_locale, gettext
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.engine import intake, kinds, write
from app.engine.cells import Known
from app.engine.declare import Told, World
from app.engine.derive import Shape, shape_of
from app.engine.fields import translated
from app.engine.headings import Headings, headings_of, refuse_unknown, unknown_headings
from app.engine.intake import Report, sendable
from app.engine.sheets import Sheet, Unreadable, read
from models.actor import SYSTEM_ACTOR
from models.base import N_, Model
from models.door import by_rule
from models.imports import ImportRow, ImportRun, ImportWord, RowAction
from models.rules.imports import IMPORT, keep_rows, remember
from models.store import Store
from views import CONSOLES

SHAPES: Mapping[str, Shape] = {
    shape.resource: shape for shape in map(shape_of, CONSOLES) if shape.form and shape.console.intake is not None
}
"""The tables that take rows from files."""

MOST_TOLD = 100
"""Unclear words of a column that are asked about at once."""

OTHERWISE = N_("Row %(row)s of “%(sheet)s” would come out otherwise now than it was checked. Check the file again.")


def known_words(session: Session, region_id: int | None, resource: str) -> Known:
    """What the county said of such files before."""
    of_table = select(ImportWord).where(ImportWord.region_id == region_id, ImportWord.resource == resource)
    words = session.scalars(of_table).all()
    return Known(
        {word.said: word.means for word in words if not word.field},
        {(word.field, word.said): word.means for word in words if word.field},
        gettext("Or say under “Headings and words” of the import what it means."),
    )


def opened(world: World, store: Store, run: ImportRun) -> tuple[Known, Headings, list[Sheet]]:
    """The file with what is known of it. Raises `Unreadable`."""
    known = known_words(world.session(), run.region_id, run.resource)
    headings = headings_of(world, SHAPES[run.resource], known, run.given)
    try:
        content = store.path(run.file.key).read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(gettext("The file itself is gone. Send it again.")) from error
    return known, headings, read(run.file.name, content, headings.knows, run.heads)


def tell(
    world: World, run: ImportRun, said: Mapping[tuple[str, str], str], heads: Mapping[str, int] | None = None
) -> None:
    """Remember what people say of a file's headings and words. Raises `NotWritten`."""
    known = known_words(world.session(), run.region_id, run.resource)
    headings = headings_of(world, SHAPES[run.resource], known, run.given)
    own = {heading: headings.meant([heading]) for field, heading in said if not field and headings.knows(heading)}
    fixed = {("", heading): field.name if field else "" for heading, field in own.items()}
    with write.transaction(world) as session:
        remember(session, run, said, world.actor(), fixed=fixed, heads=heads)


def check(world: World, store: Store, run: ImportRun) -> bool:
    """See what would become of each row; False while a heading is unknown. Raises `Unreadable`. It commits."""
    key, session = run.id, world.session()
    known, headings, sheets = opened(world, store, run)
    if unknown_headings(headings, sheets):
        return False
    try:
        report = intake.take_in(world, SHAPES[run.resource], sheets, known=known, given=run.given)
        rows = _kept(world, SHAPES[run.resource], report)
    finally:
        session.rollback()
    run = session.get_one(ImportRun, key)
    with write.transaction(world), by_rule(session):
        keep_rows(session, run, rows)
        _count(run, report)
        run.language = str(get_locale())
        IMPORT.move(session, run, "check", actor=SYSTEM_ACTOR, now=world.now())
    return True


def _count(run: ImportRun, report: Report) -> None:
    run.new, run.changed = report.count("new"), report.count("changed")
    run.same, run.refused = report.count("same"), report.count("refused")
    run.left_out = "、".join(dict.fromkeys([*report.left_out, *report.not_entered]))
    unclear: dict[str, dict[str, int]] = {}
    for (name, said), count in report.unclear.most_common():
        words = unclear.setdefault(name, {})
        if len(words) < MOST_TOLD:
            words[said] = count
    run.unclear = unclear


def _kept(world: World, shape: Shape, report: Report) -> list[dict[str, Any]]:
    """The rows of a report as they are kept."""
    with write.told(world):
        world.session().flush()
    versions = _versions(world.session(), shape, [row.key for row in report.rows if row.key is not None])
    return [
        {
            "sheet": row.sheet[:100],
            "number": row.number,
            "action": RowAction(row.action),
            "name": row.name[:300],
            "told": "\n".join([*(reason.told() for reason in row.reasons), *map(_change, row.changes)]),
            "subject_id": row.key,
            "subject_version": versions.get(row.key),
            "before": dict(row.before),
            "after": dict(row.after),
        }
        for row in report.rows
    ]


def _versions(session: Session, shape: Shape, keys: Sequence[int]) -> dict[int | None, int]:
    if not hasattr(shape.model, "version"):
        return {}
    found = select(shape.model.id, shape.model.version).where(shape.model.id.in_(keys))
    return dict(session.execute(found).all())


def _change(change: tuple[str, str, str]) -> str:
    label, before, after = change
    if not before:
        return str(gettext("%(label)s: %(value)s", label=label, value=after or "–"))
    return str(gettext("%(label)s: %(before)s → %(after)s", label=label, before=before, after=after or "–"))


def take(world: World, store: Store, run: ImportRun) -> None:
    """Take the rows of a confirmed import, in a transaction that the caller ends.

    Raises `NotWritten` or `Unreadable`, also where a row would come out otherwise than it was checked.
    """
    session, shape = world.session(), SHAPES[run.resource]
    known, headings, sheets = opened(world, store, run)
    refuse_unknown(headings, sheets)
    report = intake.take_in(world, shape, sheets, known=known, given=run.given)
    rows = _kept(world, shape, report)
    with by_rule(session):
        of_run = select(ImportRow).where(ImportRow.import_run_id == run.id).order_by(ImportRow.id)
        checked = session.scalars(of_run).all()
    looked_at = ((was.sheet, was.number, was.action, was.name, was.told) for was in checked)
    for now, was in zip_longest(map(_outcome, rows), looked_at):
        if now != was:
            sheet, number, *_ = now or was
            raise write.NotWritten(Told(409, {"": gettext(OTHERWISE, sheet=sheet, row=number)}))
    with by_rule(session):
        keep_rows(session, run, rows)
        IMPORT.move(session, run, "take", actor=SYSTEM_ACTOR, now=world.now())


def _outcome(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["sheet"], row["number"], row["action"], row["name"], row["told"]


def take_back(world: World, run: ImportRun) -> None:
    """Undo what an import wrote, the last row first, in a transaction that the caller ends.

    What was edited since, or what other records hang on, is kept, and said of its row.
    """
    session, shape = world.session(), SHAPES[run.resource]
    with by_rule(session):
        of_run = select(ImportRow).where(ImportRow.import_run_id == run.id).order_by(ImportRow.id.desc())
        rows = session.scalars(of_run.where(ImportRow.action.in_([RowAction.new, RowAction.changed]))).all()
        held = _held_by_others(session, shape, [row.subject_id for row in rows if row.action is RowAction.new])
    for row in rows:
        subject = session.get(shape.model, row.subject_id)
        if subject is None:
            continue
        try:
            with session.begin_nested():
                told = _undo(world, shape, row, subject, held)
        except write.NotWritten as refusal:
            told = refusal.told.message
        if told:
            with by_rule(session):
                row.action, row.told = RowAction.kept, told
                session.flush()
    IMPORT.move(session, run, "take_back", actor=SYSTEM_ACTOR, now=world.now())


def _undo(world: World, shape: Shape, row: ImportRow, subject: Any, held: Collection[int]) -> str:
    """Undo one row; in words what of it stays."""
    new = row.action is RowAction.new
    if not world.allows("can_delete" if new else "can_edit", shape.permission):
        return str(gettext("You do not have the permission for this. Ask the administrator if you need it."))
    if new:
        if subject.id in held or _is_edited(row, shape, subject):
            return str(gettext("Edited since, or other records refer to it: it stays."))
        write.delete(world, shape, subject)
        return ""
    shape = kinds.of_row(world, shape, subject)
    fields = {name: shape.fields[name] for name in row.after if name in shape.fields}
    mine = {name: row.before[name] for name, f in fields.items() if sendable(f.of(subject)) == row.after[name]}
    write.amend(world, shape, subject, mine)
    kept = [translated(f.label) for name, f in fields.items() if name not in mine]
    return str(gettext("Edited since, and kept: %(columns)s.", columns="、".join(kept))) if kept else ""


def _is_edited(row: ImportRow, shape: Shape, subject: Any) -> bool:
    """By its version; where a table keeps none, by what it holds."""
    if hasattr(subject, "version"):
        return bool(subject.version != row.subject_version)
    fields = {name: shape.fields[name] for name in row.after if name in shape.fields}
    return any(sendable(f.of(subject)) != row.after[name] for name, f in fields.items())


def _held_by_others(session: Session, shape: Shape, keys: Sequence[int | None]) -> set[int]:
    """Which of these rows others point at, but for what a field of the row itself keeps between."""
    own = {f.way.between for f in shape.fields.values() if f.way is not None}
    table, held = inspect(shape.model).local_table, set[int]()
    for mapper in Model.registry.mappers:
        if mapper.class_ in own or mapper.class_ is ImportRow:
            continue
        for column in mapper.local_table.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                pointing = mapper.get_property_by_column(column).class_attribute
                held |= set(session.scalars(select(pointing).where(pointing.in_(keys)).distinct()))
    return held
