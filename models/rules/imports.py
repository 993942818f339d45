"""How an import goes on: checked, taken as one unit, taken back as one unit; and what is remembered of its file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.files import Attachment
from models.imports import ImportRow, ImportRun, ImportState, ImportWord
from models.roles import RoleName
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = ImportState
LONGEST = 200
"""The longest heading or word that is remembered."""

KEEPERS = frozenset({RoleName.list_manager, RoleName.editorial_officer})
"""Who keeps the words of a county: what one person says of a file, everybody's files are read by."""

KNOWN = N_(
    "“%(said)s” has a meaning in this county already. Leave it as it is, or ask the list manager to change it under"
    " “Words of imports”."
)


def mine(run: ImportRun, actor: Actor) -> bool:
    """Of the unit acted for: its rows are written in that unit's name, by the rights of whoever asks for it."""
    return actor.unit_id == run.unit_id


def begin(
    session: Session, resource: str, file: Attachment, given: Mapping[str, Any], actor: Actor, now: datetime
) -> ImportRun:
    """A file that was sent for a table. Raises `Refused` for one that has been taken already."""
    same = (
        select(ImportRun.id, ImportRun.given)
        .join(Attachment, Attachment.id == ImportRun.file_id)
        .where(
            ImportRun.resource == resource,
            ImportRun.unit_id == file.unit_id,
            ImportRun.state.in_([S.confirmed, S.taken, S.undoing]),
            Attachment.sha256 == file.sha256,
        )
    )
    known = next((number for number, said in session.execute(same) if said == dict(given)), None)
    if known is not None:
        raise Refused(
            N_("This very file has been taken already, as import %(number)s. Undo that one first."),
            field="file",
            number=known,
        )
    with by_rule(session):
        run = ImportRun(
            region_id=file.region_id,
            resource=resource,
            file=file,
            unit_id=file.unit_id,
            user_id=actor.user_id,
            given=dict(given),
            created_at=now,
        )
        session.add(run)
        session.flush()
    return run


def keep_rows(session: Session, run: ImportRun, rows: list[dict[str, Any]]) -> None:
    """What a check, or the taking, found: in place of what the one before it did."""
    with by_rule(session):
        session.execute(delete(ImportRow).where(ImportRow.import_run_id == run.id))
        if rows:
            of_run = {"import_run_id": run.id, "region_id": run.region_id}
            session.execute(insert(ImportRow), [of_run | row for row in rows])


def remember(
    session: Session,
    run: ImportRun,
    told: Mapping[tuple[str, str], str],
    actor: Actor,
    *,
    fixed: Mapping[tuple[str, str], str] | None = None,
    heads: Mapping[str, int] | None = None,
) -> None:
    """What people said of headings and words, by (field, word): from now on the county's files are read so.

    What is known already, and what the table itself knows (`fixed`), only the keepers of words change. Raises
    `Refused`. `heads`: in which row the heading of each sheet of this file is.
    """
    with by_rule(session):
        run.heads = dict(heads) if heads is not None else run.heads
        of_table = select(ImportWord).where(ImportWord.region_id == run.region_id, ImportWord.resource == run.resource)
        known = {(word.field, word.said): word for word in session.scalars(of_table)}
        meant = {**(fixed or {}), **{key: word.means for key, word in known.items()}}
        for (field, said), means in told.items():
            if not said or max(len(said), len(means)) > LONGEST:
                continue
            if meant.get((field, said), means) != means and not actor.roles & KEEPERS:
                raise Refused(KNOWN, field="file", said=said)
            if word := known.get((field, said)):
                word.means = means
            else:
                session.add(
                    ImportWord(region_id=run.region_id, resource=run.resource, field=field, said=said, means=means)
                )
        session.flush()


def _has_something(run: ImportRun, step: Step) -> None:
    if run.refused and not step.answers.get("without_refused"):
        raise Refused(
            N_("%(count)s rows are refused. Put them right in the file, or take the others without them."),
            field="without_refused",
            count=run.refused,
        )
    if not run.new + run.changed:
        raise Refused(N_("No row is new or changed, so there is nothing to take."))


def _confirm(run: ImportRun, step: Step) -> None:
    run.without_refused = bool(step.answers.get("without_refused"))
    _ask(run, step)


def _ask(run: ImportRun, step: Step) -> None:
    """Whoever asks answers for it: it is taken, or undone, by their rights and in their name."""
    run.user_id, run.problem = step.actor.user_id, ""


def _taken(run: ImportRun, step: Step) -> None:
    run.taken_at = step.now


def _undone(run: ImportRun, step: Step) -> None:
    run.undone_at = step.now


def _failed(run: ImportRun, step: Step) -> None:
    run.problem = step.note


IMPORT = Workflow(
    ImportRun,
    Transition(
        name="check",
        label=N_("Checked"),
        source=frozenset({S.read, S.checked, S.failed}),
        target=S.checked,
        by=None,
    ),
    Transition(
        name="confirm",
        label=N_("Take the rows"),
        source=frozenset({S.checked}),
        target=S.confirmed,
        by=mine,
        asks=(
            Ask(
                name="without_refused",
                label=N_("Leave the refused rows out, and take the others"),
                kind="flag",
                required=False,
            ),
        ),
        guard=_has_something,
        effect=_confirm,
        tone="done",
        help=N_("All of them as one unit, by the same checks as the form. It can be undone."),
    ),
    Transition(
        name="take",
        label=N_("Taken"),
        source=frozenset({S.confirmed}),
        target=S.taken,
        by=None,
        effect=_taken,
    ),
    Transition(
        name="fail",
        label=N_("Not taken"),
        source=frozenset({S.confirmed}),
        target=S.failed,
        by=None,
        effect=_failed,
    ),
    Transition(
        name="undo",
        label=N_("Undo the import"),
        source=frozenset({S.taken}),
        target=S.undoing,
        by=mine,
        effect=_ask,
        tone="danger",
        help=N_("New rows go, changed ones get back what they held. What was edited since stays, and is named."),
        wants_note=True,
    ),
    Transition(
        name="take_back",
        label=N_("Undone"),
        source=frozenset({S.undoing}),
        target=S.undone,
        by=None,
        effect=_undone,
    ),
    Transition(
        name="keep",
        label=N_("Not undone"),
        source=frozenset({S.undoing}),
        target=S.taken,
        by=None,
        effect=_failed,
    ),
    Transition(
        name="discard",
        label=N_("Discard"),
        source=frozenset({S.read, S.checked, S.failed}),
        target=S.discarded,
        by=mine,
        tone="warn",
    ),
)


def prepare_word(session: Session, word: ImportWord, actor: Actor, now: datetime) -> None:
    """What a word means is corrected here; what was said stands in the file."""
    word.means = (word.means or "").strip()
