"""Requests of data: sent on a duty that is owed (R5), and held against what is reported already."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import datetime

from sqlalchemy import and_, exists, inspect, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased, joinedload

from models.actor import Actor
from models.assigned import MatterState, MatterTownship
from models.base import N_
from models.door import by_rule
from models.item_words import ItemState
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.rules.assigned import YEARS, concerned, department_of
from models.rules.drafts import open_for_parts
from models.rules.ledger import tell
from models.rules.powers import check_part, check_power, check_reach
from models.workflow import Refused, Step, Transition, Workflow

R = RequestState
ENDINGS = ("总数量", "数量", "总数", "总量", "个数", "数", "量")
"""What labels of the same field end in, or do not."""
LONGEST, SHORTEST = 80, 2
"""Characters that are kept of a label at most, and that must be left of it: of 产量 nothing is taken."""


def label_key(label: str) -> str:
    """A label without what people write differently: width, case, blanks, signs, 的, and the word for «number»."""
    folded = unicodedata.normalize("NFKC", label).casefold()
    key = "".join(char for char in folded if char.isalnum() and char != "的")
    ending = next((end for end in ENDINGS if key.endswith(end) and len(key) - len(end) >= SHORTEST), "")
    return (key.removesuffix(ending) or folded.strip())[:LONGEST]


def owner(request: DataRequest, actor: Actor) -> bool:
    return actor.serves(request.department_id)


def prepare_request(session: Session, request: DataRequest, actor: Actor, now: datetime) -> None:
    """A request is its department's, for a year or a month. Raises `Refused`, naming the field."""
    if inspect(request).transient:
        unit = department_of(session, actor)
        request.department_id, request.region_id = unit.id, unit.region_id or unit.id
    if request.year not in YEARS:
        raise Refused(N_("Write the year with four digits."), field="year")
    if request.month is not None and not 1 <= request.month <= 12:
        raise Refused(N_("Months are numbered from 1 to 12."), field="month")
    request.period = f"{request.year}" if request.month is None else f"{request.year}-{request.month:02d}"
    request.subject_key = label_key(request.subject)


def prepare_field(session: Session, field: DataRequestField, actor: Actor, now: datetime) -> None:
    """A field is asked for once in a request. Raises `Refused`, naming the field."""
    request = open_for_parts(session, DataRequest, field.request_id, R.draft, field="request")
    field.region_id, field.label_key = request.region_id, label_key(field.label)
    field.code = unicodedata.normalize("NFKC", field.code or "").strip()
    same = select(DataRequestField.label).where(
        DataRequestField.request_id == request.id,
        DataRequestField.label_key == field.label_key,
        DataRequestField.id != (field.id or 0),
    )
    if label := session.scalar(same):
        raise Refused(N_("“%(label)s” asks for the same in this request."), field="label", label=label)


def prepare_addressee(session: Session, part: DataRequestTownship, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    part.region_id = open_for_parts(session, DataRequest, part.request_id, R.draft, field="request").region_id


# What is reported already


def compare_request(session: Session, request: DataRequest, actor: Actor, now: datetime) -> None:
    """After a request is saved: see where each of its fields is reported already."""
    compare(session, request)


def compare_field(session: Session, field: DataRequestField, actor: Actor, now: datetime) -> None:
    """After a field is saved."""
    compare(session, field.request)


def forget_field(session: Session, field: DataRequestField, actor: Actor, now: datetime) -> None:
    """Before a field is deleted."""
    open_for_parts(session, DataRequest, field.request_id, R.draft, field="request")
    compare(session, field.request, without=field.id)


def compare(session: Session, request: DataRequest, *, without: int = 0) -> None:
    """Name, for each field, the first request of the county that has brought it in: same subject, same period.

    The department is warned, and may ask again. Two statements, however many fields.
    """
    field, theirs, earlier = DataRequestField, aliased(DataRequestField), aliased(DataRequest)
    alike = or_(theirs.label_key == field.label_key, and_(field.code != "", theirs.code == field.code))
    reported = and_(
        earlier.id == theirs.request_id,
        earlier.id != request.id,
        earlier.state == R.sent,
        earlier.region_id == request.region_id,
        earlier.subject_key == request.subject_key,
        earlier.period == request.period,
    )
    fields = (
        select(field, sql.min(earlier.id))
        .outerjoin(theirs, and_(theirs.region_id == field.region_id, alike))
        .outerjoin(earlier, reported)
        .where(field.request_id == request.id, field.id != without)
        .group_by(field.id)
    )
    with by_rule(session):
        found = session.execute(fields).all()
        for row, held in found:
            row.held_in_id = held
        held_in = Counter(row.held_in_id for row, _ in found if row.held_in_id is not None)
        request.asked, request.repeated = len(found), held_in.total()
        request.places = _places(session, held_in, request.asked)


def _places(session: Session, held_in: Counter[int], asked: int) -> str:
    """One line for each earlier request: what it is called, whose it is, and how many of the fields it has."""
    named = select(DataRequest).where(DataRequest.id.in_(held_in)).options(joinedload(DataRequest.department))
    return "\n".join(
        f"《{earlier.title}》（{earlier.department}，{earlier.period}）{held_in[earlier.id]}/{asked}"
        for earlier in session.scalars(named.order_by(DataRequest.id))
    )


# Sending


def _may_send(request: DataRequest, step: Step) -> None:
    open_for_parts(step.session, DataRequest, request.id, R.draft, field="")
    if not request.asked:
        raise Refused(N_("It asks for no field yet. Add some, then send."), field="fields")
    if not _addressees(request, step):
        raise Refused(N_("No township is named yet. Add them, then send."), field="townships")
    if not _is_owed(request, step):
        raise Refused(
            N_(
                "Townships owe only what stands in the list, or in an assigned matter in force that names both sides. "
                "Cite one of them, then send."
            ),
            field="list_item",
        )


def _addressees(request: DataRequest, step: Step) -> list[int]:
    part = DataRequestTownship
    named = select(part.township_id).where(part.request_id == request.id)
    return list(step.session.scalars(named.order_by(part.id)))


def _is_owed(request: DataRequest, step: Step) -> bool:
    """R5: a published item, or a matter in force in which the department and all the townships have a part."""
    item, matter = request.list_item, request.assigned_matter
    if item is not None and item.state is ItemState.published:
        check_power(step.session, item, request.department)
        check_part(item, request.department)
        check_reach(step.session, item, _addressees(request, step), field="townships")
        return True
    if matter is None or matter.state is not MatterState.in_force:
        return False
    part, theirs = DataRequestTownship, MatterTownship
    has_it = exists().where(theirs.matter_id == matter.id, theirs.township_id == part.township_id)
    others = step.session.scalar(select(sql.count()).select_from(part).where(part.request_id == request.id, ~has_it))
    return not others and request.department_id in concerned(step.session, matter.id)


def _sent(request: DataRequest, step: Step) -> None:
    compare(step.session, request)
    request.sent_at = step.now
    _tell_townships(request, step, N_("%(unit)s asks you to report: %(request)s (%(period)s)."), "sent")


def _withdrawn(request: DataRequest, step: Step) -> None:
    message = N_("%(unit)s has withdrawn a request of data: %(request)s (%(period)s). Do not report it.")
    _tell_townships(request, step, message, "withdrawn")


LAPSED = N_("The matter on which %(request)s (%(period)s) rests has ended. The request is withdrawn: do not report it.")


def _lapsed(request: DataRequest, step: Step) -> None:
    """LX-17: it asks for nothing any more; who sent it hears so, too."""
    for unit_id in (request.department_id, *_addressees(request, step)):
        tell(step.session, unit_id, request, LAPSED, key="lapsed", now=step.now,
             request=str(request), period=request.period)  # fmt: skip


def _annulled(request: DataRequest, step: Step) -> None:
    """LX-17: what was asked irregularly is void for all of them."""
    message = N_("%(request)s (%(period)s) was found to be an irregular assignment and is void. Do not report it.")
    for unit_id in (request.department_id, *_addressees(request, step)):
        tell(step.session, unit_id, request, message, key="annulled", now=step.now,
             request=str(request), period=request.period)  # fmt: skip


def _tell_townships(request: DataRequest, step: Step, message: str, key: str) -> None:
    for unit_id in _addressees(request, step):
        tell(step.session, unit_id, request, message, key=key, now=step.now,
             unit=str(request.department), request=str(request), period=request.period)  # fmt: skip


REQUEST = Workflow(
    DataRequest,
    Transition(
        name="send",
        label=N_("Send"),
        source=frozenset({R.draft}),
        target=R.sent,
        by=owner,
        guard=_may_send,
        effect=_sent,
        tone="active",
        help=N_("Look first at what is already reported elsewhere, and take it from there."),
    ),
    Transition(
        name="withdraw",
        label=N_("Withdraw"),
        source=frozenset({R.sent}),
        target=R.withdrawn,
        by=owner,
        effect=_withdrawn,
        wants_note=True,
        tone="warn",
    ),
    Transition(
        name="lapse",
        label=N_("Its matter has ended"),
        source=frozenset({R.sent}),
        target=R.withdrawn,
        by=None,
        effect=_lapsed,
        tone="warn",
    ),
    Transition(
        name="annul",
        label=N_("Declared void"),
        source=frozenset({R.sent}),
        target=R.withdrawn,
        by=None,
        effect=_annulled,
        tone="danger",
    ),
)
