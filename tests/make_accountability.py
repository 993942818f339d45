"""Builders of cases of accountability: opened by a judge, moved by their rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.accountability import (
    AccountabilityCase,
    AccountabilityState,
    AccountabilityUnit,
    Finding,
)
from models.calls import CallState
from models.item_words import ListState
from models.lists import DutyList, ListItem
from models.organisation import Duty, Unit
from models.rules.accountability import ACCOUNTABILITY, PART, open_accountability, prepare_accountability
from models.rules.deeds import parts_of
from tests.moments import NOW

ACCOUNTABILITY_WORKFLOWS: dict[type[Any], Any] = {AccountabilityCase: ACCOUNTABILITY, AccountabilityUnit: PART}


class MakeAccountability:
    """The part of `Make` that knows who is held to account."""

    def bound(self: Any, lead: Unit | None = None, *helpers: Unit, on: date | None = None, **columns: Any) -> ListItem:
        """An item of an edition that counts as in force since that day, and still does."""
        lead = lead or self.department()
        kind = self.list_type(columns.pop("list_type", "territorial"))
        county = self.session.get(Unit, lead.region_id)
        of_county = select(DutyList).where(DutyList.region_id == county.id, DutyList.list_type_id == kind.id)
        in_force = self.session.scalar(of_county.where(DutyList.state == ListState.published))
        in_force = in_force or self.duty_list(
            county, state=ListState.published, edition=1, published_at=NOW, list_type=kind
        )
        in_force.effective_from = in_force.effective_from or on or date(2026, 1, 1)
        return self.item(lead, cooperating=helpers, duty_list=in_force, **columns)

    def judge(self: Any, county: Unit | None = None) -> Any:
        return self.actor(self.office(Duty.assessment_office, county))

    def accountability(
        self: Any,
        caller: Unit | None = None,
        *helpers: Unit,
        state: AccountabilityState = AccountabilityState.opened,
        at: datetime = NOW,
        item: ListItem | None = None,
        call: Any = None,
        **columns: Any,
    ) -> Any:
        """Of a call that went to the item's lead, unless the columns name another origin; moved to that state."""
        item = item or self.bound(None, *helpers)
        if not columns.keys() & {"list_item", "coordination_case"}:
            columns["call"] = call or self.call(caller, item=item, state=CallState.in_progress, at=at)
        said = {"title": self._name("An event"), "facts": "The wall fell."} | columns
        row = AccountabilityCase(**said)
        judge = self.judge(self.session.get(Unit, item.region_id))
        with self.session.no_autoflush:
            prepare_accountability(self.session, row, judge, at)
        self._add(row)
        open_accountability(self.session, row, judge, at)
        self.session.commit()
        if state is not AccountabilityState.opened:
            self.weigh(row, at=at)
            self.press(row, "analyse", judge, at=at, analysis="The lead came late.")
        if state is AccountabilityState.concluded:
            for part in self.involved(row):
                self.find(part)
            self.press(row, "conclude", judge, at=row.views_due.replace(year=row.views_due.year + 1))
        return row

    def involved(self: Any, case: AccountabilityCase) -> list[AccountabilityUnit]:
        return parts_of(self.session, case)

    def weigh(self: Any, case: AccountabilityCase, *shares: int, at: datetime = NOW) -> None:
        """Each part's share, the primary first; if none is said, all is the primary's."""
        parts = self.involved(case)
        for part, share in zip(parts, shares or (100, *[0] * (len(parts) - 1)), strict=True):
            judge = self.judge(self.session.get(Unit, case.region_id))
            self.press(part, "weigh", judge, at=at, share=share, weighing="It leads.")

    def find(
        self: Any,
        part: AccountabilityUnit,
        finding: Finding = Finding.exempted,
        *,
        at: datetime | None = None,
        **more: Any,
    ) -> None:
        """When the unit is heard, or the time for that is over."""
        at = at or (NOW if part.viewed_at else part.case.views_due + timedelta(minutes=1))
        said = {"duty_cited": part.demanded, "what_was_done": "It came.", "against_record": "The road was cut."} | more
        judge = self.judge(self.session.get(Unit, part.region_id))
        self.press(part, "find", judge, at=at, finding=finding, **said)
