"""Evaluation cycles (考评周期), and the indicators by which a cycle evaluates, with their weights (TA-30, TC-54)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.lists import ListItem

PERCENT = Numeric(5, 2)
WHOLE = Decimal(100)


class CyclePeriod(Word):
    """How long the record of a cycle reaches."""

    year = "year", N_("A year")
    half_year = "half_year", N_("Half a year")
    quarter = "quarter", N_("A quarter")


class CycleState(Word):
    """Where a cycle stands (requirements B2)."""

    draft = "draft", N_("Draft"), "muted"
    open = "open", N_("Open: sheets are filled in"), "active"
    closed = "closed", N_("Closed for sheets"), "warn"
    computed = "computed", N_("Computed"), "info"
    confirmed = "confirmed", N_("Confirmed"), "info"
    published = "published", N_("Published"), "done"


class SubjectKind(Word):
    """Who is evaluated."""

    department = "department", N_("Departments")
    agency = "agency", N_("Dispatched agencies")
    township = "township", N_("Townships and streets")
    community = "community", N_("Villages and communities")


class Side(Word):
    """From which side (TA-30)."""

    bottom_up = "bottom_up", N_("From below"), "active"
    top_down = "top_down", N_("From above"), "info"


class Component(Word):
    """What an indicator belongs to: the three of TA-31 (R23), the four of TC-56 (R22), or none of them."""

    list_performance = "list_performance", N_("Duties performed by the list")
    sunk_duties = "sunk_duties", N_("Duties moved down")
    call_execution = "call_execution", N_("Calls carried out")
    list_management = "list_management", N_("List management")
    operation = "operation", N_("Operation")
    satisfaction = "satisfaction", N_("Satisfaction")
    supervision = "supervision", N_("Oversight")
    other = "other", N_("Other")


class Source(Word):
    """Where the value of an indicator comes from."""

    scored = "scored", N_("Scored by people")
    survey = "survey", N_("Survey of residents")
    computed = "computed", N_("Computed from the record")


BY_PEOPLE = (Source.scored, Source.survey)


class Formula(Word):
    """How a computed indicator follows from the record. What exactly is counted, `models.queries.evaluation` says."""

    response_rate = "response_rate", N_("Response rate")
    resolution_rate = "resolution_rate", N_("Resolution rate")
    satisfaction_rate = "satisfaction_rate", N_("Satisfaction rate")
    case_points = "case_points", N_("Mean points of case assessments")
    failures = "failures", N_("Failures in calls")
    supervision_orders = "supervision_orders", N_("Supervision orders")
    rectifications = "rectifications", N_("Rectification orders")
    drawings_complete = "drawings_complete", N_("Items with drawing and manual")
    guarantees_kept = "guarantees_kept", N_("Guarantees delivered in time")


class EvaluationCycle(Regional, Model):
    """A round in which units of a county evaluate each other, with its shares and its indicators.

    Only `models.rules.evaluation` assigns `state`.
    """

    __tablename__ = "evaluation_cycle"
    __table_args__ = (
        UniqueConstraint("region_id", "name", name="uq_evaluation_cycle_name"),
        Index("ix_evaluation_cycle_region_state", "region_id", "state"),
        CheckConstraint("township_share_department >= 30", name="ck_evaluation_cycle_share_department"),
        CheckConstraint("township_share_agency >= 60", name="ck_evaluation_cycle_share_agency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Cycle")})
    period: Mapped[CyclePeriod] = mapped_column(default=CyclePeriod.year, info={"label": N_("Period evaluated")})
    state: Mapped[CycleState] = mapped_column(default=CycleState.draft, info={"label": N_("State"), "protected": True})
    starts_on: Mapped[date] = mapped_column(info={"label": N_("Record counts from")})
    ends_on: Mapped[date] = mapped_column(info={"label": N_("Record counts to"), "help": N_("This day is the last.")})
    closes_on: Mapped[date] = mapped_column(
        info={"label": N_("Sheets until"), "help": N_("At the end of this day the cycle closes by itself.")}
    )
    township_share_department: Mapped[Decimal] = mapped_column(
        PERCENT,
        default=Decimal("33.33"),
        info={
            "label": N_("Townships' share of a department's score, percent"),
            "help": N_("About one third, and never under 30 (R15)."),
        },
    )
    township_share_agency: Mapped[Decimal] = mapped_column(
        PERCENT,
        default=Decimal("60.00"),
        info={"label": N_("Townships' share of an agency's score, percent"), "help": N_("Never under 60 (R16).")},
    )
    excellent_quota: Mapped[Decimal] = mapped_column(
        PERCENT,
        default=Decimal("30.00"),
        info={
            "label": N_("Excellent at most, percent"),
            "help": N_("Of the departments, and of the agencies; rounded down. Townships are not ranked."),
        },
    )
    excellent_from: Mapped[Decimal] = mapped_column(
        PERCENT, default=Decimal("90.00"), info={"label": N_("Excellent from")}
    )
    good_from: Mapped[Decimal] = mapped_column(PERCENT, default=Decimal("80.00"), info={"label": N_("Good from")})
    qualified_from: Mapped[Decimal] = mapped_column(
        PERCENT, default=Decimal("60.00"), info={"label": N_("Qualified from")}
    )
    begins_at: Mapped[datetime] = mapped_column(info={"protected": True})
    ends_at: Mapped[datetime] = mapped_column(info={"protected": True})
    """The moments between which the record counts: the second is the first that does not."""
    closes_at: Mapped[datetime] = mapped_column(info={"label": N_("Closes"), "protected": True})
    opened_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Cycle opened at"), "protected": True})
    closed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Cycle closed at"), "protected": True})
    computed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Computed at"), "protected": True})
    results_hash: Mapped[str] = mapped_column(
        String(64),
        default="",
        info={
            "label": N_("Seal of the inputs"),
            "help": N_("The same inputs give the same seal, and the same scores."),
            "protected": True,
        },
    )
    confirmed_at: Mapped[datetime | None] = mapped_column(info={"label": N_("Scores confirmed"), "protected": True})
    published_at: Mapped[datetime | None] = mapped_column(
        index=True, info={"label": N_("Published at"), "protected": True}
    )
    appeal_due: Mapped[datetime | None] = mapped_column(info={"label": N_("Appeal by"), "protected": True})
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation_cycle.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    copied_from: Mapped[EvaluationCycle | None] = relationship(
        remote_side="EvaluationCycle.id",
        info={
            "label": N_("Indicators as in"),
            "help": N_("Left empty, the usual indicators are laid down. Both may be changed until the cycle opens."),
        },
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class EvaluationIndicator(Regional, Model):
    """What is looked at, and how much it weighs. It changes only while its cycle is a draft."""

    __tablename__ = "evaluation_indicator"
    __table_args__ = (
        UniqueConstraint("cycle_id", "subject_kind", "side", "name", name="uq_evaluation_indicator_name"),
        CheckConstraint("weight > 0 AND weight <= 100", name="ck_evaluation_indicator_weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("evaluation_cycle.id"), index=True)
    subject_kind: Mapped[SubjectKind] = mapped_column(info={"label": N_("Whom it evaluates")})
    side: Mapped[Side] = mapped_column(info={"label": N_("From which side")})
    component: Mapped[Component] = mapped_column(default=Component.other, info={"label": N_("Component")})
    name: Mapped[str] = mapped_column(String(80), info={"label": N_("Evaluation indicator")})
    source: Mapped[Source] = mapped_column(default=Source.scored, info={"label": N_("Where its value comes from")})
    formula: Mapped[Formula | None] = mapped_column(
        info={"label": N_("Formula"), "help": N_("Of what is computed from the record.")}
    )
    deduct: Mapped[Decimal] = mapped_column(
        PERCENT,
        default=Decimal("5.00"),
        info={"label": N_("Points off for each"), "help": N_("Where the formula counts failures or orders.")},
    )
    weight: Mapped[Decimal] = mapped_column(
        PERCENT,
        info={
            "label": N_("Weight in percent"),
            "help": N_("Of its side; of townships and communities, of the whole. All together make 100."),
        },
    )
    is_veto: Mapped[bool] = mapped_column(
        default=False,
        info={"label": N_("One-vote veto"), "help": N_("Under 60 here, nothing better than unqualified.")},
    )
    standard: Mapped[str] = mapped_column(
        Text,
        default="",
        info={"label": N_("How to score"), "help": N_("Scores go from 0 to 100.")},
    )
    list_item_id: Mapped[int | None] = mapped_column(ForeignKey("list_item.id"), index=True)
    version: Mapped[int] = mapped_column(default=1, info={"protected": True})

    cycle: Mapped[EvaluationCycle] = relationship(info={"label": N_("Cycle")})
    list_item: Mapped[ListItem | None] = relationship(
        info={"label": N_("About the item"), "help": N_("Its lead department never scores this (R3).")}
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name
