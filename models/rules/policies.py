"""The register of policy documents, and what weight a document has as a basis (TA-03, LX-16)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.policies import PolicyDocument, PolicyLevel
from models.rules.calendar import prepare_county_row
from models.workflow import Refused

HIGHER = (PolicyLevel.central, PolicyLevel.provincial)
"""Who alone may order what is otherwise forbidden."""


def prepare_policy(session: Session, policy: PolicyDocument, actor: Actor, now: datetime) -> None:
    """A document of the keeper's county. Raises `Refused`, naming the field."""
    prepare_county_row(session, policy, actor, now)
    if policy.effective_to is not None and policy.effective_to < policy.effective_from:
        raise Refused(N_("The end must come after the beginning."), field="effective_to")


def orders(policy: PolicyDocument | None, day: date) -> bool:
    """LX-16: whether the centre or the province asks for it, by a document in force on that day."""
    return (
        policy is not None
        and policy.level in HIGHER
        and policy.effective_from <= day
        and (policy.effective_to is None or day <= policy.effective_to)
    )
