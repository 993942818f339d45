"""The words that people use for what the lists call otherwise, as the list manager teaches them."""

from app.engine.declare import Console
from models.base import N_
from models.plain_words import PlainWord
from models.rules.plain_words import prepare_word

plain_words = Console(
    model=PlainWord,
    name=N_("Plain words"),
    category=N_("Lists"),
    icon="fa-comment-dots",
    listed=("word", "means"),
    form=("word", "means"),
    searched=("word", "means"),
    order=("word", "asc"),
    prepare=prepare_word,
    empty=N_("No word has been taught. Add one where people call a thing otherwise than the list does."),
)
