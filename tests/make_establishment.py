"""Builders of posts: what units have, what the bank moves, and which organs take them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from models.establishment import (
    BankEntryKind,
    InternalOrgan,
    InternalOrgPlan,
    OrganKind,
    OrgPlanState,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.funding import PostGrades, ReturnedIncome, ReturnRatio, SpendingHead, TownshipFunding
from models.organisation import Duty, Unit
from models.rules.establishment import BANK_ENTRY, follow_entry, prepare_entry, prepare_quota
from models.rules.internal_organs import ORG_PLAN
from tests.moments import NOW

ESTABLISHMENT_WORKFLOWS: dict[type[Any], Any] = {StaffingBankEntry: BANK_ENTRY, InternalOrgPlan: ORG_PLAN}
PLAN_PATHS = {
    OrgPlanState.draft: "",
    OrgPlanState.proposed: "propose",
    OrgPlanState.approved: "propose approve",
}
TERM = date(2027, 11, 30)


class MakeEstablishment:
    """The part of `Make` that knows posts."""

    def editor(self: Any, unit: Unit) -> Any:
        """The editorial office of a unit's county."""
        return self.actor(self.office(Duty.editorial_office, self.session.get(Unit, unit.region_id)))

    def quota(self: Any, unit: Unit, approved: int, kind: QuotaKind = QuotaKind.public_institution) -> Any:
        """So many posts, as the editorial office enters them."""
        quota = StaffingQuota(unit_id=unit.id, kind=kind, approved=approved)
        with self.session.no_autoflush:
            prepare_quota(self.session, quota, self.editor(unit), NOW)
        return self._add(quota)

    def entry(self: Any, unit: Unit, count: int, *, at: datetime = NOW, **columns: Any) -> Any:
        """A movement, as the editorial office books it: an allocation, if nothing else is said."""
        columns = {"kind": BankEntryKind.allocation, "quota": QuotaKind.public_institution} | columns
        entry = StaffingBankEntry(unit_id=unit.id, count=count, document=self._name("Doc."), **columns)
        by = self.editor(unit)
        with self.session.no_autoflush:
            prepare_entry(self.session, entry, by, at)
        self.session.add(entry)
        self.session.flush()
        follow_entry(self.session, entry, by, at)
        self.session.commit()
        return entry

    def paid_in(self: Any, count: int, county: Unit | None = None) -> Any:
        """A department has given up so many posts."""
        department = self.department(county)
        self.quota(department, count)
        return self.entry(department, count, kind=BankEntryKind.deposit)

    def lent(self: Any, unit: Unit, count: int, until_on: date = TERM, **columns: Any) -> Any:
        return self.entry(unit, count, quota=QuotaKind.turnover, until_on=until_on, **columns)

    def org_plan(
        self: Any, township: Unit | None = None, *, state: OrgPlanState = OrgPlanState.draft, posts: int = 3
    ) -> Any:
        """A plan of one office with so many posts, for which there is a quota, moved to that state."""
        township = township or self.township()
        plan = self._add(InternalOrgPlan(region_id=township.region_id, unit=township, title=self._name("Plan")))
        self.organ(plan, posts)
        for name in PLAN_PATHS[state].split():
            self.press(plan, name, **({"document": "Doc."} if name == "approve" else {}))
        return plan

    def organ(self: Any, plan: InternalOrgPlan, posts: int = 3, kind: OrganKind = OrganKind.office) -> Any:
        columns = {"name": self._name("Organ"), "kind": kind, "posts": posts}
        return self._add(InternalOrgan(region_id=plan.region_id, plan=plan, **columns))

    def means(self: Any, township: Unit) -> None:
        """Two rows of each register of what the township lives on."""
        of_town = {"region_id": township.region_id, "unit": township}
        for number in range(2):
            day = date(2024 + number, 1, 1)
            self._add(
                TownshipFunding(year=day.year, head=SpendingHead.health, planned=30, paid=10, **of_town),
                ReturnRatio(income=ReturnedIncome.land, percent=40, from_on=day, **of_town),
                PostGrades(senior=1, middle=2, junior=3, upper=50, from_on=day, **of_town),
            )
