"""What a community does for itself: councils, wishes, exchanges, small projects (TS-41, LX-35)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.organisation import Owned
from models.words import Level


class VillagerCouncil(Owned, Model):
    """A council of people who do well by their home place (新乡贤参事会), and what it brought about (TS-41)."""

    __tablename__ = "villager_council"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Council")})
    level: Mapped[Level] = mapped_column(info={"label": N_("Tier"), "protected": True})
    members: Mapped[int] = mapped_column(info={"label": N_("Members")})
    key_projects: Mapped[int] = mapped_column(default=0, info={"label": N_("Key projects helped")})
    projects_returned: Mapped[int] = mapped_column(default=0, info={"label": N_("Projects brought home")})
    firms_returned: Mapped[int] = mapped_column(default=0, info={"label": N_("Head offices brought home")})

    def __str__(self) -> str:
        return self.name


class Progress(Word):
    """How far a small matter has come."""

    open = "open", N_("Open"), "info"
    taken_up = "taken_up", N_("Taken up"), "active"
    fulfilled = "fulfilled", N_("Fulfilled"), "done"


class MicroWish(Owned, Model):
    """A small wish of somebody who is not named, and who fulfils it (LX-35)."""

    __tablename__ = "micro_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    wish: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Wish"), "help": N_("Without the name of who has it.")}
    )
    progress: Mapped[Progress] = mapped_column(default=Progress.open, info={"label": N_("Progress")})
    taken_by: Mapped[str] = mapped_column(String(80), default="", info={"label": N_("Taken up by")})
    made_on: Mapped[date] = mapped_column(info={"label": N_("Made on")})

    def __str__(self) -> str:
        return self.wish


class ExchangeKind(Word):
    """The two sides of an exchange list."""

    need = "need", N_("Need"), "info"
    resource = "resource", N_("Resource"), "active"


class ExchangeEntry(Owned, Model):
    """A need or a resource that a body puts on the exchange list; matched, it names the other side (LX-35)."""

    __tablename__ = "exchange_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ExchangeKind] = mapped_column(info={"label": N_("Need or resource")})
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("What it is")})
    body: Mapped[str] = mapped_column(String(80), info={"label": N_("Whose")})
    match_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_entry.id"), index=True)

    match: Mapped[ExchangeEntry | None] = relationship(
        remote_side="ExchangeEntry.id",
        info={"label": N_("Matched with"), "help": N_("Of a need, the resource; of a resource, the need.")},
    )

    def __str__(self) -> str:
        return self.title


class ProjectProgress(Word):
    """How far a small project has come."""

    open = "open", N_("Not begun"), "info"
    taken_up = "taken_up", N_("Being carried out"), "active"
    fulfilled = "fulfilled", N_("Completed"), "done"


class MicroProject(Owned, Model):
    """A small project in which neighbours put something right themselves (LX-35)."""

    __tablename__ = "micro_project"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Project")})
    content: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Content")})
    participants: Mapped[int] = mapped_column(default=0, info={"label": N_("Participants")})
    progress: Mapped[ProjectProgress] = mapped_column(default=ProjectProgress.open, info={"label": N_("Progress")})
    from_on: Mapped[date] = mapped_column(info={"label": N_("From")})
    until_on: Mapped[date | None] = mapped_column(info={"label": N_("Until")})

    def __str__(self) -> str:
        return self.title


class CheckIn(Owned, Model):
    """A party organisation whose members serve in a community besides (双报到, LX-13). Counted, never named."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("unit_id", "organisation", name="uq_check_in"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation: Mapped[str] = mapped_column(String(120), info={"label": N_("Party organisation")})
    members: Mapped[int] = mapped_column(default=0, info={"label": N_("Party members checked in")})
    checked_in_on: Mapped[date] = mapped_column(info={"label": N_("Checked in on")})
    services: Mapped[int] = mapped_column(default=0, info={"label": N_("Services done")})
    done: Mapped[str] = mapped_column(Text, default="", info={"label": N_("What was done there")})

    def __str__(self) -> str:
        return f"{self.organisation} · {self.unit}"
