"""Two counties with rows of every table on every side, each row's texts carrying a token of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Table, and_, exists, func, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.engine.derive import Shape
from app.engine.fields import Field, kind_of
from app.factory import MEMBER
from models.accountability import AccountabilityState
from models.actor import Actor
from models.adjustments import AdjustmentState as S
from models.agencies import DispatchedAgency
from models.appraisals import AppraisalState
from models.assigned import MatterState
from models.base import Model, User
from models.calendar import LimitState, ReminderLadder
from models.calls import AssignmentState as A
from models.community import ExchangeEntry, ExchangeKind, VillagerCouncil
from models.congress import CongressOpinion
from models.daily import DailyState
from models.disputes import DisputeState
from models.door import act_for, may_write
from models.establishment import QuotaKind
from models.evaluation import CycleState, EvaluationCycle, EvaluationIndicator, SubjectKind
from models.evaluation_sheets import EvaluationSheet, SheetScore
from models.files import Attachment
from models.governance import ModuleKind
from models.grids import Force
from models.hotline import TicketState
from models.imports import ImportState
from models.irregular import ReportState
from models.item_words import ListState, PlatformKind
from models.ledger import Job
from models.lists import ListItem
from models.meetings import Ballot, JointMeeting, MeetingMember, MeetingState
from models.notices import Outbox
from models.organisation import Duty, Unit, UnitType
from models.posts import CommitteeKind, LeadingRole
from models.queries.choices import draft_sheets
from models.requests import RequestState
from models.reviews import ReviewState
from models.rights import grants
from models.roles import COUNTY, EVERYWHERE, RoleName, observes
from models.rules.files import nameable
from models.scope import SCOPED
from models.services import ServicePoint, ServiceState
from models.statements import StatementState
from models.store import Store
from tests.make import ASSIGNMENT_PATHS, CALL_PATHS, CASE_PATHS, LIST_PATHS, NOW, OFFICES, Make
from tests.make_admissions import ADMISSION_PATHS
from tests.make_agencies import AGENCY_PATHS
from tests.make_burden import MATTER_PATHS, REPORT_PATHS, REQUEST_PATHS, STATEMENT_PATHS
from tests.make_establishment import PLAN_PATHS
from tests.make_local import DISPUTE_PATHS, REVIEW_PATHS, SERVICE_PATHS
from tests.make_platforms import GATHERING_PATHS
from tests.make_staffing import CHANGE_PATHS, SUGGESTION_PATHS
from tests.make_supervision import ORDER_PATHS, RECTIFICATION_PATHS
from tests.make_taskforces import TASK_FORCE_PATHS
from tests.views.conftest import HASH

TOKEN = re.compile(r"zq\d{5}x")
MODELS = {m.local_table.name: m.class_ for m in sorted(Model.registry.mappers, key=lambda m: m.local_table.name)}
MEANT = {"subject_type", "action", "kind", "resource", "field", "hash", "prev_hash", "username", "password"}
MEANT |= {
    "time_limit.category",
    "assigned_matter.category",  # which a rule of limits names
    "evaluation_cycle.results_hash",
    "score_result.inputs_hash",
    "limit_rehearsal.fingerprint",
    "ladder_rehearsal.fingerprint",
    "ladder_rehearsal.quarter",
    *(f"agency_staff.{name}" for name in ("identity_number", "identity_secret", "phone", "phone_secret")),
    *(f"daily_assessment.{name}" for name in ("agency_answer", "department_answer")),
    "accountability_unit.demanded",
}
"""Texts that mean something to the code, and so carry no token: of every table, or of one."""

FAR = datetime(2098, 6, 30, 1, tzinfo=UTC)

Row = tuple[str, int]  # a table's name, and the row's key


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who tries: their account, and who the domain takes them for."""

    name: str
    actor: Actor


def asked_by_the_first_sheet(actor: Actor) -> ColumnElement[bool]:
    """What the sheet that is offered first still asks: no other indicator goes with it."""
    sheet, indicator = EvaluationSheet, EvaluationIndicator
    first = select(func.min(sheet.id)).where(draft_sheets(actor)).scalar_subquery()
    alike = (sheet.cycle_id == indicator.cycle_id, sheet.subject_kind == indicator.subject_kind)
    asked = exists().where(sheet.id == first, *alike, sheet.side == indicator.side)
    scored = exists().where(SheetScore.sheet_id == first, SheetScore.indicator_id == indicator.id)
    return and_(asked, ~scored)


class Ground:
    """`ours`: a township and a department that deal with each other; `theirs`: others there; `abroad`: elsewhere."""

    def __init__(self, connection: Connection, session: Session, store: Store) -> None:
        self.connection, self.session, self.store, self.make = connection, session, store, Make(session)
        self.side_of: dict[Row, str] = {}
        self.token_of: dict[Row, str] = {}
        self.people: dict[str, Person] = {}
        self.units: dict[str, dict[str, Unit]] = {}
        self._settle()
        self._invent_the_rest()
        self._mark()
        self._rehearse()

    # Building ------------------------------------------------------------------------------------

    def _settle(self) -> None:
        make, home = self.make, self.make.county("Here")
        abroad = make.county("Abroad")
        self._claim("county")
        for side, county in (("ours", home), ("theirs", home), ("abroad", abroad)):
            units = {"county": county, "township": make.township(county), "department": make.department(county)}
            units["grid"] = make.grid(make.village(units["township"]))
            self.units[side] = units
            make.list_field(make.list_type(), f"own_of_{side}")
            make.cap(99, NOW.year + len(self.units), county)
            self._admissions(units, thoroughly=side == "ours")
            self._claim(side)
        for side, units in self.units.items():  # after what has come into force, and so made another edition
            self._lists(units, thoroughly=side == "ours")
            self._cases(units, thoroughly=side == "ours")
            self._burden(units, thoroughly=side == "ours")
            self._local(units, thoroughly=side == "ours")
            self._limits(units["county"], thoroughly=side == "ours")
            if side != "theirs":
                self._ladders(units["county"])
            self._webhooks(units["county"])
            make.ledger_audit(units["county"], day=NOW.date() - timedelta(days=len(self.people)))
            self._congress(units)
            self._agencies(units)
            self._task_forces(units)
            self._establishment(units)
            self._platforms(units)
            self._posts(units)
            self._accountability(units)
            self._evaluation(units, thoroughly=side == "ours")
            self._appraisals(units)
            for _ in range(2):  # to change, and to throw away
                make.past_call(units["township"], units["department"])
            self.people[side] = self._person(units["township"], RoleName.township_operator)
            self._claim(side)
        for role in RoleName:
            self.people[role] = self._person(self._seat(role), role)
        for unit_id in sorted({person.actor.unit_id for person in self.people.values()}):
            for state in (ImportState.checked, ImportState.taken):
                make.import_run(self.session.get_one(Unit, unit_id), state=state)
        self._asked_by_congress()
        self._seat_a_member(self.people[RoleName.joint_meeting_member].actor.unit_id)
        make.quota(self._seat(RoleName.editorial_officer), 9)  # of which posts may be paid in
        stranger = self._account()
        self.people["stranger"] = Person(stranger.username, Actor(stranger.id))
        make.unit(UnitType.department)  # nothing refers to it
        make.duty_list()
        self.session.commit()
        self._claim("ours")

    def _lists(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        """One in each state; what is to be published, or replaced, is alone of its type."""
        make, town, department = self.make, units["township"], units["department"]
        of_county = {"county": units["county"], "lead": department}
        long_ago = NOW - timedelta(days=40)  # the time for comment is over since
        for state, at in (
            [*((state, NOW) for state in LIST_PATHS), (ListState.consulting, long_ago)] if thoroughly else ()
        ):
            kind = make.list_type(state if state in (ListState.reviewing, ListState.superseded) else "own")
            made = make.edition(state=state, at=at, list_type=kind, **of_county)
            if state is ListState.draft:
                make.indicator(make.item(department, duty_list=made))
        for state in (S.draft, S.submitted, S.consulting, S.reviewing) if thoroughly else (S.consulting,):
            for proposer in (town, department):
                make.adjustment(state=state, by=proposer, item=make.item(department), asked=[department, town])

    def _cases(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        make, town, department = self.make, units["township"], units["department"]
        helper, named = make.department(units["county"]), make.department(units["county"])
        draft = make.duty_list(units["county"])
        make.step(make.item(department, duty_list=draft, cooperating=[helper]))
        item = make.item(department, cooperating=[helper], platform=PlatformKind.comprehensive_enforcement)
        for documented in (item, make.item(department, duty_list=draft)):
            make.document(documented)
        make.step(item)
        self._more_time(town, department, item)
        make.module(department, helper, county=units["county"])
        make.module(county=units["county"])  # nothing refers to it
        for state in CALL_PATHS if thoroughly else ("draft", "dispatched", "resolved", "closed"):
            of_town = {"item": item, "cooperating": [helper], "named": named, "place_unit_id": units["grid"].id}
            made = [make.call(town, state=state, **of_town)]  # a clue is a township's alone
            made += [make.call(department, state=state, lead=town)] if state != "settled_here" else []
            for call in made:
                make.hang(call)
                if state == "resolved":
                    make.rate(make.ratings(call)[1])  # sealed from the caller
        make.call(units["grid"], item=item)  # a clue
        for state in CASE_PATHS if thoroughly else ("opened",):
            make.case(caller=town, item=item, state=state)
            make.free_case(by=town, other=department, item=item, state=state)
            make.free_case(by=department, other=town, state=state)
        for state in ASSIGNMENT_PATHS if thoroughly else ():
            make.assignment(caller=town, lead=helper, cooperating=[department], item=item, state=state)
        self._pressure(town, department, item, thoroughly=thoroughly)
        if thoroughly:
            self._refused_twice(town)

    def _more_time(self, town: Unit, department: Unit, item: ListItem) -> None:
        """It is asked for of one part, and may be of another: both are promised for long after the walk."""
        for state in ("working", "responded"):
            part = self.make.assignment(caller=town, lead=department, item=item, state=state, promised=FAR)
        for step in (part, self.make.extension(part)):
            self.make.hang(step)

    def _pressure(self, town: Unit, department: Unit, item: ListItem, *, thoroughly: bool) -> None:
        """Orders to report, and to put right."""
        make = self.make
        for state in ORDER_PATHS if thoroughly else ("issued", "replied"):
            part = make.assignment(caller=town, lead=department, item=item)
            make.hang(make.order(assignment=part, state=state))
            make.call_event(part.call)
        for state in RECTIFICATION_PATHS if thoroughly else ("issued",):
            make.hang(make.rectification(department, state=state))
            make.rectification(town, state=state)
        make.warning(department)
        make.warning(town, kind="rise", category="环境")

    def _refused_twice(self, town: Unit) -> None:
        """A part on which the county office may rule."""
        lead, other = self.make.department(), self.make.department()
        part = self.make.assignment(caller=town, lead=lead, state=A.rejected)
        self.make.press(part, "reassign", department_id=other)
        again = next(p for p in self.make.assignments(part.call) if p.department is other)
        self.make.press(again, "reject", reason="Not ours.", no_item_covers=True)

    def _limits(self, county: Unit, *, thoroughly: bool) -> None:
        """Rules of limits: one to change, one to switch on, one to retire."""
        make = self.make
        if thoroughly:
            make.rehearsed(make.limit(county))
            make.rehearsed(make.limit(county), "switch_on", "rehearse")
        make.limit(county)

    def _ladders(self, county: Unit) -> None:
        """One to change, one to throw away, one to retire, and one that takes its place."""
        for _ in range(2):
            self.make.ladder(county=county, state=LimitState.draft)
        for state in (LimitState.in_force, LimitState.draft):
            self.make.ladder(Job.promise_remind, county, state)

    def _rehearse(self) -> None:
        """Ladders, as they stand now that every text is marked."""
        promised = select(ReminderLadder).where(ReminderLadder.job == Job.promise_remind)
        for ladder in self.session.scalars(promised.order_by(ReminderLadder.id)).all():
            self.make.press(ladder, "rehearse", at=NOW + timedelta(days=60), day=NOW.date())

    def _webhooks(self, county: Unit) -> None:
        """One to change, one to throw away, one to switch off, with a message on its way."""
        for _ in range(2):
            self.make.webhook(county, on=False)
        said = self.session.scalars(select(Outbox).where(Outbox.region_id == county.id)).first()
        self.make.on_its_way(self.make.webhook(county), said)

    def _congress(self, units: dict[str, Unit]) -> None:
        """The county's congress, and the town's own."""
        county = self.make.actor(self.make.unit(UnitType.congress, units["county"]))
        town = self.make.actor(units["township"], RoleName.township_observer)
        for by, addressed in product((county, town), (units["township"], units["department"])):
            if by is county or addressed is units["township"]:
                self.make.congress_opinion(by, addressed)
                self.make.congress_opinion(by, addressed, answered=True)

    def _asked_by_congress(self) -> None:
        """Of everyone who may answer, something is to be answered."""
        by = self.people[RoleName.congress_observer].actor
        for role in RoleName:
            if ("can_answer_opinion", CongressOpinion.__name__) in grants(role):
                unit = self.session.get_one(Unit, self.people[role].actor.unit_id)
                self.make.congress_opinion(by, unit)

    def _burden(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        make, town, department, county = self.make, units["township"], units["department"], units["county"]
        basis, helper, item = make.policy(county=county), make.department(county), make.item(department)
        other = make.township(county)  # of drafts, so that one may add `town` to them
        make.policy(county=county)  # nothing refers to it
        for state in MATTER_PATHS if thoroughly else ("draft", "in_force"):
            named = other if state == "draft" else town
            of_matter = {"category": "environment", "basis_id": basis.id}
            make.matter(department, named, state=MatterState(state), helpers=[helper], **of_matter)
        for state in STATEMENT_PATHS if thoroughly else ("registered",):
            make.statement(department, town, state=StatementState(state))
        for state in REPORT_PATHS if thoroughly else ("reported", "upheld"):
            make.report(town, department, state=ReportState(state))
        for state in REQUEST_PATHS if thoroughly else ("draft", "sent"):
            named = other if state == "draft" else town
            make.request(department, named, state=RequestState(state), item=item)

    def _local(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        """What villages keep; merged are special grids of one village, two of which stand beside the first."""
        make, village, department = self.make, units["grid"].parent, units["department"]
        for force in list(Force)[:3]:
            make.grid_profile(village, "A lane", force=force)
        resource = make.row(ExchangeEntry, village, kind=ExchangeKind.resource)
        for profile in (make.grid_profile(units["grid"], "Block 1"), make.grid_profile(village)):
            make.serving(profile)
            make.task(profile)
        make.press(profile, "end", note="Rebuilt.")
        make.row(ExchangeEntry, village, match_id=resource.id)
        for keeper in (make.office(Duty.county_office, units["county"]), village):
            make.row(VillagerCouncil, keeper)
        for state in SERVICE_PATHS if thoroughly else ("received", "passed"):
            make.service(
                village, department, state=ServiceState(state), service_item_id=make.service_item(department).id
            )
        make.service_item(department)  # that nobody came for
        make.row(ServicePoint, department)
        for state in TicketState if thoroughly else (TicketState.received, TicketState.returned):
            make.ticket(units["township"], state=state)
        self._disputes(village, thoroughly=thoroughly)
        for state in REVIEW_PATHS if thoroughly else ("draft", "reviewing"):
            make.hang(make.review(village, department, state=ReviewState(state)))
        for asked in OFFICES if thoroughly else ():
            make.review(village, make.office(asked, units["county"]), state=ReviewState.reviewing)
            make.service(village, make.office(asked, units["county"]), state=ServiceState.passed)

    def _disputes(self, village: Unit, *, thoroughly: bool) -> None:
        """One in each state; two that have risen to the county."""
        for state in DISPUTE_PATHS if thoroughly else ("screening",):
            self.make.dispute(village, state=DisputeState(state))
        for _ in range(2 if thoroughly else 0):
            case = self.make.dispute(village, state=DisputeState.consultation)
            for _ in range(2):
                self.make.press(case, "hand_up")

    def _admissions(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        make, county = self.make, units["county"]
        parties = {"applicant": units["department"], "townships": [units["township"]], "ends_on": date(2098, 6, 30)}
        make.admission(**parties | {"townships": []}, bare=True)
        make.admission(**parties | {"townships": [make.township(county)]})
        self._decided(Ballot.against, **parties)
        for state in ADMISSION_PATHS if thoroughly else ("joint_review",):
            make.admission(**parties, state=state, batch=make.batch(county))
        self._decided(Ballot.in_favour, **parties)
        make.admission(**parties, state="approved", then="deliver")
        make.admission(**parties, state="approved", then="deliver confirm_delivery hand_over")
        make.admission(**parties, state="suspended", then="deliver confirm_delivery")
        make.admission(**parties, state="approved", at=NOW - timedelta(days=7))
        make.meeting(units["department"])

    def _decided(self, ballot: Ballot, **parties: Any) -> None:
        admission = self.make.admission(**parties, state="joint_review")
        self.make.vote(admission, ballot)
        self.make.press(admission.meeting, "record_minutes", minutes="Everyone was heard.")

    def _seat_a_member(self, unit_id: int) -> None:
        """Somebody who has not voted yet sits in our meetings that are to be held; but for one, which is empty."""
        planned = (JointMeeting.state == MeetingState.planned) & (JointMeeting.region_id == self.make.home.id)
        for meeting in self.session.scalars(select(JointMeeting).where(planned)):
            self.session.add(MeetingMember(region_id=meeting.region_id, meeting=meeting, unit_id=unit_id))
        self.session.add(JointMeeting(region_id=self.make.home.id, title="Empty", meets_at=NOW, quorum=1))
        self.make.batch()  # nothing is admitted with it

    def _seat(self, role: RoleName) -> Unit:
        duties = {office_role: duty for duty, (_, office_role) in OFFICES.items()}
        if role in duties:
            return self.make.office(duties[role])
        kind = role.partition("_")[0].replace("community", "grid")
        if kind in self.units["ours"]:
            return self.units["ours"][kind]
        return self.make.unit(UnitType.congress if kind == "congress" else UnitType.office)

    def _person(self, unit: Unit, role: RoleName) -> Person:
        account = self._account()
        self.make.posting(account, unit, role)
        self.make.file(unit)
        below = self.session.scalars(select(Unit.id).where(Unit.path.startswith(unit.path)))
        roles = frozenset({role})
        actor = Actor(account.id, unit.id, unit.region_id, tuple(below), roles, observes(roles))
        return Person(account.username, actor)

    def _account(self) -> User:
        account = self.make.user()
        account.password, account.roles = HASH, [self.make.role(MEMBER)]
        return account

    def _agencies(self, units: dict[str, Unit]) -> None:
        """One in each state, of fields of their own, one that nothing is laid down of yet; and a team with forces."""
        make, town, department = self.make, units["township"], units["department"]
        make.unit(UnitType.agency, units["county"])
        for _ in range(2):
            make.registered(department)
        for state in ("draft", "in_force"):
            make.agency(town, department=department, state=state, mode="regional", field=f"Nobody here, {state}")
        for number, state in enumerate((*AGENCY_PATHS, "draft")):
            agency = make.agency(town, department=department, state=state, mode="regional", field=f"Field {number}")
            if state in ("in_force", "draft"):
                make.staff(agency, dispatched_on=date(NOW.year - 1, 1, 5))
            if state == "in_force":
                self._changes(agency, thoroughly=town is self.units["ours"]["township"])
        for year in (2, 3):
            make.transfer_plan(make.township(units["county"]), year=NOW.year + year)
        team = make.team(town)
        for _ in range(2):
            make.force(team)

    def _changes(self, agency: DispatchedAgency, *, thoroughly: bool) -> None:
        """One in each state, two to change or to throw away; and one whose secondment may end."""
        make = self.make
        for state in (*CHANGE_PATHS, "proposed") if thoroughly else ("proposed", "effective"):
            make.change(make.staff(agency), state=state)
        make.transfer_plan(agency.seat, 5, NOW.year + 1)
        for state in SUGGESTION_PATHS if thoroughly else ("opened", "withdrawn"):
            make.suggestion(staff=make.staff(agency, is_head=True), state=state)
        make.change(make.staff(agency), "second", exception_reason="A task.", state="effective")

    def _task_forces(self, units: dict[str, Unit]) -> None:
        """One in each state with a post of the department; two to throw away."""
        for state in (*TASK_FORCE_PATHS, "setting_up"):
            for _ in range(2):
                self.make.force_member(self.make.task_force(units["township"], state=state), units["department"])

    def _establishment(self, units: dict[str, Unit]) -> None:
        """A quota to change and one to throw away; posts lent; a plan in each state, and two to throw away."""
        make, town = self.make, units["township"]
        make.quota(make.township(units["county"]), 1)
        make.quota(town, 9, QuotaKind.administrative)
        make.means(town)
        make.paid_in(19, units["county"])
        make.entry(town, 2)
        make.lent(town, 6)
        for state in (*PLAN_PATHS, "approved", "draft"):
            make.org_plan(town, state=state)

    def _platforms(self, units: dict[str, Unit]) -> None:
        """Three platforms, so that one may be named; one that never met, and meetings in each state."""
        make, town = self.make, units["township"]
        platform = make.platforms(town, *list(PlatformKind)[1:])[1]
        for state in (*GATHERING_PATHS, "planned", "planned"):
            make.gathering(platform, state=state, meets_at=NOW)

    def _posts(self, units: dict[str, Unit]) -> None:
        """A post that nothing names, one that leads and sits; two committees, of which the first is free."""
        make, town = self.make, units["township"]
        make.post(town)
        for _ in range(2):
            make.holder(make.post(town))
        main = make.module_of_kind(ModuleKind.main, units["county"])
        cores = [make.module_of_kind(ModuleKind.core, units["county"]) for _ in range(2)]
        posts = [make.post(town) for _ in range(3)]
        for post, module in zip(posts, (main, *cores), strict=True):
            make.leader(post, module, LeadingRole.assisting)
        for post in posts[1:]:
            make.seat(make.committee(town, CommitteeKind.special), post)

    def _appraisals(self, units: dict[str, Unit]) -> None:
        """A total in each state with a sheet, the first of a year that people served here, and one to throw away; what
        was entered of an agency, answered or not."""
        make, town = self.make, units["township"]
        in_force = select(DispatchedAgency).where(
            DispatchedAgency.seat_id == town.id, DispatchedAgency.state == "in_force"
        )
        agency = self.session.scalars(in_force.order_by(DispatchedAgency.id)).first()
        units["agency"] = agency.unit
        for number, state in enumerate((*AppraisalState, "fixed", "fixed")):
            total = make.appraisal_total(town, year=NOW.year + (number or -1))
            for _ in range(2):
                make.appraisal(total)
            total.state = AppraisalState(state)
            self.session.commit()
        make.appraisal_total(make.township(units["county"]), year=NOW.year)
        for state in DailyState:
            make.hang_on_daily(make.daily(agency, town, state=state))

    def _accountability(self, units: dict[str, Unit]) -> None:
        """A case in each state; of one that is analysed, nobody has stated a view yet. And what may be moved on."""
        make, helper = self.make, self.make.department(units["county"])
        told = {}
        for state in (*AccountabilityState, AccountabilityState.opened, AccountabilityState.analysed):
            item = make.bound(units["department"], helper)
            told[state] = make.accountability(units["township"], item=item, state=state)
        make.weigh(told[AccountabilityState.opened])
        for part in make.involved(told[AccountabilityState.analysed]):
            make.press(part, "state_view", view="Seen.")
            make.find(part)

    def _evaluation(self, units: dict[str, Unit], *, thoroughly: bool) -> None:
        """Cycles in each state, two to change or to throw away; sheets to fill in, to submit, and under seal.

        Of agencies enough that their department, too, has a sheet that is empty.
        """
        make, county, town, department = self.make, units["county"], units["township"], units["department"]
        alike = {"department": department, "mode": "regional", "state": "in_force"}
        agency, _ = (make.agency(town, field=f"Evaluated {n}", **alike) for n in "12")
        raters = (town, department, make.office(Duty.assessment_office, county))
        for _ in range(3):
            make.cycle(county, CycleState.draft, SubjectKind.agency)
        for state in ("closed", "computed", "confirmed") if thoroughly else ():
            make.cycle(county, state, SubjectKind.agency)
        for _ in range(2):
            both = (SubjectKind.agency, SubjectKind.township)
            cycle = make.cycle(county, CycleState.open, *both, excellent_quota=Decimal(100))
            for rater in raters:
                self._fill_in(cycle, rater)
            self._gather(cycle, agency)
        for appealed in (True, True, False):  # one to change, one to withdraw, and scores against which one is lodged
            told = self._published(county, raters)
            for unit in (town, department, agency.unit) if appealed else ():
                make.appeal(make.result(told, unit))

    def _published(self, county: Unit, raters: tuple[Unit, ...]) -> EvaluationCycle:
        make = self.make
        kinds = (SubjectKind.department, SubjectKind.agency, SubjectKind.township)
        told: EvaluationCycle = make.cycle(county, CycleState.open, *kinds)
        for rater in raters:
            make.fill_all(told, rater_unit_id=rater.id)
        for name in ("close_cycle", "compute_scores", "confirm_scores", "publish_scores"):
            make.press(told, name)
        return told

    def _fill_in(self, cycle: EvaluationCycle, rater: Unit) -> None:
        """One that is whole, two with scores to change, and one under seal; the rest is empty."""
        sheets = self.make.sheets(cycle, rater_unit_id=rater.id)
        for sheet in sheets[-2:]:
            self.make.score(sheet)
        for sheet in sheets[-3:-2]:
            self.make.fill(sheet)

    def _gather(self, cycle: EvaluationCycle, agency: DispatchedAgency) -> None:
        """One that may be submitted, one that may be graded."""
        make = self.make
        for sheet in make.sheets(cycle, subject_unit_id=agency.unit_id, state="draft"):
            if make.session.scalars(select(SheetScore.id).where(SheetScore.sheet_id == sheet.id)).first() is None:
                make.score(sheet)
            make.press(sheet, "submit_sheet", comment="")
        found = make.aggregate(cycle, agency.unit)
        if cycle.id % 2:
            make.press(found, "submit_aggregate")

    def _invent_the_rest(self) -> None:
        """Tables that no builder fills get a row on each side, so that a new one is covered the day it is mapped."""
        for side in ("ours", "abroad", "theirs"):
            for name, model in MODELS.items():
                if not self.rows(name, side) and not self.rows(name, "county" if side == "ours" else ""):
                    kind = getattr(model.__table__.columns.get("state"), "type", None)
                    states = [None] if kind is None else [*kind.enum_class] * 2
                    for number, state in enumerate(states):
                        self._invent(model, side, state, number)
        assert all(self.rows(name, "abroad") for name in MODELS), "a table has no row in the other county"

    def _invent(self, model: type[Any], side: str, state: Any = None, turn: int = 0) -> None:
        row = model()
        for number, column in enumerate(inspect(model).columns):
            if not column.primary_key or column.foreign_keys or column.autoincrement is False:
                key = inspect(model).get_property_by_column(column).key
                of_side = bool(column.foreign_keys)
                setattr(row, key, self._of_side(column, side, turn) if of_side else some(column, number))
        if state is not None:
            row.state = state
        try:
            with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError:
            pass  # a second row of a county may be one too many; that there is one at all is seen to below
        self.session.commit()
        self._claim(side)

    def _of_side(self, column: Any, side: str, turn: int) -> int | None:
        """The key of a row of that side; another one each turn, the latest first, so that some stay unnamed."""
        if column.name == "region_id":
            return self.units[side]["county"].id
        target = next(iter(column.foreign_keys)).column.table.name
        if target == "unit":
            return self.units[side]["department" if turn % 2 else "township"].id
        if target == "ab_user":
            return self.people[side].actor.user_id
        if column.nullable and target == column.table.name:
            return None
        if not self.rows(target, side):
            self._invent(MODELS[target], side)
        found = self.rows(target, side) or self.rows(target, "ours")  # what belongs to no county is there but once
        return found[-1 - turn % len(found)]

    def _claim(self, side: str) -> None:
        """Whatever is new belongs to that side; but what is another county's by its key is abroad."""
        for name, table in Model.metadata.tables.items():
            if name in MODELS or name == "ab_user":
                (key,) = table.primary_key
                for (found,) in self.connection.execute(select(key)):
                    self.side_of.setdefault((name, found), side)
        for name, model in MODELS.items():
            region = model.__table__.columns.get("region_id", model.__table__.columns.get("chain"))
            if region is not None and "abroad" in self.units:
                (key,) = model.__table__.primary_key
                there = self.connection.execute(select(key).where(region == self.units["abroad"]["county"].id))
                self.side_of |= {(name, found): "abroad" for (found,) in there}

    def _mark(self) -> None:
        """A token of its own into every text of every row that is not everybody's to see."""
        marked = [key for key in self.side_of if key[0] == "ab_user" or MODELS[key[0]] in SCOPED]
        for number, (name, found) in enumerate(sorted(marked)):
            token = self.token_of[name, found] = f"zq{number:05d}x"
            table = Model.metadata.tables[name]
            (key,) = table.primary_key
            row = self.connection.execute(select(table).where(key == found)).mappings().one()
            values = {
                column.key: _told(row[column.key], token, row.get("subject_type"))
                if isinstance(column.type, JSON)
                else token
                for column in table.columns
                if isinstance(column.type, JSON) or _carries(column)
            }
            if values:
                self.connection.execute(update(table).where(key == found).values(values))
        for (name, _), token in self.token_of.items():
            if name == Attachment.__tablename__:  # its key is its token, and so are its bytes
                path = self.store.path(token)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(token)
        self.session.expire_all()

    # Asking --------------------------------------------------------------------------------------

    def rows(self, name: str, side: str) -> list[int]:
        return sorted(key for (table, key), of in self.side_of.items() if table == name and of == side)

    def seen_by(self, person: Person) -> dict[str, list[Any]]:
        """What the door shows a person, by table: the rows themselves."""
        with self._door(person) as theirs:
            seen = {name: list(theirs.scalars(select(model)).unique()) for name, model in MODELS.items()}
            theirs.expunge_all()
        return seen

    def open_to(self, person: Person, shape: Shape) -> dict[str, list[int]]:
        """By move, the rows that a person could make it on; under «edit», those that they could write."""
        found: dict[str, list[int]] = defaultdict(list)
        with self._door(person) as theirs:
            for row in theirs.scalars(select(shape.model).order_by(shape.model.id)).unique().all():
                if may_write(theirs, row):
                    found["edit"].append(row_key(row))
                for transition in shape.console.workflow.open_to(row, person.actor) if shape.console.workflow else ():
                    found[transition.name].append(row_key(row))
        return {
            name: sorted(keys, key=lambda key: (self.side_of[shape.resource, key] == "ours", key))
            for name, keys in found.items()
        }

    def _door(self, person: Person) -> Session:
        theirs = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        act_for(theirs, person.actor)
        return theirs

    def forbidden_to(self, person: Person) -> set[str]:
        """The tokens that no answer to this person may hold."""
        seen = {(name, row_key(row)) for name, rows in self.seen_by(person).items() for row in rows}
        known = {"ours", "county"}
        known |= {"theirs", "abroad"} if person.actor.roles & EVERYWHERE else set()
        known |= {"theirs"} if person.actor.roles & COUNTY else set()
        return {
            token
            for (name, key), token in self.token_of.items()
            if (self.side_of[name, key] not in known if name == "ab_user" else (name, key) not in seen)
        }

    def choices(self, person: Person, field: Field, subject: Any) -> list[int]:
        """Keys that a person may name for a relation."""
        with self._door(person) as theirs:
            query = select(field.target.id).order_by(field.target.id)
            if subject is not None:
                subject = theirs.get(type(subject), row_key(subject))
            if field.among is not None:
                query = query.where(field.among(subject, person.actor))
            if field.is_file:
                query = query.where(nameable(person.actor))
            if field.target is EvaluationIndicator and field.among is not None:
                query = query.where(asked_by_the_first_sheet(person.actor))
            return list(theirs.scalars(query))

    def one_file(self, shape: Shape, key: int, name: str) -> int | None:
        """The key of a file that hangs on a row among several."""
        field = shape.fields.get(name)
        several = field is not None and field.kind == "files" and key < 2**31
        row = self.session.get(shape.model, key) if several else None
        return next((file.id for file in field.of(row)), None) if row is not None else None

    @cached_property
    def golden(self) -> dict[str, set[tuple[Any, ...]]]:
        """Every row of every table as the database keeps it, before anyone tries."""
        return {name: self._kept(table) for name, table in Model.metadata.tables.items()}

    def _kept(self, table: Table) -> set[tuple[Any, ...]]:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        return {tuple(row) for row in self.connection.exec_driver_sql(f'SELECT {columns} FROM "{table.name}"')}

    def changed(self, names: Iterable[str]) -> dict[Row, tuple[Any, Any]]:
        """(before, after) of each row of these tables that is not as it was."""
        found: dict[Row, tuple[Any, Any]] = {}
        for name in names:
            table = Model.metadata.tables[name]
            kept, now = self.golden[name], self._kept(table)
            before, after = self._by_key(table, kept - now), self._by_key(table, now - kept)
            found |= {(name, key): (before.get(key), after.get(key)) for key in before.keys() | after.keys()}
        return found

    def _by_key(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> dict[Any, dict[str, Any]]:
        """Rows as a query would give them, by their keys."""
        dialect = self.connection.dialect
        read = {c.key: c.type.dialect_impl(dialect).result_processor(dialect, None) for c in table.columns}
        found = {}
        for kept in rows:
            row = {name: f(value) if f else value for (name, f), value in zip(read.items(), kept, strict=True)}
            keys = tuple(row[column.key] for column in table.primary_key)
            found[keys if len(keys) > 1 else keys[0]] = row
        return found


def row_key(row: Any) -> int:
    return inspect(row).mapper.primary_key_from_instance(row)[0]


def some(column: Any, number: int) -> Any:
    """A value that fits a column."""
    kind = kind_of(column.type)
    if column.type.__class__ is JSON or kind == "data":
        return {}
    return {
        "word": lambda: next(iter(column.type.enum_class)),
        "flag": lambda: False,
        "number": lambda: 1 + number % 6,
        "decimal": lambda: 1,
        "moment": lambda: NOW,
        "day": lambda: date(2026, 11, 23),
        "hour": lambda: time(number % 24),
    }.get(kind, lambda: "text")()


def _carries(column: Any) -> bool:
    long_enough = (getattr(column.type, "length", None) or 99) >= 9
    return kind_of(column.type) in ("text", "long_text") and long_enough and not MEANT & {column.key, str(column)}


def _told(values: dict[str, Any], token: str, table: str | None = None) -> dict[str, Any]:
    """What is a text elsewhere, and in this table one of several words, stays."""
    columns = MODELS[table].__table__.columns if table in MODELS else {}
    words = {column.key for column in columns if kind_of(column.type) == "word"}
    marked = TEXTS - words
    return {name: token if isinstance(value, str) and name in marked else value for name, value in values.items()}


TEXTS = {"call", "unit", "note", "reason"} | {
    column.key for model in MODELS.values() for column in inspect(model).columns if _carries(column)
}
"""Under these names the recorder and the notices keep texts, and not words, moments or keys."""
