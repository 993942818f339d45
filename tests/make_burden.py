"""Builders of what is asked of townships. States are reached by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from models.assigned import AssignedMatter, AssignedMatterCap, MatterDepartment, MatterState, MatterTownship
from models.irregular import Disguise, IrregularAssignmentReport, ReportState
from models.lists import ListItem
from models.organisation import Unit
from models.policies import PolicyDocument, PolicyLevel
from models.requests import DataRequest, DataRequestField, DataRequestTownship, RequestState
from models.rules.assigned import prepare_matter
from models.rules.irregular import follow_report, prepare_report
from models.rules.requests import compare_request, prepare_field, prepare_request
from models.statements import ResponsibilityStatement, StatementState, StatementTownship
from tests.moments import NOW

MATTER_PATHS = {
    MatterState.draft: "",
    MatterState.submitted: "submit",
    MatterState.in_force: "submit approve_by_committee approve_by_government",
    MatterState.ended: "submit approve_by_committee approve_by_government end",
    MatterState.refused: "submit refuse",
    MatterState.cancelled: "submit approve_by_committee approve_by_government cancel",
}
STATEMENT_PATHS = {StatementState.registered: "", StatementState.kept: "keep", StatementState.cleared: "clear"}
REPORT_PATHS = {
    ReportState.reported: "",
    ReportState.accepted: "accept",
    ReportState.upheld: "accept find_irregular",
    ReportState.dismissed: "accept dismiss",
    ReportState.withdrawn: "withdraw",
}
REQUEST_PATHS = {RequestState.draft: "", RequestState.sent: "send", RequestState.withdrawn: "send withdraw"}


class MakeBurden:
    """The part of `Make` that knows what departments ask of townships."""

    def policy(self: Any, level: PolicyLevel = PolicyLevel.county, county: Unit | None = None, **columns: Any) -> Any:
        columns = {
            "title": self._name("Policy"),
            "issuer": "The office",
            "document_number": self._name("No."),
            "issued_on": date(2026, 1, 5),
            "effective_from": date(2026, 1, 5),
        } | columns
        return self._add(PolicyDocument(region_id=(county or self.home).id, level=level, **columns))

    def cap(
        self: Any, most: int, year: int = NOW.year, county: Unit | None = None, township: Unit | None = None
    ) -> Any:
        region_id = (county or self.home).id
        return self._add(AssignedMatterCap(region_id=region_id, year=year, most=most, township=township))

    def matter(
        self: Any,
        lead: Unit | None = None,
        *townships: Unit,
        state: MatterState = MatterState.draft,
        helpers: Sequence[Unit] = (),
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        """A matter of a month, for a township of the lead's county if none is named."""
        lead = lead or self.department()
        columns = {
            "title": self._name("Flood season"),
            "content": "Patrol the dikes.",
            "starts_on": date(2026, 11, 23),
            "ends_on": date(2026, 12, 22),
        } | columns
        matter = AssignedMatter(**columns)
        prepare_matter(self.session, matter, self.actor(lead), at)
        self._add(matter)
        of_matter = {"region_id": matter.region_id, "matter_id": matter.id}
        named = townships or (self.township(self.session.get(Unit, matter.region_id)),)
        self._add(
            *(MatterTownship(township_id=unit.id, **of_matter) for unit in named),
            *(MatterDepartment(unit_id=unit.id, **of_matter) for unit in helpers),
        )
        return self._along(matter, MATTER_PATHS[state], at, document_number="2026-8")

    def statement(
        self: Any,
        department: Unit | None = None,
        *townships: Unit,
        state: StatementState = StatementState.registered,
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        department = department or self.department()
        columns = {"title": self._name("Statement"), "year": at.year, "signed_on": date(2026, 3, 2)} | columns
        region_id = department.region_id
        statement = self._add(ResponsibilityStatement(region_id=region_id, department_id=department.id, **columns))
        county = self.session.get(Unit, region_id)
        named = townships or (self.township(county),)
        self._add(
            *(StatementTownship(region_id=region_id, statement_id=statement.id, township_id=unit.id) for unit in named)
        )
        basis = self.policy(PolicyLevel.central, county) if state is StatementState.kept else None
        answers = {"basis_id": basis} if basis else {"reason": "It has no basis."}
        return self._along(statement, STATEMENT_PATHS[state], at, **answers)

    def report(
        self: Any,
        reporter: Unit | None = None,
        department: Unit | None = None,
        *,
        state: ReportState = ReportState.reported,
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        reporter = reporter or self.township()
        department = department or self.department(self.session.get(Unit, reporter.region_id))
        columns = {
            "title": self._name("They want a statement"),
            "disguise": Disguise.responsibility_statement,
            "evidence": "A letter of 3 March.",
            "department_id": department.id,
        } | columns
        report = IrregularAssignmentReport(**columns)
        prepare_report(self.session, report, self.actor(reporter), at)
        self._add(report)
        follow_report(self.session, report, self.actor(reporter), at)
        self.session.commit()
        return self._along(report, REPORT_PATHS[state], at, finding="It has no basis.")

    def request(
        self: Any,
        department: Unit | None = None,
        *townships: Unit,
        fields: Sequence[str] = ("产值",),
        state: RequestState = RequestState.draft,
        item: ListItem | None = None,
        at: datetime = NOW,
        **columns: Any,
    ) -> Any:
        """A request of fields, each `label` or `label:code`, on an item in force if no matter is named."""
        department = department or self.department()
        if "assigned_matter_id" not in columns:
            columns["list_item_id"] = (item or self.item(department)).id
        request = DataRequest(**{"title": self._name("Table"), "subject": "企业", "year": at.year} | columns)
        prepare_request(self.session, request, self.actor(department), at)
        self._add(request)
        named = townships or (self.township(self.session.get(Unit, request.region_id)),)
        of_request = {"region_id": request.region_id, "request_id": request.id}
        self._add(*(DataRequestTownship(township_id=unit.id, **of_request) for unit in named))
        for field in fields:
            label, _, code = field.partition(":")
            row = DataRequestField(label=label, code=code, request_id=request.id)
            with self.session.no_autoflush:
                prepare_field(self.session, row, self.actor(department), at)
            self._add(row)
        compare_request(self.session, request, self.actor(department), at)
        self.session.commit()
        return self._along(request, REQUEST_PATHS[state], at)

    def _along(self: Any, subject: Any, path: str, at: datetime, **answers: Any) -> Any:
        for name in path.split():
            self.press(subject, name, at=at, **answers)
        return subject
