"""What of accountability lies on a desk: cases to analyse and to conclude, and a unit's own view of an event."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists
from sqlalchemy.orm import aliased

from models.accountability import AccountabilityCase, AccountabilityState, AccountabilityUnit
from models.actor import Actor
from models.base import N_
from models.queries.piles import Pile, pile

S = AccountabilityState


def of_judges(actor: Actor) -> Iterator[Pile]:
    case = AccountabilityCase
    here = case.region_id == actor.region_id
    title = N_("Weigh the shares of an event, and analyse it")
    yield pile(case, title, here & (case.state == S.opened), since=case.opened_at)
    title = N_("Record what is found of an event, and conclude it")
    yield pile(case, title, here & (case.state == S.analysed), case.views_due)


def of_involved(actor: Actor) -> Iterator[Pile]:
    """As long as nothing was said; of units below where one's own has no part in the case."""
    case, part, own = AccountabilityCase, AccountabilityUnit, aliased(AccountabilityUnit)
    has_own = exists().where(own.case_id == case.id, own.unit_id == actor.unit_id).correlate(case)
    theirs = (part.unit_id == actor.unit_id) | part.unit_id.in_(actor.unit_ids) & ~has_own
    silent = exists().where(part.case_id == case.id, theirs, part.viewed_at.is_(None)).correlate(case)
    yield pile(case, N_("State the view of your unit on an event"), (case.state == S.analysed) & silent, case.views_due)
