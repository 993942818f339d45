"""Rights follow the posting: where a personnel change leads, the person's account serves from that day on (TS-21)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.base import Role
from models.door import by_rule
from models.organisation import Posting, PostingKind
from models.roles import RoleName
from models.staffing import AgencyStaff, StaffState

OF_AGENCIES = (RoleName.agency_head, RoleName.agency_staff)


def follow_person(session: Session, staff: AgencyStaff, day: date) -> None:
    """The account of somebody in place serves at the agency, as its head or as one of its staff; else at none."""
    if staff.user_id is None:
        return
    with by_rule(session):
        due = _due(staff)
        for posting in _at_agencies(session, staff.user_id, day):
            if (posting.unit_id, posting.role.name) == due:
                due = None
            elif posting.from_on >= day:
                session.delete(posting)
            else:
                posting.to_on = day - timedelta(days=1)
        if due is not None:
            unit_id, name = due
            role = session.scalars(select(Role).where(Role.name == name)).one()
            session.add(
                Posting(user_id=staff.user_id, unit_id=unit_id, role=role, kind=PostingKind.posted, from_on=day)
            )


def _due(staff: AgencyStaff) -> tuple[int, str] | None:
    if staff.state is not StaffState.in_place or staff.agency is None:
        return None
    return staff.agency.unit_id, RoleName.agency_head if staff.is_head else RoleName.agency_staff


def _at_agencies(session: Session, user_id: int, day: date) -> list[Posting]:
    """The account's postings at agencies that give a right on that day, or after it."""
    lasting = or_(Posting.to_on.is_(None), Posting.to_on >= day)
    of_user = select(Posting).join(Posting.role).where(Posting.user_id == user_id, Role.name.in_(OF_AGENCIES), lasting)
    return list(session.scalars(of_user.options(joinedload(Posting.role)).order_by(Posting.id)))
