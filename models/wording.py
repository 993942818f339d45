"""What is said of a matter: in the same columns whether it stands in a list, is proposed for one, or is admitted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import N_
from models.governance import GovernanceModule
from models.item_words import (
    BasisLevel,
    DelegationKind,
    ForbiddenKind,
    Holder,
    PlatformKind,
    PowerStatus,
    RelationPair,
    SinkKind,
)
from models.words import CallScope


class ItemWording:
    """The columns that a list type may use, but for those that have a value by themselves (requirements B2)."""

    category: Mapped[str] = mapped_column(String(40), default="", info={"label": N_("Category")})
    department_duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Department duties")})
    township_duties: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Township duties")})
    legal_basis: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Legal and policy basis")})
    procedure: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Procedure")})
    responsibility: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Accountability")})
    time_limit: Mapped[str] = mapped_column(String(200), default="", info={"label": N_("Time limit in law")})
    guide_ref: Mapped[str] = mapped_column(
        String(80), default="", info={"label": N_("Entry of the provincial guide catalogue")}
    )
    authority_holder: Mapped[Holder | None] = mapped_column(info={"label": N_("Who holds the authority")})
    benefit_holder: Mapped[Holder | None] = mapped_column(info={"label": N_("Who has the benefit")})
    relation_pair: Mapped[RelationPair | None] = mapped_column(
        info={"label": N_("Relation of department and township")}
    )
    sink_kind: Mapped[SinkKind | None] = mapped_column(info={"label": N_("Way of moving down")})
    delegation_kind: Mapped[DelegationKind | None] = mapped_column(info={"label": N_("Kind of delegation")})
    demand: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Demand of the townships")})
    capacity: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Capacity of the townships")})
    provider: Mapped[str] = mapped_column(
        String(120), default="", info={"label": N_("Provider"), "help": N_("To whom the service is contracted out.")}
    )
    contract: Mapped[str] = mapped_column(String(120), default="", info={"label": N_("Contract")})
    forbidden_kind: Mapped[ForbiddenKind | None] = mapped_column(info={"label": N_("Task that townships are spared")})
    exception_level: Mapped[BasisLevel | None] = mapped_column(info={"label": N_("Exception granted by")})
    platform: Mapped[PlatformKind | None] = mapped_column(info={"label": N_("Platform")})
    module_id: Mapped[int | None] = mapped_column(ForeignKey("governance_module.id"), index=True)
    service_radius: Mapped[int | None] = mapped_column(info={"label": N_("Service radius (km)")})
    yearly_cases: Mapped[int | None] = mapped_column(info={"label": N_("Cases a year")})
    trips: Mapped[int | None] = mapped_column(info={"label": N_("Trips for one case")})
    source: Mapped[str] = mapped_column(String(300), default="", info={"label": N_("Source")})
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"label": N_("Further fields"), "protected": True})

    @declared_attr
    @classmethod
    def module(cls) -> Mapped[GovernanceModule | None]:
        return relationship(info={"label": N_("Module")})


class Proposal(ItemWording):
    """What an item is to say; left empty, it has what it has, or what it has by itself."""

    call_scope: Mapped[CallScope | None] = mapped_column(info={"label": N_("Call scope")})
    power_status: Mapped[PowerStatus | None] = mapped_column(info={"label": N_("Power")})
