"""What a row of an office's list leaves unsaid: which draft it belongs to, and by which code it is called there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.item_words import ListState
from models.lists import DutyList, ListItem, ListType
from models.roles import RoleName
from models.rules.editions import OPEN, next_edition
from models.workflow import Refused

CODE = 40
"""The longest code."""

UNLISTED = N_(
    "Nothing says which list the row belongs to."
    " Choose it when you send the file, or call the sheet by the kind of list."
)

WAITING = N_("“%(title)s” is out for comment or under review. Take it back to a draft, then import.")

Memo = dict[Any, Any]


def complete_item(session: Session, sent: dict[str, Any], actor: Actor, now: datetime, memo: Memo) -> None:
    """The draft of the row's kind of list, and a code of its own in it. Raises `Refused`, naming the field."""
    list_type = sent.pop("list_type", None)
    if "duty_list" not in sent and list_type is not None:
        if list_type not in memo:
            memo[list_type] = _draft(session, list_type, actor)
        sent["duty_list"] = memo[list_type]
    duty_list, lead = sent.get("duty_list"), sent.get("lead_department")
    if duty_list is None:
        raise Refused(UNLISTED, field="duty_list")
    if duty_list not in memo:
        memo[duty_list] = _Codes(session, duty_list)
    codes = memo[duty_list]
    sent["code"] = codes.of(str(sent.get("code") or ""), str(sent.get("title") or "").strip())
    leads = lead.id if lead is not None else codes.leads.get(sent["code"])
    if "cooperating_departments" in sent:  # under an old name, the lead may be among them
        sent["cooperating_departments"] = [unit for unit in sent["cooperating_departments"] if unit.id != leads]


def _draft(session: Session, list_type: ListType, actor: Actor) -> DutyList:
    """The county's draft of such a list: the one there is, the next edition of the one in force, or a new one."""
    if RoleName.list_manager not in actor.roles:
        raise Refused(N_("Only the list manager drafts lists. Choose a draft that there is."), field="list_type")
    of_type = (DutyList.list_type_id == list_type.id) & (DutyList.region_id == actor.region_id)
    with by_rule(session):
        drafts = select(DutyList).where(of_type, DutyList.state == ListState.draft).order_by(DutyList.id.desc())
        if (draft := session.scalar(drafts.limit(1))) is not None:
            return draft
        waiting = select(DutyList.title).where(of_type, DutyList.state.in_(OPEN))
        if (title := session.scalar(waiting.limit(1))) is not None:
            raise Refused(WAITING, field="list_type", title=title)
        in_force = session.scalar(select(DutyList).where(of_type, DutyList.state == ListState.published))
        if in_force is not None:
            return next_edition(session, in_force)
        made = DutyList(
            region_id=actor.region_id, list_type=list_type, title=list_type.name, owner_unit_id=actor.unit_id
        )
        session.add(made)
        session.flush()
        return made


class _Codes:
    """The codes of one draft. In an office's file a number comes again in each part; here it names one item."""

    def __init__(self, session: Session, duty_list: DutyList) -> None:
        items = select(ListItem.code, ListItem.title, ListItem.lead_department_id)
        found = session.execute(items.where(ListItem.duty_list_id == duty_list.id)).all()
        self.there = {code: title for code, title, _ in found}
        self.leads = {code: lead for code, _, lead in found}
        self.by_title = {title: code for code, title in self.there.items()}
        self.given: set[str] = set()
        """What rows of this file are called by."""

    def of(self, said: str, title: str) -> str:
        """The code that was said, or that an item of this title has, or the next number. For another item: 3-2."""
        wanted = said or self.by_title.get(title, "")
        found = next(code for code in self._candidates(wanted) if self._is_free(code, wanted, title))
        self.given.add(found)
        return found

    @staticmethod
    def _candidates(wanted: str) -> Iterator[str]:
        if not wanted:
            yield from map(str, count(1))
        yield wanted
        yield from (f"{wanted[: CODE - 5]}-{n}" for n in count(2))

    def _is_free(self, code: str, wanted: str, title: str) -> bool:
        return code not in self.given and (code == wanted or self.there.get(code, title) == title)
