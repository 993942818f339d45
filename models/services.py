"""Services (便民服务): desks in front and behind, where people are served, how long it takes (ZG-24 to ZG-27)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Owned, Unit
from models.step_files import Step
from models.words import Level


class DeskKind(Word):
    """Whom a desk serves: in front, the people; behind, the desk in front."""

    front = "front", N_("Front desk"), "active"
    back = "back", N_("Back desk"), "info"


class ServiceDesk(Regional, Model):
    """Which units serve in front and which behind (ZG-25). Which of the two follows from the unit's type."""

    __tablename__ = "service_desk"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[DeskKind] = mapped_column(info={"label": N_("Front or back"), "protected": True})
    functions: Mapped[str] = mapped_column(
        Text,
        info={"label": N_("Functions"), "help": N_("In front: services to people. Behind: guidance, supervision.")},
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Unit")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.unit} · {self.functions[:20]}"


class Channel(Word):
    """In which way people are served without going to town (TS-35)."""

    window = "window", N_("Window")
    proxy_point = "proxy_point", N_("Proxy point")
    self_service = "self_service", N_("Self-service terminal")
    home_visit = "home_visit", N_("Home visit")


class ServicePoint(Owned, Model):
    """A place of the three-level network: county centre, township centre, village room (ZG-27)."""

    __tablename__ = "service_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Service point")})
    level: Mapped[Level] = mapped_column(info={"label": N_("Tier"), "protected": True})
    channel: Mapped[Channel] = mapped_column(default=Channel.window, info={"label": N_("Channel")})
    address: Mapped[str] = mapped_column(String(120), default="", info={"label": N_("Address")})
    above_id: Mapped[int | None] = mapped_column(ForeignKey("service_point.id"), index=True)

    above: Mapped[ServicePoint | None] = relationship(
        remote_side="ServicePoint.id", info={"label": N_("Service point above"), "protected": True}
    )

    def __str__(self) -> str:
        return self.name


class ServiceItem(Regional, Model):
    """A matter that people come for, and how long it took before and after it was simplified (ZG-26)."""

    __tablename__ = "service_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120), info={"label": N_("Service item")})
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    days_before: Mapped[int] = mapped_column(info={"label": N_("Working days before")})
    days_after: Mapped[int] = mapped_column(info={"label": N_("Working days after")})
    steps_before: Mapped[int] = mapped_column(default=0, info={"label": N_("Formalities before")})
    steps_after: Mapped[int] = mapped_column(default=0, info={"label": N_("Formalities after")})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Department")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title


class ServiceState(Word):
    """Where a citizen's matter stands."""

    received = "received", N_("Received, not yet dealt with"), "info"
    passed = "passed", N_("With the back desk"), "active"
    answered = "answered", N_("Answered by the back desk"), "active"
    done = "done", N_("Done"), "done"


class ServiceRequest(Step, Owned, Model):
    """A matter that somebody brought to a front desk. Who it was is kept as a surname, and no more (ZG-24)."""

    __tablename__ = "service_request"
    __table_args__ = (Index("ix_service_request_unit_state", "unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Matter"), "help": N_("Without names, telephone or identity numbers.")}
    )
    applicant: Mapped[str] = mapped_column(
        String(20), default="", info={"label": N_("Applicant"), "help": N_("Of a name, the first character is kept.")}
    )
    channel: Mapped[Channel] = mapped_column(default=Channel.window, info={"label": N_("Channel")})
    state: Mapped[ServiceState] = mapped_column(
        default=ServiceState.received, info={"label": N_("State"), "protected": True}
    )
    received_at: Mapped[datetime] = mapped_column(info={"label": N_("Received at"), "protected": True})
    done_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Done at"), "protected": True})
    result: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Result"), "protected": True})
    service_item_id: Mapped[int | None] = mapped_column(ForeignKey("service_item.id"), index=True)

    service_item: Mapped[ServiceItem | None] = relationship(info={"label": N_("Service item")})

    def __str__(self) -> str:
        return self.title


class BackTaskState(Word):
    """Whether the back desk has answered."""

    asked = "asked", N_("Asked"), "info"
    answered = "answered", N_("Answered"), "done"


class BackDeskTask(Regional, Model):
    """What a front desk asks of a unit behind it, for a matter that it received (ZG-24)."""

    __tablename__ = "back_desk_task"
    __table_args__ = (Index("ix_back_desk_task_unit_state", "unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[BackTaskState] = mapped_column(
        default=BackTaskState.asked, info={"label": N_("State"), "protected": True}
    )
    question: Mapped[str] = mapped_column(Text, info={"label": N_("What is needed"), "protected": True})
    asked_at: Mapped[datetime] = mapped_column(info={"label": N_("Passed on at"), "protected": True})
    answer: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Answer"), "protected": True})
    answered_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Answered at"), "protected": True})
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    service_request: Mapped[ServiceRequest] = relationship(info={"label": N_("Front-desk request")})
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id, info={"label": N_("Back desk")})

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.service_request} · {self.unit}"
