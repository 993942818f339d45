"""Joint reviews (联审): one file of a village cadre, on which several departments answer, each once (TS-33)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import N_, Model, Word
from models.opinions import UnitOpinion
from models.organisation import Owned
from models.step_files import Step, hung


class CareerStage(Word):
    """Twenty stages of a village cadre's career. The article names the first four; the others are composed."""

    qualification_review = "qualification_review", N_("Review of qualification")
    appointment = "appointment", N_("Approval and appointment")
    transfer_promotion = "transfer_promotion", N_("Transfer and promotion")
    leaving = "leaving", N_("Leaving and retirement")
    nomination = "nomination", N_("Nomination")
    election = "election", N_("Election")
    by_election = "by_election", N_("By-election")
    reserve = "reserve", N_("Entry into the reserve")
    induction_training = "induction_training", N_("Induction training")
    yearly_training = "yearly_training", N_("Yearly training")
    commitment = "commitment", N_("Commitment for the term")
    yearly_appraisal = "yearly_appraisal", N_("Yearly appraisal")
    term_appraisal = "term_appraisal", N_("Appraisal of the term")
    commendation = "commendation", N_("Commendation")
    pay = "pay", N_("Pay and benefits")
    insurance = "insurance", N_("Social insurance")
    leave = "leave", N_("Leave")
    concurrent_post = "concurrent_post", N_("Concurrent post")
    admonition = "admonition", N_("Admonition")
    audit_on_leaving = "audit_on_leaving", N_("Audit on leaving")


class ReviewState(Word):
    """Where a file stands."""

    draft = "draft", N_("Draft"), "muted"
    reviewing = "reviewing", N_("Under joint review"), "active"
    concluded = "concluded", N_("Concluded"), "done"
    withdrawn = "withdrawn", N_("Withdrawn"), "muted"


class ReviewFile(Step, Owned, Model):
    """The file of one person, under a number and not a name. It has a result when all who were asked have answered."""

    __tablename__ = "review_file"
    __table_args__ = (Index("ix_review_file_unit_state", "unit_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), default="", info={"label": N_("File number"), "protected": True})
    stage: Mapped[CareerStage] = mapped_column(info={"label": N_("Career stage")})
    post: Mapped[str] = mapped_column(
        String(80), info={"label": N_("Post"), "help": N_("What the post is called, not the person's name.")}
    )
    remarks: Mapped[str] = mapped_column(Text, default="", info={"label": N_("Remarks")})
    state: Mapped[ReviewState] = mapped_column(
        default=ReviewState.draft, info={"label": N_("State"), "protected": True}
    )
    due: Mapped[datetime | None] = mapped_column(info={"label": N_("Answer by"), "protected": True})
    qualified: Mapped[bool | None] = mapped_column(
        info={"label": N_("Passed"), "help": N_("When all have agreed."), "protected": True}
    )
    concluded_at: Mapped[datetime | None] = mapped_column(
        index=True, info={"label": N_("Concluded at"), "protected": True}
    )

    files = hung()

    def __str__(self) -> str:
        return f"{self.code} {self.post}".strip()


class ReviewOpinion(UnitOpinion, Model):
    """What one department says of a file."""

    __tablename__ = "review_opinion"
    __table_args__ = (
        UniqueConstraint("review_file_id", "unit_id", name="uq_review_opinion"),
        Index("ix_review_opinion_unit_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_file_id: Mapped[int] = mapped_column(ForeignKey("review_file.id"), index=True)

    review_file: Mapped[ReviewFile] = relationship(info={"label": N_("Review file")})

    def __str__(self) -> str:
        return f"{self.review_file} · {self.unit}"
