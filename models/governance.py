"""Modules (模块), by which a township parts its work: one main, three of substance, branches; and whom they call."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Regional, Word
from models.organisation import Unit


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


class ModuleContact(Regional, Model):
    """A department in the contact group of a module: who is called through it (TS-26)."""

    __tablename__ = "module_contact"
    __table_args__ = (UniqueConstraint("module_id", "unit_id", name="uq_module_contact"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("governance_module.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    post: Mapped[str] = mapped_column(
        String(60), default="", info={"label": N_("Contact post"), "help": N_("An office or a post, not a person.")}
    )

    module: Mapped[GovernanceModule] = relationship(info={"label": N_("Module")})
    unit: Mapped[Unit] = relationship(
        foreign_keys=unit_id,
        info={"label": N_("Department"), "help": N_("The first one named leads, where a call cites no item.")},
    )

    def __str__(self) -> str:
        return f"{self.module} · {self.unit}"
