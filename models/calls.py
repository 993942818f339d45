"""Calls (呼叫): what one side asks of the other, and who was dispatched to answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assigned import AssignedMatter
from models.base import N_, Model, Regional, User, Word
from models.files import DEGREES
from models.governance import GovernanceModule
from models.lists import ListItem
from models.organisation import Unit
from models.step_files import Step, hung
from models.words import CallScope


class Direction(Word):
    """Who calls whom (TS-27)."""

    township_to_department = "township_to_department", N_("Township calls department")
    department_to_township = "department_to_township", N_("Department calls township")


class CallSource(Word):
    """Where the matter came to notice."""

    own = "own", N_("Own work")
    grid = "grid", N_("Grid worker")
    inspection = "inspection", N_("Inspection")
    hotline = "hotline", N_("Hotline")


class CallState(Word):
    """Where a call stands (requirements B2)."""

    draft = "draft", N_("Draft"), "muted"
    submitted = "submitted", N_("Waiting for acceptance"), "info"
    returned = "returned", N_("Returned for correction"), "warn"
    accepted = "accepted", N_("Accepted"), "active"
    dispatched = "dispatched", N_("Dispatched"), "active"
    in_progress = "in_progress", N_("In progress"), "active"
    awaiting_confirmation = "awaiting_confirmation", N_("Waiting for the caller's confirmation"), "info"
    resolved = "resolved", N_("Resolved"), "done"
    closed = "closed", N_("Closed"), "done"
    rejected = "rejected", N_("Rejected"), "danger"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"
    forwarded = "forwarded", N_("Forwarded to the supervision office"), "warn"
    settled_here = "settled_here", N_("Settled in the community"), "done"


ENDED = (CallState.resolved, CallState.closed, CallState.withdrawn, CallState.settled_here)


class Call(Step, Regional, Model):
    """A matter that the caller cannot settle alone, citing the list item that says who answers (TA-02).

    Only `models.rules.calls` assigns `state`.
    """

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("number", name="uq_call_number"),
        Index("ix_call_region_state", "region_id", "state"),
        Index("ix_call_caller", "caller_unit_id", "id"),
        Index("ix_call_region", "region_id", "created_at", "id"),  # as a county's list begins
        Index("ix_call_place", "place_unit_id", "state", "source", "direction"),  # all that the row scope asks
        Index("ix_call_open_accept", "accept_due", postgresql_where=text("state = 'submitted'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(30), info={"label": N_("Number"), "protected": True})
    title: Mapped[str] = mapped_column(
        String(120), info={"label": N_("Title"), "help": N_("One sentence: what is wrong, and where.")}
    )
    state: Mapped[CallState] = mapped_column(default=CallState.draft, info={"label": N_("State"), "protected": True})
    direction: Mapped[Direction] = mapped_column(
        default=Direction.township_to_department, info={"label": N_("Direction"), "protected": True}
    )
    scope: Mapped[CallScope] = mapped_column(
        default=CallScope.complex, info={"label": N_("Call scope"), "help": N_("It decides which limits run.")}
    )
    category: Mapped[str] = mapped_column(
        String(40), default="", index=True, info={"label": N_("Category"), "protected": True}
    )
    description: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("What happened"), "help": N_("What was tried, and what help is needed.")}
    )
    place: Mapped[str] = mapped_column(
        String(200), default="", info={"label": N_("Address"), "help": N_("Left empty, it is that of the photo.")}
    )
    latitude: Mapped[Decimal | None] = mapped_column(DEGREES, info={"label": N_("Latitude")})
    longitude: Mapped[Decimal | None] = mapped_column(
        DEGREES, info={"label": N_("Longitude"), "help": N_("Left empty, both are those of the photo.")}
    )
    source: Mapped[CallSource] = mapped_column(default=CallSource.own, info={"label": N_("Source")})
    imported: Mapped[bool] = mapped_column(default=False, info={"label": N_("From an older system"), "protected": True})
    is_cross_region: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Across counties"), "help": N_("Departments of another county may be asked.")}
    )
    occurred_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Happened at")})
    created_at: Mapped[datetime] = mapped_column(info={"label": N_("Written"), "protected": True})
    sent_at: Mapped[datetime | None] = mapped_column(index=True, info={"label": N_("Sent"), "protected": True})
    accept_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Accept by"), "protected": True})
    accepted_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Accepted at"), "protected": True})
    resolve_from: Mapped[datetime | None] = mapped_column(info={"label": N_("Clock runs since"), "protected": True})
    resolve_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Resolve by"), "protected": True})
    resolved_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Result reported"), "protected": True})
    confirmed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Confirmed at"), "protected": True})
    rate_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Rate by"), "protected": True})
    closed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Closed at"), "protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    reopened: Mapped[int] = mapped_column(default=0, info={"label": N_("Times reopened"), "protected": True})
    rounds: Mapped[int] = mapped_column(default=0, info={"label": N_("Rounds of dispatch"), "protected": True})
    extra: Mapped[dict[str, Any]] = mapped_column(
        default=dict, info={"label": N_("What the item asks for"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})
    caller_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    assigned_matter_id: Mapped[int | None] = mapped_column(ForeignKey("assigned_matter.id"), index=True)
    module_id: Mapped[int | None] = mapped_column(ForeignKey("governance_module.id"), index=True)
    place_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    caller_unit: Mapped[Unit] = relationship(foreign_keys=caller_unit_id, info={"label": N_("Caller")})
    list_item: Mapped[ListItem | None] = relationship(
        info={
            "label": N_("List item"),
            "help": N_("Who answers follows from it. In a clue of the grid, the township can fill it in."),
        }
    )
    assigned_matter: Mapped[AssignedMatter | None] = relationship(
        info={"label": N_("Assigned matter"), "help": N_("In place of an item: work that was assigned for a term.")}
    )
    module: Mapped[GovernanceModule | None] = relationship(
        info={
            "label": N_("Through the module"),
            "help": N_("Its contact group is called, also where no item of the list fits."),
        }
    )
    place_unit: Mapped[Unit | None] = relationship(
        foreign_keys=place_unit_id,
        info={
            "label": N_("Village or grid"),
            "help": N_("A township names one of its own; a department, where it needs help."),
        },
    )
    assignments: Mapped[list[CallAssignment]] = relationship(back_populates="call", lazy="raise")

    files = hung()

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.number} {self.title}" if self.number else self.title


class AssignmentRole(Word):
    """The lead answers for the whole; the others help."""

    lead = "lead", N_("Lead"), "active"
    cooperate = "cooperate", N_("Cooperate"), "info"


class AssignmentState(Word):
    """Where a department's part stands."""

    pending = "pending", N_("Waiting for response"), "info"
    responded = "responded", N_("Responded"), "active"
    working = "working", N_("At work"), "active"
    paused = "paused", N_("Waiting for the caller"), "warn"
    resolved = "resolved", N_("Resolved"), "done"
    rejected = "rejected", N_("Rejected"), "danger"
    reassigned = "reassigned", N_("Given to another"), "muted"
    upheld = "upheld", N_("Rejection upheld"), "muted"
    void = "void", N_("Void"), "muted"


class FailureKind(Word):
    """The three failures that the console finds by itself (TA-29)."""

    none = "none", N_("None"), "muted"
    no_response = "no_response", N_("No response"), "danger"
    late_response = "late_response", N_("Late response"), "warn"
    inaction = "inaction", N_("Inaction after response"), "danger"


class CallAssignment(Step, Regional, Model):
    """One department's part in a call, with its own clock and its own promise (TC-32)."""

    __tablename__ = "call_assignment"
    __table_args__ = (
        UniqueConstraint("call_id", "department_id", "round", name="uq_call_assignment"),
        Index(
            "uq_call_assignment_lead",
            "call_id",
            "round",
            unique=True,
            sqlite_where=text("role = 'lead' AND state <> 'reassigned'"),
            postgresql_where=text("role = 'lead' AND state <> 'reassigned'"),
        ),
        Index("ix_call_assignment_department", "department_id", "state", "call_id"),
        Index("ix_call_assignment_region", "region_id", "dispatched_at", "id"),
        CheckConstraint("round > 0", name="ck_call_assignment_round"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[AssignmentRole] = mapped_column(info={"label": N_("Part"), "protected": True})
    state: Mapped[AssignmentState] = mapped_column(
        default=AssignmentState.pending, info={"label": N_("State"), "protected": True}
    )
    failure_kind: Mapped[FailureKind] = mapped_column(
        default=FailureKind.none, info={"label": N_("Failure"), "protected": True}
    )
    failed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Failure found"), "protected": True})
    round: Mapped[int] = mapped_column(default=1, info={"label": N_("Round"), "protected": True})
    dispatched_at: Mapped[datetime] = mapped_column(info={"label": N_("Dispatched at"), "protected": True})
    respond_due: Mapped[datetime] = mapped_column(index=True, info={"label": N_("Respond by"), "protected": True})
    responded_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Responded at"), "protected": True})
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"protected": True}, index=True)
    contact_made_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Contact made"), "protected": True})
    promised_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Promise made at"), "protected": True})
    first_promised_due: Mapped[datetime | None] = mapped_column(
        info={"label": N_("First promised by"), "protected": True}
    )
    promised_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Promised by"), "protected": True})
    pause_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Pause looked at"), "protected": True})
    resolved_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Result reported"), "protected": True})
    result: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Result"), "protected": True})
    cases: Mapped[int | None] = mapped_column(info={"label": N_("Cases investigated"), "protected": True})
    fines: Mapped[int | None] = mapped_column(info={"label": N_("Fines (yuan)"), "protected": True})
    confiscations: Mapped[int | None] = mapped_column(info={"label": N_("Things confiscated"), "protected": True})
    rejected_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Rejected at"), "protected": True})
    rejected_reason: Mapped[str] = mapped_column(
        Text, default="", info={"label": N_("Reason for rejection"), "protected": True}
    )
    no_item_covers: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("No item covers this"), "protected": True}
    )
    clause: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Clause cited"), "protected": True})
    ruling: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Binding ruling"), "protected": True})
    ruled_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Ruled at"), "protected": True})
    ruled_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, info={"protected": True})
    cited_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True, info={"protected": True})
    proposed_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, info={"protected": True})
    provisional: Mapped[bool] = mapped_column(
        default=False, info={"label": N_("Deadline is an estimate"), "protected": True}
    )
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    call: Mapped[Call] = relationship(back_populates="assignments", info={"label": N_("Call")})
    department: Mapped[Unit] = relationship(foreign_keys=department_id, info={"label": N_("Answering unit")})
    responsible: Mapped[User | None] = relationship(
        User, foreign_keys=responsible_id, info={"label": N_("Person responsible"), "protected": True}
    )
    cited_item: Mapped[ListItem | None] = relationship(
        foreign_keys=cited_item_id, info={"label": N_("Item cited"), "protected": True}
    )
    proposed_unit: Mapped[Unit | None] = relationship(
        foreign_keys=proposed_unit_id, info={"label": N_("Unit named instead"), "protected": True}
    )
    ruled_unit: Mapped[Unit | None] = relationship(
        foreign_keys=ruled_unit_id, info={"label": N_("Responsible by the ruling"), "protected": True}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return f"{self.call} · {self.department}"


class CallCounter(Regional, Model):
    """The last call number given in a county and year: no gaps, no doubles, because it is locked while used."""

    __tablename__ = "call_counter"
    __recorded__ = False  # every number it gave stands in a recorded call
    __table_args__ = (UniqueConstraint("region_id", "kind", "year", name="uq_call_counter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    year: Mapped[int] = mapped_column()
    last: Mapped[int] = mapped_column(default=0)
