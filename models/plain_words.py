"""What people call things, and what the lists call them."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import N_, Model, Regional


class PlainWord(Regional, Model):
    """One everyday word, and the words of the lists that the finder looks for where it meets it."""

    __tablename__ = "plain_word"
    __table_args__ = (UniqueConstraint("region_id", "word", name="uq_plain_word_region_word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(
        String(40), info={"label": N_("Everyday word"), "help": N_("As people say or write it.")}
    )
    means: Mapped[str] = mapped_column(
        String(200),
        info={"label": N_("Stands for"), "help": N_("Words of the list or a category, with spaces between.")},
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.word} → {self.means}"
