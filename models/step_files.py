"""What is shown of a step: photos and papers on a call and its parts (TC-49), and on matters of townships (TS-33)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import N_, Model, Regional
from models.files import Attachment

STEPS = ("call_id", "assignment_id", "order_id", "rectification_id", "extension_id", "review_file_id",
         "dispute_case_id", "service_request_id")  # fmt: skip
ONE_STEP = " + ".join(f"CASE WHEN {key} IS NULL THEN 0 ELSE 1 END" for key in STEPS)


def _of(table: str) -> Any:
    return mapped_column(ForeignKey(f"{table}.id"), index=True)


class StepFile(Regional, Model):
    """One file at one step. What a move hung there stays; what a draft has, its form may take away."""

    __tablename__ = "step_file"
    __table_args__ = (CheckConstraint(f"{ONE_STEP} = 1", name="ck_step_file_step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    call_id: Mapped[int | None] = _of("call")
    assignment_id: Mapped[int | None] = _of("call_assignment")
    order_id: Mapped[int | None] = _of("supervision_order")
    rectification_id: Mapped[int | None] = _of("rectification_order")
    extension_id: Mapped[int | None] = _of("extension")
    review_file_id: Mapped[int | None] = _of("review_file")
    dispute_case_id: Mapped[int | None] = _of("dispute_case")
    service_request_id: Mapped[int | None] = _of("service_request")

    file: Mapped[Attachment] = relationship(foreign_keys=file_id, info={"label": N_("File")})

    def __str__(self) -> str:
        return str(self.file)


def hung(**info: Any) -> AssociationProxy[list[Attachment]]:
    """The files of a step, by way of the rows between."""
    return association_proxy(
        "step_files",
        "file",
        creator=lambda file: StepFile(file=file, file_id=file.id),
        info={"label": N_("Photos and files")} | info,
    )


class Step:
    """A row on which files hang. A move puts them there."""

    files = hung(protected=True)

    @declared_attr
    @classmethod
    def step_files(cls) -> Mapped[list[StepFile]]:
        return relationship(StepFile, cascade="all, delete-orphan", order_by=StepFile.id)
