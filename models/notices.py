"""The outbox, and what reaches people from it: notices on the screen and by mail."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, User, Word
from models.organisation import Unit

TWO_STOPS = re.compile(r"(?<!\.)[。.]([。.])(?!\.)")


def one_stop(sentence: str) -> str:
    """Where what was put into a sentence brought a full stop of its own: the sentence's alone."""
    return TWO_STOPS.sub(r"\1", sentence)


class Audience(Word):
    """Whom of a unit a message is for."""

    everyone = "everyone", N_("Everyone in the unit")
    duty_officer = "duty_officer", N_("Duty officers")
    heads = "heads", N_("Heads")
    duty_and_heads = "duty_and_heads", N_("Duty officers and heads")
    administrators = "administrators", N_("Administrators")
    observers = "observers", N_("Observers of the congress")


class Outbox(Regional, Model):
    """What is to be said to a unit, written in the transaction that gave the reason.

    `key` names the reason (job, subject, step, occurrence), so that nothing is said twice. `message` is the
    English sentence, translated for each reader, with its `details`.
    """

    __tablename__ = "outbox"
    __recorded__ = False  # a consequence: its cause is recorded
    __table_args__ = (
        UniqueConstraint("key", name="uq_outbox_key"),
        Index("ix_outbox_waiting", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    audience: Mapped[Audience] = mapped_column(default=Audience.everyone)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column()
    message: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column()
    not_before: Mapped[datetime | None] = mapped_column()
    """It waits for working hours."""
    mail_after: Mapped[datetime | None] = mapped_column()
    """It goes by mail with others of that morning."""
    done_at: Mapped[datetime | None] = mapped_column()


class Notice(Regional, Model):
    """One message to one person. `mailed_at` stays empty until the mail has left."""

    __tablename__ = "notice"
    __recorded__ = False  # being read is its only change
    __table_args__ = (
        UniqueConstraint("outbox_id", "user_id", name="uq_notice_outbox_user"),
        Index("ix_notice_unread", "user_id", "unit_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_unmailed", "id", postgresql_where=text("mailed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column()
    message: Mapped[str] = mapped_column(String(500), info={"label": N_("Message")})
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Received")})
    read_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Read")})
    mailed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Mailed")})
    mail_tries: Mapped[int] = mapped_column(default=0)
    mail_after: Mapped[datetime | None] = mapped_column()
    bundled: Mapped[bool] = mapped_column(default=False)
    mail_error: Mapped[str] = mapped_column(String(300), default="")

    user: Mapped[User] = relationship(User, info={"label": N_("Person")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})
