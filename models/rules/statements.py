"""How responsibility statements are registered, and cleared or kept (LX-14, LX-16)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.policies import PolicyDocument
from models.roles import RoleName
from models.rules.assigned import YEARS
from models.rules.calendar import prepare_county_row
from models.rules.deadlines import SHANGHAI
from models.rules.drafts import open_for_parts
from models.rules.ledger import tell
from models.rules.policies import HIGHER, orders
from models.statements import ResponsibilityStatement, StatementState, StatementTownship
from models.workflow import Ask, Refused, Step, Transition, Workflow

S = StatementState


def editorial_office(row: ResponsibilityStatement, actor: Actor) -> bool:
    return RoleName.editorial_officer in actor.roles and actor.region_id == row.region_id


def prepare_statement(session: Session, statement: ResponsibilityStatement, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    prepare_county_row(session, statement, actor, now)
    if statement.year not in YEARS:
        raise Refused(N_("Write the year with four digits."), field="year")


def prepare_signatory(session: Session, part: StatementTownship, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    statement = open_for_parts(session, ResponsibilityStatement, part.statement_id, S.registered, field="statement")
    part.region_id = statement.region_id


def _higher(statement: ResponsibilityStatement, actor: Actor) -> ColumnElement[bool]:
    return PolicyDocument.level.in_(HIGHER)


def _may_keep(statement: ResponsibilityStatement, step: Step) -> None:
    """LX-16: only where the centre or the province asks for it."""
    if not orders(step.answers["basis_id"], step.now.astimezone(SHANGHAI).date()):
        raise Refused(
            N_("A statement is kept on a central or provincial document in force, on no other. Else clear it."),
            field="basis_id",
        )


def _kept(statement: ResponsibilityStatement, step: Step) -> None:
    statement.basis = step.answers["basis_id"]


def _cleared(statement: ResponsibilityStatement, step: Step) -> None:
    _clear(statement, step, step.answers["reason"])


def _annulled(statement: ResponsibilityStatement, step: Step) -> None:
    """LX-17: the finding on the report is the reason."""
    _clear(statement, step, step.answers["finding"])


def _clear(statement: ResponsibilityStatement, step: Step, reason: str) -> None:
    statement.reason, statement.cleared_at = reason, step.now
    signed = select(StatementTownship.township_id).where(StatementTownship.statement_id == statement.id)
    message = N_("A responsibility statement was cleared and binds nobody any more: %(statement)s.")
    for unit_id in (statement.department_id, *step.session.scalars(signed.order_by(StatementTownship.id))):
        tell(step.session, unit_id, statement, message, key="cleared", now=step.now,
             statement=str(statement))  # fmt: skip


STATEMENT = Workflow(
    ResponsibilityStatement,
    Transition(
        name="keep",
        label=N_("Keep"),
        source=frozenset({S.registered}),
        target=S.kept,
        by=editorial_office,
        asks=(Ask(name="basis_id", label=N_("Basis"), kind="row", model=PolicyDocument, among=_higher),),
        suggest=lambda statement: {"basis_id": statement.basis},
        guard=_may_keep,
        effect=_kept,
        tone="active",
    ),
    Transition(
        name="clear",
        label=N_("Clear"),
        source=frozenset({S.registered, S.kept}),
        target=S.cleared,
        by=editorial_office,
        asks=(Ask(name="reason", label=N_("Reason"), kind="long_text"),),
        effect=_cleared,
        tone="done",
    ),
    Transition(
        name="annul",
        label=N_("Declared void"),
        source=frozenset({S.registered, S.kept}),
        target=S.cleared,
        by=None,
        effect=_annulled,
        tone="danger",
    ),
)
