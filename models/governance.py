"""Modules (模块): how a township parts its work, one main module, three of substance, and branches (TS-13)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word


class ModuleKind(Word):
    """The 1, the 3 and the N."""

    main = "main", N_("Main module"), "active"
    core = "core", N_("Core module"), "info"
    branch = "branch", N_("Branch module"), "muted"


class GovernanceModule(Regional, Model):
    """One module of a county's tree: organs follow modules, and list items are filed into them (TS-15)."""

    __tablename__ = "governance_module"
    __table_args__ = (UniqueConstraint("region_id", "name", name="uq_governance_module_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), info={"label": N_("Module")})
    kind: Mapped[ModuleKind] = mapped_column(default=ModuleKind.branch, info={"label": N_("Kind of module")})
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("governance_module.id"), index=True)
    scope: Mapped[str] = mapped_column(String(500), default="", info={"label": N_("What belongs to it")})

    parent: Mapped[GovernanceModule | None] = relationship(
        remote_side="GovernanceModule.id", info={"label": N_("Above it")}
    )

    def __str__(self) -> str:
        return self.name
