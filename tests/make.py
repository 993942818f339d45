"""Builders: each takes what the test is about, and invents the rest. States are reached by the rules, at moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import SYSTEM_ACTOR, Actor
from models.adjustments import AdjustmentKind, AdjustmentOpinion, AdjustmentReason, AdjustmentState, ListAdjustment
from models.assigned import AssignedMatter
from models.base import Role, User
from models.calendar import Clock, LimitState, LimitUnit, TimeLimit, WorkingWindow
from models.calls import AssignmentState, Call, CallAssignment, CallState
from models.case_papers import CaseDocument, OfflineKind, OfflineStep, OfflineStepUnit
from models.coordination import CaseState, CoordinationCase
from models.files import Attachment
from models.governance import GovernanceModule, ModuleContact
from models.imports import ImportRow, ImportRun, RowAction
from models.irregular import IrregularAssignmentReport
from models.item_words import FieldKind, ItemColumn, ItemState, ListState
from models.items import AttachmentKind, ItemAttachment, ItemCheckpoint, ItemIndicator
from models.limits import DueRevision
from models.lists import DutyList, ItemCooperation, ListField, ListItem, ListType
from models.opinions import ListOpinion
from models.organisation import LOCAL, Duty, Posting, Unit, UnitType
from models.queries.calendar import DEFAULT_WINDOWS
from models.ratings import MutualRating, RatingLevel
from models.requests import DataRequest
from models.roles import RoleName, observes
from models.rules.adjustments import ADJUSTMENT, prepare_adjustment
from models.rules.adjustments import OPINION as ADJUSTMENT_OPINION
from models.rules.assigned import MATTER
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.clues import prepare_call
from models.rules.comments import OPINION
from models.rules.coordination import COORDINATION
from models.rules.irregular import REPORT
from models.rules.lists import LIST
from models.rules.opening import prepare_case, tell_of_case
from models.rules.organisation import place_units
from models.rules.ratings import RATING
from models.rules.requests import REQUEST
from models.rules.rounds import current, latest_case
from models.rules.segments import EXTENSION, ask_for_it, prepare_extension
from models.rules.statements import STATEMENT
from models.rules.step_files import keep_region
from models.segments import Extension
from models.situations import CallSituation
from models.statements import ResponsibilityStatement
from models.step_files import StepFile
from models.steps import ItemStep, Side
from models.three_fixed import ThreeFixedDocument
from models.webhooks import Webhook
from models.words import CallScope
from tests.make_accountability import ACCOUNTABILITY_WORKFLOWS, MakeAccountability
from tests.make_admissions import ADMISSION_WORKFLOWS, MakeAdmissions
from tests.make_agencies import AGENCY_WORKFLOWS, MakeAgencies
from tests.make_appraisals import APPRAISAL_WORKFLOWS, MakeAppraisals
from tests.make_burden import MakeBurden
from tests.make_establishment import ESTABLISHMENT_WORKFLOWS, MakeEstablishment
from tests.make_evaluation import EVALUATION_WORKFLOWS, MakeEvaluation
from tests.make_local import LOCAL_WORKFLOWS, MakeLocal
from tests.make_platforms import PLATFORM_WORKFLOWS, MakePlatforms
from tests.make_posts import MakePosts
from tests.make_staffing import STAFF_WORKFLOWS, MakeStaffing
from tests.make_supervision import SUPERVISION_WORKFLOWS, MakeSupervision
from tests.make_taskforces import TASK_FORCE_WORKFLOWS, MakeTaskForces
from tests.moments import NOW, SOON

WORKFLOWS = {
    Call: CALL,
    CallAssignment: ASSIGNMENT,
    MutualRating: RATING,
    CoordinationCase: COORDINATION,
    DutyList: LIST,
    ListOpinion: OPINION,
    ListAdjustment: ADJUSTMENT,
    AdjustmentOpinion: ADJUSTMENT_OPINION,
    Extension: EXTENSION,
    AssignedMatter: MATTER,
    ResponsibilityStatement: STATEMENT,
    IrregularAssignmentReport: REPORT,
    DataRequest: REQUEST,
    **ACCOUNTABILITY_WORKFLOWS,
    **APPRAISAL_WORKFLOWS,
    **ADMISSION_WORKFLOWS,
    **AGENCY_WORKFLOWS,
    **TASK_FORCE_WORKFLOWS,
    **STAFF_WORKFLOWS,
    **ESTABLISHMENT_WORKFLOWS,
    **EVALUATION_WORKFLOWS,
    **PLATFORM_WORKFLOWS,
    **LOCAL_WORKFLOWS,
    **SUPERVISION_WORKFLOWS,
}
SIDES = (
    "rater_unit",
    "unit",
    "department",
    "caller_unit",
    "lead_department",
    "reporter",
    "opened_by",
    "personnel_unit",
    "township",
    "seat",
)
"""By which of its relations a subject names the units that it lies between."""

OFFICES = {
    Duty.county_office: ("县委县政府办公室", RoleName.county_dispatcher),
    Duty.editorial_office: ("县委编办", RoleName.editorial_officer),
    Duty.supervision_office: ("县政府督查室", RoleName.supervisor),
    Duty.assessment_office: ("考核办", RoleName.assessor),
    Duty.leadership: ("县领导", RoleName.leader),
}
USUAL_ROLES = {
    UnitType.department: RoleName.department_staff,
    UnitType.agency: RoleName.agency_staff,
    UnitType.mass_organisation: RoleName.department_staff,
    UnitType.township: RoleName.township_operator,
    UnitType.street: RoleName.township_operator,
    UnitType.village: RoleName.grid_worker,
    UnitType.grid: RoleName.grid_worker,
    UnitType.congress: RoleName.congress_observer,
}
E, K, C = CallScope.emergency, CallScope.key, CallScope.complex
LIMITS = {
    (Clock.accept, E): (30, LimitUnit.minute),
    (Clock.accept, K): (1, LimitUnit.working_hour),
    (Clock.accept, C): (1, LimitUnit.working_day),
    (Clock.respond, E): (1, LimitUnit.hour),
    (Clock.respond, K): (1, LimitUnit.working_day),
    (Clock.respond, C): (2, LimitUnit.working_day),
    (Clock.resolve, E): (24, LimitUnit.hour),
    (Clock.resolve, K): (5, LimitUnit.working_day),
    (Clock.resolve, C): (10, LimitUnit.working_day),
    (Clock.accept, None): (1, LimitUnit.working_day),
    (Clock.respond, None): (2, LimitUnit.working_day),
    (Clock.resolve, None): (10, LimitUnit.working_day),
    (Clock.negotiate, None): (10, LimitUnit.working_day),
    (Clock.file, None): (5, LimitUnit.working_day),
    (Clock.coordinate, None): (15, LimitUnit.working_day),
    (Clock.execute, None): (10, LimitUnit.working_day),
    (Clock.consult, None): (10, LimitUnit.working_day),
    (Clock.rate, None): (5, LimitUnit.working_day),
}
ORDER = {E: 10, K: 20, C: 30, None: 90}
"""Those of the reference data."""

MANDATORY = (
    ItemColumn.lead_department,
    ItemColumn.department_duties,
    ItemColumn.township_duties,
    ItemColumn.legal_basis,
)

# The moves that lead from a draft to each state. `respond` and the like stand for every part that is asked.
CALL_PATHS = {
    CallState.draft: "",
    CallState.submitted: "send",
    CallState.returned: "send return_for_correction",
    CallState.accepted: "send accept",
    CallState.dispatched: "send accept dispatch",
    CallState.in_progress: "send accept dispatch respond",
    CallState.awaiting_confirmation: "send accept dispatch respond resolve",
    CallState.resolved: "send accept dispatch respond resolve confirm",
    CallState.closed: "send accept dispatch respond resolve confirm rate",
    CallState.rejected: "send accept dispatch reject",
    CallState.withdrawn: "send withdraw",
    CallState.forwarded: "send accept dispatch reject forward",
    CallState.settled_here: "settle_here",
}
ADJUSTMENT_PATHS = {
    AdjustmentState.draft: "",
    AdjustmentState.submitted: "submit",
    AdjustmentState.consulting: "submit ask_opinions",
    AdjustmentState.reviewing: "submit ask_opinions give",
    AdjustmentState.applied: "submit ask_opinions give approve",
    AdjustmentState.refused: "submit refuse",
    AdjustmentState.withdrawn: "submit withdraw",
}
LIST_PATHS = {
    ListState.draft: "",
    ListState.consulting: "ask_opinions",
    ListState.reviewing: "submit",
    ListState.published: "submit publish",
    ListState.superseded: "submit publish revise",
}
ASSIGNMENT_PATHS = {
    AssignmentState.pending: "",
    AssignmentState.responded: "respond",
    AssignmentState.working: "respond start",
    AssignmentState.paused: "respond pause",
    AssignmentState.resolved: "respond resolve",
    AssignmentState.rejected: "reject",
    AssignmentState.upheld: "reject uphold",
    AssignmentState.reassigned: "reject reassign",
}
CASE_PATHS = {
    CaseState.opened: "",
    CaseState.negotiating: "notify_parties",
    CaseState.filing_review: "notify_parties agree",
    CaseState.coordinating: "notify_parties disagree",
    CaseState.filed: "notify_parties agree file",
    CaseState.decided: "notify_parties disagree issue_opinion",
    CaseState.supervising: "notify_parties agree file order_execution",
    CaseState.closed: "notify_parties agree file order_execution executed",
    CaseState.withdrawn: "withdraw",
}


class Make(
    MakeAccountability,
    MakeAppraisals,
    MakeBurden,
    MakeAdmissions,
    MakeLocal,
    MakeSupervision,
    MakeAgencies,
    MakeTaskForces,
    MakeEstablishment,
    MakePlatforms,
    MakePosts,
    MakeStaffing,
    MakeEvaluation,
):
    """Plain builders. A unit that is not named belongs to the first county that was made."""

    def __init__(self, session: Session) -> None:
        self.session, self.n = session, 0
        self._home: Unit | None = None
        self._actors: dict[tuple[int, tuple[str, ...]], Actor] = {}

    # Units and people

    @property
    def home(self) -> Unit:
        """The county of everything whose county a test does not name."""
        return self._home or self.county()

    def county(self, name: str = "", *, offices: bool = True, limits: bool = True) -> Unit:
        """A county with its offices, working hours and limits."""
        county = self._units(Unit(name=name or self._name("County"), unit_type=UnitType.county))[0]
        self._home = self._home or county
        if offices:
            self._units(*(self._office(duty, county) for duty in OFFICES))
        self.windows(county)
        if limits:
            self.limits(county)
        return county

    def windows(self, county: Unit) -> None:
        """The usual ones: in the morning and in the afternoon, Monday to Friday."""
        self._add(
            *(
                WorkingWindow(region_id=county.id, weekday=weekday, starts=starts, ends=ends)
                for weekday, windows in DEFAULT_WINDOWS.items()
                for starts, ends in windows
            )
        )

    def limits(self, county: Unit) -> None:
        self._add(
            *(
                TimeLimit(
                    region_id=county.id,
                    clock=clock,
                    scope=scope,
                    amount=amount,
                    unit=unit,
                    position=ORDER[scope],
                    state=LimitState.in_force,
                )
                for (clock, scope), (amount, unit) in LIMITS.items()
            )
        )

    def office(self, duty: Duty, county: Unit | None = None) -> Unit:
        """The county's office with that standing task."""
        county = county or self.home
        found = self.session.scalar(select(Unit).where(Unit.region_id == county.id, Unit.duty == duty))
        return found or self._units(self._office(duty, county))[0]

    def township(self, county: Unit | None = None, name: str = "") -> Unit:
        return self.unit(UnitType.township, county, name or self._name("Township"))

    def department(self, county: Unit | None = None, name: str = "") -> Unit:
        return self.unit(UnitType.department, county, name or self._name("Department"))

    def village(self, township: Unit | None = None, name: str = "") -> Unit:
        return self.unit(UnitType.village, township or self.township(), name)

    def commissioner(self, village: Unit) -> Actor:
        return self.actor(village, RoleName.community_commissioner)

    def grid(self, village: Unit | None = None, name: str = "") -> Unit:
        return self.unit(UnitType.grid, village or self.village(), name)

    def unit(self, unit_type: UnitType, parent: Unit | None = None, name: str = "") -> Unit:
        return self._units(Unit(name=name or self._name("Unit"), unit_type=unit_type, parent=parent or self.home))[0]

    def user(self, name: str = "", *, email: str = "") -> User:
        name = name or f"user{self._next()}"
        return self._add(
            User(first_name=name, last_name="Li", username=name, email=email or f"{name}@example.org", active=True)
        )

    def role(self, name: RoleName) -> Role:
        return self.session.scalar(select(Role).where(Role.name == str(name))) or self._add(Role(name=str(name)))

    def posting(
        self,
        user: User | None = None,
        unit: Unit | None = None,
        role: RoleName | None = None,
        *,
        from_on: date = date(2026, 1, 1),
        to_on: date | None = None,
        **columns: Any,
    ) -> Posting:
        unit = unit or self.township()
        return self._add(
            Posting(
                user=user or self.user(),
                unit=unit,
                role=self.role(role or usual_role(unit)),
                from_on=from_on,
                to_on=to_on,
                **columns,
            )
        )

    def actor(self, unit: Unit, *roles: str) -> Actor:
        """A person of that unit, in the unit's usual role if none is named; the same each time."""
        roles = roles or (usual_role(unit),)
        if (unit.id, roles) not in self._actors:
            user = self.user()
            below = self.session.scalars(select(Unit.id).where(Unit.path.startswith(unit.path)).order_by(Unit.id))
            self._actors[unit.id, roles] = Actor(
                user_id=user.id,
                unit_id=unit.id,
                region_id=unit.region_id,
                unit_ids=tuple(below),
                roles=frozenset(roles),
                observes=observes(frozenset(roles)),
            )
        return self._actors[unit.id, roles]

    # Lists

    def duty_list(self, county: Unit | None = None, **columns: Any) -> DutyList:
        """A draft. It is published by its rule."""
        county = county or self.home
        columns = {
            "title": self._name("List"),
            "list_type": columns.pop("list_type", None) or self.list_type(),
            "issued_by": "The editorial office",
            "document_number": self._name("Doc."),
        } | columns
        owner = self.office(Duty.editorial_office, county)
        return self._add(DutyList(region_id=county.id, owner_unit=owner, **columns))

    def edition(
        self,
        *,
        state: ListState = ListState.draft,
        items: int = 1,
        lead: Unit | None = None,
        at: datetime = NOW,
        **columns: Any,
    ) -> DutyList:
        """A list with items that has gone by its moves to that state; out for comment, nobody has answered yet."""
        edition = self.duty_list(**columns)
        for _ in range(items):
            self.item(lead, duty_list=edition)
        for name in LIST_PATHS[state].split():
            self.press(edition, name, at=at)
        if state is ListState.superseded:
            draft = self.next_of(edition)
            for name in LIST_PATHS[ListState.published].split():
                self.press(draft, name, at=at)
        return edition

    def next_of(self, edition: DutyList) -> DutyList:
        """The draft that follows an edition."""
        return self.session.scalars(select(DutyList).where(DutyList.replaces_id == edition.id)).one()

    def adjustment(
        self,
        kind: AdjustmentKind = AdjustmentKind.modify,
        *,
        state: AdjustmentState = AdjustmentState.draft,
        at: datetime = NOW,
        by: Unit | None = None,
        item: ListItem | None = None,
        asked: Sequence[Unit] = (),
        **columns: Any,
    ) -> ListAdjustment:
        """A proposal about an item of the list in force, moved to that state; who is asked agrees."""
        by = by or self.township()
        if kind is not AdjustmentKind.add:
            item = item or self.item()
        duty_list = item.duty_list if item else self.list_in_force(self.session.get(Unit, by.region_id))
        words: dict[str, Any] = {"reason": AdjustmentReason.unclear_duty, "explanation": "It went to and fro."}
        words["title"] = self._name("Matter")
        if kind is AdjustmentKind.add:
            words |= {
                "lead_department_id": self.department().id,
                "department_duties": "Decide.",
                "township_duties": "Report.",
                "legal_basis": "A law.",
            }
        named = {"duty_list_id": duty_list.id, "list_item_id": item.id if item else None}
        row = ListAdjustment(kind=kind, **named, **words | columns)
        with self.session.no_autoflush:
            prepare_adjustment(self.session, row, self.actor(by), at)
        self._add(row)
        answers: dict[str, dict[str, Any]] = {
            "ask_opinions": {"unit_ids": list(asked) or self._to_ask(by)},
            "approve": {"approval_document": "2026-7", "code": self._name("A") if kind is AdjustmentKind.add else ""},
        }
        for name in ADJUSTMENT_PATHS[state].split():
            if name == "give":
                for opinion in self.adjustment_opinions(row):
                    self.press(opinion, "give", at=at, agrees=True)
            else:
                self.press(row, name, at=at, **answers.get(name, {}))
        return row

    def _to_ask(self, by: Unit) -> list[Unit]:
        """Somebody; of a department's proposal, each township too (R7)."""
        townships = select(Unit).where(Unit.region_id == by.region_id, Unit.unit_type.in_(LOCAL))
        return [self.department(), *(() if by.unit_type in LOCAL else self.session.scalars(townships))]

    def adjustment_opinions(self, adjustment: ListAdjustment) -> list[AdjustmentOpinion]:
        of_adjustment = select(AdjustmentOpinion).where(AdjustmentOpinion.list_adjustment_id == adjustment.id)
        return list(self.session.scalars(of_adjustment.order_by(AdjustmentOpinion.id)))

    def list_type(self, code: str = "territorial", *, rounds: int = 0, **columns: Any) -> ListType:
        """A kind of list that uses every usual column, and wants what a territorial list wants."""
        known = self.session.scalar(select(ListType).where(ListType.code == code))
        if known is not None:
            return known
        made = self._add(ListType(**{"code": code, "name": code.capitalize(), "rounds": rounds} | columns))
        self._add(
            *(
                ListField(list_type=made, position=n, name=c.value, column=c, required=c in MANDATORY)
                for n, c in enumerate(ItemColumn)
            )
        )
        return made

    def list_field(self, list_type: ListType, name: str, kind: FieldKind = FieldKind.text, **columns: Any) -> ListField:
        """A field of its own, of a list type."""
        columns = {"label": name.capitalize(), "position": self._next()} | columns
        return self._add(ListField(list_type=list_type, name=name, kind=kind, **columns))

    def list_in_force(self, county: Unit | None = None) -> DutyList:
        """The county's published list. It is simply there, so that a test may add items as it needs them."""
        county = county or self.home
        of_county = select(DutyList).where(DutyList.region_id == county.id, DutyList.state == ListState.published)
        found = self.session.scalar(of_county.order_by(DutyList.id).limit(1))
        return found or self.duty_list(county, state=ListState.published, edition=1, published_at=NOW)

    def item(
        self,
        lead: Unit | None = None,
        *,
        cooperating: Sequence[Unit] = (),
        duty_list: DutyList | None = None,
        **columns: Any,
    ) -> ListItem:
        """An item of the list in force, or of another."""
        lead = lead or self.department()
        duty_list = duty_list or self.list_in_force(self.session.get(Unit, lead.region_id))
        item = self.build_item(duty_list, lead_department=lead, **columns)
        item.cooperating = [ItemCooperation(region_id=item.region_id, unit=unit) for unit in cooperating]
        return self._add(item)

    def bound_item(self) -> ListItem:
        """An item of an edition that was published by the rules, as a database with triggers wants it."""
        edition = self.edition(state=ListState.published)
        return self.session.scalars(select(ListItem).where(ListItem.duty_list_id == edition.id)).one()

    def build_item(self, duty_list: DutyList, **columns: Any) -> ListItem:
        """A complete item that is in no session yet."""
        number = self._next()
        columns = {
            "code": f"I-{number:02d}",
            "title": f"Matter {number}",
            "category": "environment",
            "department_duties": "Inspect and decide.",
            "township_duties": "Patrol and report.",
            "legal_basis": "A law, article 1.",
            "lead_department_id": None if "lead_department" in columns else self.department().id,
            "state": ItemState.published if duty_list.state is ListState.published else ItemState.draft,
            "list_type_id": duty_list.list_type_id,
        } | columns
        return ListItem(region_id=duty_list.region_id, duty_list_id=duty_list.id, **columns)

    def cooperate(self, item: ListItem, unit: Unit) -> ItemCooperation:
        return self._add(ItemCooperation(region_id=item.region_id, list_item=item, unit=unit))

    def situation(self, county: Unit | None = None, **columns: Any) -> CallSituation:
        columns = {
            "scope": CallScope.key,
            "situation": self._name("A crack"),
            "standard": "People live there.",
        } | columns
        return self._add(CallSituation(region_id=(county or self.home).id, **columns))

    def module(self, *group: Unit, county: Unit | None = None, name: str = "") -> GovernanceModule:
        """A module of a county, with those departments in its contact group."""
        county = county or self.home
        module = self._add(GovernanceModule(region_id=county.id, name=name or self._name("Module")))
        for unit in group:
            self._add(ModuleContact(region_id=county.id, module=module, unit=unit, post="Duty desk"))
        return module

    def three_fixed(self, unit: Unit | None = None, **columns: Any) -> ThreeFixedDocument:
        unit = unit or self.department()
        columns = {
            "document_number": self._name("No."),
            "issued_on": date(2024, 3, 1),
            "functions": "It inspects and decides.",
        } | columns
        return self._add(ThreeFixedDocument(region_id=unit.region_id, unit_id=unit.id, **columns))

    # Files

    def file(self, unit: Unit | None = None, name: str = "", **columns: Any) -> Attachment:
        """A file that a unit has sent. Its bytes are nowhere, unless a test puts them into a store."""
        unit = unit or self.office(Duty.editorial_office)
        name = name or f"{self._name('Document')}.pdf"
        told = {"key": f"{self._next():064d}", "content_type": "application/pdf", "size": 4, "sha256": "0" * 64}
        columns = {"region_id": unit.region_id, "unit_id": unit.id, "created_at": NOW, **told, **columns}
        return self._add(Attachment(name=name, **columns))

    def import_run(self, unit: Unit, **columns: Any) -> ImportRun:
        """A file of one row that a unit has sent, and that was looked at."""
        file = self.file(unit, f"{self._name('Rows')}.xlsx")
        told = {"region_id": file.region_id, "unit": unit, "resource": "call", "created_at": NOW, "new": 1, **columns}
        run = self._add(ImportRun(file=file, **told))
        self._add(ImportRow(region_id=unit.region_id, import_run=run, sheet="1", number=2, action=RowAction.new))
        return run

    def document(
        self, item: ListItem, kind: AttachmentKind = AttachmentKind.manual, file: Attachment | None = None
    ) -> ItemAttachment:
        """A document of an item, kept by the editorial office of its county."""
        file = file or self.file(self.office(Duty.editorial_office, self.session.get(Unit, item.region_id)))
        title = file.name.rpartition(".")[0]
        return self._add(
            ItemAttachment(region_id=item.region_id, list_item_id=item.id, kind=kind, title=title, file_id=file.id)
        )

    def indicator(self, item: ListItem, **columns: Any) -> ItemIndicator:
        """A field that calls about the item fill in."""
        number = self._next()
        columns = {"name": f"field{number}", "label": f"Field {number}"} | columns
        return self._add(ItemIndicator(region_id=item.region_id, list_item=item, **columns))

    def checkpoint(self, item: ListItem, **columns: Any) -> ItemCheckpoint:
        columns = {"what": self._name("A sign")} | columns
        return self._add(ItemCheckpoint(region_id=item.region_id, list_item=item, **columns))

    def step(self, item: ListItem, position: int = 1, **columns: Any) -> ItemStep:
        """A step of an item, taken by the township."""
        columns = {"title": self._name("Step"), "side": Side.township} | columns
        return self._add(ItemStep(region_id=item.region_id, list_item=item, position=position, **columns))

    # Calls and cases, moved there by the rules, all at one moment

    def call(
        self,
        caller: Unit | None = None,
        *,
        state: CallState = CallState.draft,
        item: ListItem | None = None,
        lead: Unit | None = None,
        cooperating: Sequence[Unit] = (),
        promised: datetime | None = None,
        named: Unit | None = None,
        at: datetime = NOW,
        **columns: Any,
    ) -> Call:
        """A call that went to `lead` and `cooperating`, everything at one moment `at`.

        The lead is the item's, if none is named. Where its parts have responded, they promise for `promised`;
        where they have rejected, they say that it is `named`'s duty.
        """
        caller = caller or self.township()
        lead = lead or (item.lead_department if item else self._answering(caller))
        if not columns.keys() & {"assigned_matter_id", "module_id"}:
            item = item or self.item(lead if lead.unit_type is UnitType.department else caller)
            columns["list_item_id"] = item.id
        call = self._draft(self.village(caller) if state is CallState.settled_here else caller, at, **columns)
        for name in CALL_PATHS[state].split():
            if name == "dispatch":
                helpers = list(cooperating)
                self.press(call, name, at=at, lead_department_id=lead, cooperating_department_ids=helpers)
            elif name in CALL.transitions:
                by = self.commissioner(call.place_unit) if name == "settle_here" else None
                self.press(call, name, by, at=at)
            elif name == "rate":
                for rating in self.ratings(call):
                    self.rate(rating, at=at)
            else:
                for part in reversed(self.assignments(call)):  # the lead last
                    self.press(part, name, at=at, **self._answers(part, name, at, promised, named))
        return call

    def assignment(
        self, *, state: AssignmentState = AssignmentState.pending, at: datetime = NOW, **of_call: Any
    ) -> CallAssignment:
        """The last part of a call that was dispatched: the cooperating one, if there is one, else the lead."""
        if state in (AssignmentState.rejected, AssignmentState.upheld, AssignmentState.reassigned):
            of_call.setdefault("cooperating", [self.department()])  # else the whole call would be rejected
        promised, named = of_call.get("promised"), of_call.get("named")
        part = self.assignments(self.call(state=CallState.dispatched, at=at, **of_call))[-1]
        for name in ASSIGNMENT_PATHS[state].split():
            self.press(part, name, at=at, **self._answers(part, name, at, promised, named))
        return part

    def extension(
        self, part: CallAssignment | None = None, *, days: int = 3, at: datetime = NOW, **columns: Any
    ) -> Extension:
        """More time, asked for by a part that has promised."""
        part = part or self.assignment(state=AssignmentState.responded, at=at)
        asked = Extension(assignment=part, days=days, **{"reason": "The river is high."} | columns)
        with self.session.no_autoflush:
            asked.assignment_id = part.id
            prepare_extension(self.session, asked, self.actor(part.department), at)
        self._add(asked)
        ask_for_it(self.session, asked, self.actor(part.department), at)
        self.session.commit()
        return asked

    def case(
        self, *, state: CaseState = CaseState.opened, at: datetime = NOW, holder: Unit | None = None, **of_call: Any
    ) -> CoordinationCase:
        """The case of a call that was rejected and forwarded; `holder` is whom it makes responsible."""
        if state is CaseState.withdrawn:  # as only one without a call can be
            of_case = {"by": of_call.get("caller"), "other": of_call.get("lead"), "item": of_call.get("item")}
            return self.free_case(state=state, at=at, **of_case)
        call = self.call(state=CallState.forwarded, at=at, **of_call)
        return self._lead(self.case_of(call), state, at, holder or self.assignments(call)[0].department)

    def agreed_case(self, **of_call: Any) -> CoordinationCase:
        """A filed case that names nobody: the parties agreed how it is done."""
        case = self.case(state=CaseState.negotiating, **of_call)
        self.press(case, "agree", agreement="All do their part.")
        self.press(case, "file", filing_number="2026-1")
        return case

    def free_case(
        self,
        *,
        state: CaseState = CaseState.opened,
        at: datetime = NOW,
        by: Unit | None = None,
        other: Unit | None = None,
        **columns: Any,
    ) -> CoordinationCase:
        """A case without a call, that `by` opened against `other`."""
        by = by or self.township()
        other = other or self.department(self.session.get(Unit, by.region_id))
        item = columns.pop("item", None)
        said = {"title": self._name("A dispute"), "description": "Nobody clears the ditch."} | columns
        case = CoordinationCase(**said, list_item=item, list_item_id=item.id if item else None)
        case.other_parties.append(other)
        with self.session.no_autoflush:
            prepare_case(self.session, case, self.actor(by), at)
        self._add(case)
        tell_of_case(self.session, case, self.actor(by), at)
        self.session.commit()
        return self._lead(case, state, at, other)

    def _lead(self, case: CoordinationCase, state: CaseState, at: datetime, holder: Unit) -> CoordinationCase:
        answers: dict[str, dict[str, Any]] = {
            "agree": {"agreement": "Both sides agree.", "responsible_unit_id": holder},
            "file": {"filing_number": "2026-1"},
            "issue_opinion": {"opinion": "It is theirs.", "responsible_unit_id": holder},
        }
        for name in CASE_PATHS[state].split():
            self.press(case, name, at=at, **answers.get(name, {}))
        return case

    def offline_step(self, case: CoordinationCase, by: Unit | None = None) -> OfflineStep:
        """A visit that a party recorded, and took part in."""
        by = by or self.session.get(Unit, case.opened_by_id)
        step = OfflineStep(
            region_id=case.region_id, case=case, kind=OfflineKind.visit, held_on=date(2026, 11, 20), outcome="Seen.",
            unit=by, recorded_at=NOW,
        )  # fmt: skip
        step.taking_part = [OfflineStepUnit(region_id=case.region_id, unit=by)]
        return self._add(step)

    def case_document(self, case: CoordinationCase, by: Unit | None = None) -> CaseDocument:
        by = by or self.session.get(Unit, case.opened_by_id)
        file = self.file(by)
        told = {"region_id": case.region_id, "title": file.name, "filed_at": NOW}
        return self._add(CaseDocument(case=case, file=file, unit=by, **told))

    def hang(self, row: Any, by: Unit | None = None, **columns: Any) -> StepFile:
        """A file that hangs on a call or a step of it, sent by who has it in hand."""
        part = getattr(row, "assignment", row) if isinstance(row, Extension) else row
        sides = (getattr(part, side) for side in ("caller_unit", "department", "unit") if hasattr(part, side))
        file = self.file(by or next(sides), **columns)
        with self.session.no_autoflush:
            row.files.append(file)
            keep_region(row)
        self.session.commit()
        return row.step_files[-1]

    def assignments(self, call: Call) -> list[CallAssignment]:
        """The parts of the round that runs, the lead first."""
        return current(self.session, call)

    def ratings(self, call: Call) -> list[MutualRating]:
        """What the sides of a call owe each other, the caller's word first."""
        of_call = select(MutualRating).where(MutualRating.call_id == call.id).order_by(MutualRating.id)
        return list(self.session.scalars(of_call))

    def rate(
        self, rating: MutualRating, level: RatingLevel = RatingLevel.satisfied, *, at: datetime = NOW, **marks: Any
    ) -> None:
        """A side says how satisfied it is."""
        self.press(rating, "rate", at=at, level=level, **marks)

    def case_of(self, call: Call) -> CoordinationCase:
        """The case of the call's last rejection."""
        case = latest_case(self.session, call.id)
        assert case is not None
        return case

    def press(
        self, subject: Any, name: str, by: Actor | None = None, *, at: datetime = NOW, note: str = "", **answers: Any
    ) -> None:
        """Move the subject, as the person whose move it is, unless another is named; and commit."""
        workflow = WORKFLOWS[type(subject)]
        if name == "publish" and isinstance(subject, DutyList) and not subject.document_number:
            answers = {"document_number": self._name("Doc.")} | answers
        by = by or self.whose(subject, name)
        workflow.move(self.session, subject, name, actor=by, now=at, answers=answers, note=note)
        self.session.commit()

    def whose(self, subject: Any, name: str) -> Actor:
        """Somebody whose move it is."""
        transition = WORKFLOWS[type(subject)].transitions[name]
        if transition.by is None:
            return SYSTEM_ACTOR
        county = self.session.get(Unit, subject.region_id)
        if isinstance(subject, ListAdjustment) and name in ("submit", "withdraw"):
            return self.actor(subject.proposer_unit)
        if isinstance(subject, TimeLimit | Webhook):
            return self.actor(self.office(Duty.county_office, county), RoleName.admin)
        if isinstance(subject, DutyList | ListAdjustment | DueRevision):
            return self.actor(self.office(Duty.editorial_office, county), RoleName.list_manager)
        if isinstance(subject, ListOpinion | AdjustmentOpinion):
            return self.actor(subject.unit)
        if type(subject) in ADMISSION_WORKFLOWS:
            sides: Any = self.parties(subject)
        elif type(subject) in LOCAL_WORKFLOWS:
            sides = self.keepers(subject)
        else:
            call = getattr(subject, "call", subject)
            sides = (getattr(row, side) for row in (subject, call) for side in SIDES if hasattr(row, side))
        units = chain(sides, (self.office(duty, county) for duty in OFFICES))
        return next(actor for unit in units if transition.by(subject, actor := self.actor(unit)))

    def _draft(self, caller: Unit, at: datetime, **columns: Any) -> Call:
        call = Call(**{"title": self._name("A matter"), "scope": CallScope.complex} | columns)
        prepare_call(self.session, call, self.actor(caller), at)
        return self._add(call)

    def _answering(self, caller: Unit) -> Unit:
        county = self.session.get(Unit, caller.region_id)
        return self.township(county) if caller.unit_type is UnitType.department else self.department(county)

    def _answers(
        self, part: CallAssignment, name: str, at: datetime, promised: datetime | None, named: Unit | None
    ) -> dict[str, Any]:
        match name:
            case "respond":
                return {"promised_due": promised or at + (SOON - NOW)}
            case "pause":
                return {"reason": "A drawing of the place."}
            case "resolve":
                return {"result": "Done."}
            case "reject":
                return {"reason": "Not ours.", "no_item_covers": True, "proposed_unit_id": named}
            case "reassign":
                return {"department_id": self._answering(part.call.caller_unit)}
        return {}

    def _office(self, duty: Duty, county: Unit) -> Unit:
        return Unit(name=OFFICES[duty][0], unit_type=UnitType.office, duty=duty, parent=county)

    def _units(self, *units: Unit) -> tuple[Unit, ...]:
        for unit in units:
            unit.code = unit.code or f"U{self._next()}"
            unit.region_id = unit.parent.region_id if unit.parent else None
        place_units(self.session, units)
        self.session.commit()
        return units

    def _add(self, *rows: Any) -> Any:
        self.session.add_all(rows)
        self.session.commit()
        return rows[0]

    def _name(self, word: str) -> str:
        return f"{word} {self._next()}"

    def _next(self) -> int:
        self.n += 1
        return self.n


def usual_role(unit: Unit) -> RoleName:
    """The role that most people of such a unit have."""
    return OFFICES[unit.duty][1] if unit.duty else USUAL_ROLES[unit.unit_type]
