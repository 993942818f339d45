"""Builders of appraisals of persons, and of daily assessments of agencies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from models.agencies import AgencyState, DispatchedAgency
from models.appraisals import AppraisalGrade, AppraisalState, AppraisalTotal, StaffAppraisal
from models.daily import DailyAssessment, DailyState
from models.organisation import Unit
from models.rules.appraisals import APPRAISAL, prepare_appraisal, prepare_total
from models.rules.daily import DAILY, prepare_daily, tell_daily
from models.staffing import AgencyStaff
from tests.moments import NOW

APPRAISAL_WORKFLOWS: dict[type[Any], Any] = {AppraisalTotal: APPRAISAL, DailyAssessment: DAILY}
TOTAL_PATHS = {
    AppraisalState.fixed: "",
    AppraisalState.submitted: "submit_appraisals",
    AppraisalState.confirmed: "submit_appraisals confirm_appraisals",
}


class MakeAppraisals:
    """The part of `Make` that knows what people and agencies are worth to townships."""

    def appraisal_total(
        self: Any,
        township: Unit | None = None,
        total: str = "300",
        *,
        year: int = NOW.year,
        state: AppraisalState = AppraisalState.fixed,
        **columns: Any,
    ) -> Any:
        """What a township may distribute; moved on, with whoever has served there graded."""
        township = township or self.township()
        row = AppraisalTotal(
            **{"township_id": township.id, "year": year, "total": Decimal(total), "excellent_quota": 1} | columns
        )
        row.region_id = township.region_id
        with self.session.no_autoflush:
            prepare_total(self.session, row, self.actor(township), NOW)
        self._add(row)
        if state is not AppraisalState.fixed:
            self.appraisal(row)
        for name in TOTAL_PATHS[state].split():
            self.press(row, name, note="Not whole.")
        return row

    def appraisal(
        self: Any, total: AppraisalTotal, staff: AgencyStaff | None = None, *, at: datetime = NOW, **columns: Any
    ) -> Any:
        """Of somebody dispatched, or of one of the township's own who is made for it."""
        usual = {
            "post_function": Decimal(80),
            "satisfaction": Decimal(90),
            "grade": AppraisalGrade.competent,
            "share": Decimal(100),
        }
        if staff is None and "name" not in columns:
            columns |= {"name": self._name("Own"), "post_id": self.post(total.township).id}
        row = StaffAppraisal(total_id=total.id, staff_id=staff.id if staff else None, **usual | columns)
        with self.session.no_autoflush:
            prepare_appraisal(self.session, row, self.actor(total.township), at)
        return self._add(row)

    def daily(
        self: Any,
        agency: DispatchedAgency | None = None,
        township: Unit | None = None,
        *,
        state: DailyState = DailyState.entered,
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        """What a township that the agency serves found of it."""
        agency = agency or self.agency(state=AgencyState.in_force)
        township = township or agency.seat
        row = DailyAssessment(
            agency=agency,
            agency_id=agency.id,
            **{"day": at.date(), "matter": self._name("A round"), "points": Decimal(2)} | columns,
        )
        with self.session.no_autoflush:
            prepare_daily(self.session, row, self.actor(township), at)
        self._add(row)
        tell_daily(self.session, row, self.actor(township), at)
        self.session.commit()
        if state is DailyState.answered:
            self.press(row, "answer_as_department", self.actor(agency.department), answer="We have talked.")
        return row

    def hang_on_daily(self: Any, daily: DailyAssessment) -> None:
        """Evidence, sent by who entered it."""
        daily.file = self.file(daily.township)
        self.session.commit()
