"""Builders of people of agencies, and of what changes for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from models.agencies import AgencyState, DispatchedAgency
from models.organisation import Duty, Unit, UnitType
from models.personnel import ChangeKind, ChangeReason, ChangeState, PersonnelChange, TransferPlan
from models.roles import RoleName
from models.rules.changes import CHANGE
from models.rules.personnel import prepare_change
from models.rules.staffing import STAFF, prepare_staff
from models.rules.suggestions import SUGGESTION, open_suggestion, prepare_suggestion
from models.staffing import AgencyStaff
from models.suggestions import HeadAdjustmentSuggestion, SuggestionState
from tests.moments import NOW

STAFF_WORKFLOWS: dict[type[Any], Any] = {
    AgencyStaff: STAFF,
    PersonnelChange: CHANGE,
    HeadAdjustmentSuggestion: SUGGESTION,
}
SUGGESTION_PATHS = {
    SuggestionState.opened: "",
    SuggestionState.analysed: "analyse_suggestion",
    SuggestionState.plan_proposed: "analyse_suggestion propose_plan",
    SuggestionState.settled: "analyse_suggestion propose_plan accept_plan",
    SuggestionState.withdrawn: "withdraw_suggestion",
}
CHANGE_PATHS = {
    ChangeState.proposed: "",
    ChangeState.opinion_requested: "ask_township",
    ChangeState.agreed: "ask_township agree_to_change",
    ChangeState.objected: "ask_township object_to_change",
    ChangeState.vetoed: "ask_township veto_change",
    ChangeState.decided: "ask_township agree_to_change decide_change",
    ChangeState.effective: "ask_township agree_to_change decide_change put_into_effect",
    ChangeState.withdrawn: "withdraw_change",
}
SINCE = date(2026, 1, 5)
"""A Monday. Two years end on 5 January 2028."""


ENDS = date(2027, 5, 31)
"""Of a secondment, when a test does not care."""


class MakeStaffing:
    """The part of `Make` that knows people of agencies."""

    def staff(self: Any, agency: DispatchedAgency | None = None, **columns: Any) -> Any:
        """Somebody of a department who serves at an agency, as written while it was laid down. A head before ceases."""
        agency = agency or self.agency(state=AgencyState.in_force)
        if columns.get("is_head"):
            heads = update(AgencyStaff).where(AgencyStaff.agency_id == agency.id, AgencyStaff.is_head)
            self.session.execute(heads.values(is_head=False))
        locked = agency.establishment_locked
        if locked:
            agency.establishment_locked = False
            self.session.commit()
        columns = {"agency_id": agency.id, "dispatched_on": SINCE, "post": "Clerk"} | columns
        row = self.registered(agency.department, **columns)
        if locked:
            agency.establishment_locked = True
            self.session.commit()
        return row

    def registered(self: Any, department: Unit | None = None, **columns: Any) -> Any:
        """Somebody of a department who is not dispatched, unless the columns say so."""
        department = department or self.department()
        columns = {
            "name": self._name("Person"),
            "personnel_unit_id": department.id,
            "establishment_unit_id": department.id,
            "identity_number": "000000199001010011",
            "phone": "13800000000",
        } | columns
        row = AgencyStaff(**columns)
        with self.session.no_autoflush:
            prepare_staff(self.session, row, self.actor(department), NOW)
        return self._add(row)

    def change(
        self: Any,
        staff: AgencyStaff | None = None,
        kind: ChangeKind = ChangeKind.remove,
        *,
        state: ChangeState = ChangeState.proposed,
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        """A change of somebody, proposed as by form and moved to that state; what its kind needs is made."""
        staff = staff or self.staff()
        county, department = self.session.get(Unit, staff.region_id), staff.personnel_unit
        kind = ChangeKind(kind)
        needed: dict[ChangeKind, Any] = {
            ChangeKind.move: lambda: {
                "to_agency_id": self.agency(self.township(county), department=department, state="in_force").id,
                "new_post": "Clerk there",
            },
            ChangeKind.appoint: lambda: {"new_post": "Chief clerk"},
            ChangeKind.second: lambda: {"to_unit_id": self.office(Duty.county_office, county).id, "ends_on": ENDS},
        }
        more = needed[kind]() if kind in needed else {}
        usual = {"reason": ChangeReason.rotation, "explanation": "It is time.", "effective_on": at.date()}
        row = PersonnelChange(staff=staff, staff_id=staff.id, kind=kind, **usual | more | columns)
        actor = self.actor(department)
        with self.session.no_autoflush:
            prepare_change(self.session, row, actor, at)
        self._add(row)
        for name in CHANGE_PATHS[ChangeState(state)].split():
            self.answer_change(row, name, at=at)
        return row

    def answer_change(self: Any, change: PersonnelChange, name: str, by: Any = None, *, at: datetime = NOW) -> None:
        """The move, by whose it is, with what it asks."""
        heads = {"decide_change": change.department, "veto_change": change.township, "record_plan": change.township}
        if by is None and name in heads:
            of_unit = heads[name].unit_type is UnitType.department
            by = self.actor(heads[name], RoleName.department_head if of_unit else RoleName.township_head)
        said = {
            "object_to_change": {"opinion_text": "Needed here."},
            "veto_change": {"opinion_text": "Needed here."},
            "record_plan": {"negotiated_plan": "In spring."},
            "decide_change": {"decision": "So be it."},
        }
        self.press(change, name, by, at=at, note="Not now.", **said.get(name, {}))

    def transfer_plan(self: Any, township: Unit | None = None, planned: int = 1, year: int = NOW.year) -> Any:
        township = township or self.township()
        columns = {"township": township, "year": year, "planned_replenishment": planned}
        return self._add(TransferPlan(region_id=township.region_id, **columns))

    def suggestion(
        self: Any,
        township: Unit | None = None,
        *,
        state: SuggestionState = SuggestionState.opened,
        at: datetime = NOW,
        staff: AgencyStaff | None = None,
    ) -> Any:
        """A township's about the head of an agency that it hosts, moved to that state."""
        seats = (township,) if township else ()
        staff = staff or self.staff(self.agency(*seats, field=self._name("Field"), state="in_force"), is_head=True)
        row = HeadAdjustmentSuggestion(staff=staff, staff_id=staff.id, facts="Nobody was there in May.")
        actor = self.actor(staff.agency.seat)
        with self.session.no_autoflush:
            prepare_suggestion(self.session, row, actor, at)
        self._add(row)
        open_suggestion(self.session, row, actor, at)
        self.session.commit()
        for name in SUGGESTION_PATHS[SuggestionState(state)].split():
            self.press(row, name, at=at, note="Settled.", analysis="It is so.", negotiated_plan="Another post.")
        return row
