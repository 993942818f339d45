"""What a plain word has to be, so that the finder can use it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.plain_words import PlainWord
from models.queries.finder import terms
from models.workflow import Refused


def prepare_word(session: Session, word: PlainWord, actor: Actor, now: datetime) -> None:
    """A word belongs to the county of whoever teaches it. Raises `Refused`, naming the field."""
    if inspect(word).transient:
        if actor.region_id is None:
            raise Refused(N_("Switch to a unit of a county first: a word is taught to one."))
        word.region_id = actor.region_id
    word.word, word.means = word.word.strip(), word.means.strip()
    if not word.word:
        raise Refused(N_("Write the word as people say it."), field="word")
    if not any(True for _ in terms(word.means)):
        raise Refused(N_("Write at least one word of two characters or more: the finder looks for it."), field="means")
