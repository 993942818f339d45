"""The move that hangs photos and papers on a step, the same for all that have any (TC-49)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from models.actor import Actor
from models.base import N_
from models.files import Attachment
from models.workflow import Ask, Step, Transition


def keep_region(row: Any) -> None:
    """What hangs on a row is of its county, whoever sent it."""
    for part in row.step_files:
        part.region_id = row.region_id


def hang(row: Any, step: Step) -> None:
    """What was sent, on the row that moves."""
    with step.session.no_autoflush:
        row.files.extend(step.answers["file_ids"])
        keep_region(row)


def attach(
    source: Iterable[Any], by: Callable[[Any, Actor], bool], effect: Callable[[Any, Step], None] = hang
) -> Transition:
    """Several files at once, in these states, by these people. The row stays where it is."""
    return Transition(
        name="attach",
        label=N_("Add files"),
        source=frozenset(source),
        target=None,
        by=by,
        asks=(Ask(name="file_ids", label=N_("Photos and files"), kind="files", model=Attachment),),
        effect=effect,
    )
