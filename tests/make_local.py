"""Builders of what townships and villages keep. States are reached by the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from models.community import CheckIn, ExchangeEntry, ExchangeKind, MicroProject, MicroWish, VillagerCouncil
from models.disputes import DisputeCase, DisputeState, MediatorPair, Profession
from models.evidence import EvidenceSource, OffSiteEvidence
from models.grids import Force, Frequency, Grid, GridArea, GridAssignment, GridRole, GridTask
from models.hotline import HotlineTicket, TicketState
from models.organisation import Duty, Unit, UnitType
from models.partners import ChamberSecretary, PartnerKind, PartnerOrganisation, ResidencyKind, ResidencyRoster
from models.past_calls import NAMELESS, PastCall, PastOutcome
from models.reviews import CareerStage, ReviewFile, ReviewOpinion, ReviewState
from models.rules.disputes import DISPUTE, prepare_dispute
from models.rules.grids import GRID
from models.rules.hotline import HOTLINE, prepare_ticket, watch_ticket
from models.rules.past_calls import prepare_past_call
from models.rules.reviews import OPINION, REVIEW
from models.rules.services import BACK, SERVICE, prepare_request
from models.services import BackDeskTask, DeskKind, ServiceDesk, ServiceItem, ServicePoint, ServiceRequest, ServiceState
from models.words import CallScope, Level
from tests.moments import NOW

LOCAL_WORKFLOWS: dict[type, Any] = {
    Grid: GRID,
    ServiceRequest: SERVICE,
    BackDeskTask: BACK,
    DisputeCase: DISPUTE,
    ReviewFile: REVIEW,
    ReviewOpinion: OPINION,
    HotlineTicket: HOTLINE,
}
SERVICE_PATHS = {
    ServiceState.received: "",
    ServiceState.passed: "pass_back",
    ServiceState.answered: "pass_back answer",
    ServiceState.done: "finish",
}
TICKET_PATHS = {
    TicketState.received: "",
    TicketState.turned_into_call: "to_call",
    TicketState.returned: "not_ours",
    TicketState.answered: "answer_directly",
}
DISPUTE_PATHS = {
    DisputeState.screening: "",
    DisputeState.consultation: "consult",
    DisputeState.joint_mediation: "mediate_jointly",
    DisputeState.prevention: "prevent",
    DisputeState.settled: "settle",
}
REVIEW_PATHS = {
    ReviewState.draft: "",
    ReviewState.reviewing: "ask_opinions",
    ReviewState.concluded: "ask_opinions give",
    ReviewState.withdrawn: "ask_opinions withdraw",
}
DAY = date(2026, 1, 1)
REGISTERS: dict[type, dict[str, Any]] = {
    ServicePoint: {"name": "Room", "level": Level.village},
    MediatorPair: {"profession": Profession.judge, "post": "A", "mediator": "B", "from_on": DAY},
    VillagerCouncil: {"name": "Council", "level": Level.village, "members": 7},
    MicroWish: {"wish": "A lamp", "made_on": DAY},
    ExchangeEntry: {"kind": ExchangeKind.need, "title": "Chairs", "body": "Branch"},
    MicroProject: {"title": "Steps", "from_on": DAY},
    CheckIn: {"organisation": "Branch", "members": 9, "checked_in_on": DAY},
    PartnerOrganisation: {"kind": PartnerKind.bank, "name": "Bank", "services": "Accounts"},
    ChamberSecretary: {"chamber": "Chamber", "post": "Secretary", "from_on": DAY},
    ServiceDesk: {"kind": DeskKind.front, "functions": "Serve."},
    ResidencyRoster: {"kind": ResidencyKind.resident, "platform": "Centre", "staff_count": 4, "from_on": DAY},
}
"""Plain rows of a unit: what each cannot do without."""


class MakeLocal:
    """The part of `Make` that knows what townships and villages keep."""

    def grid_profile(self: Any, place: Unit | None = None, *areas: str, force: Force | None = None) -> Any:
        """A grid in a village, or in that of a grid unit; with what it covers. Special, if a force is named."""
        place = place or self.village()
        village = place.parent if place.unit_type is UnitType.grid else place
        of_grid = {"region_id": place.region_id, "unit_id": place.id, "village_id": village.id}
        grid = self._add(Grid(name=self._name("Grid"), is_comprehensive=force is None, speciality=force, **of_grid))
        self.session.add_all(GridArea(region_id=place.region_id, grid_id=grid.id, name=name) for name in areas)
        self._add(grid)
        return grid

    def serving(self: Any, grid: Grid, role: GridRole = GridRole.full_time, **columns: Any) -> Any:
        columns = {"post": self._name("Post"), "duties": "Walk the lanes.", "from_on": DAY} | columns
        return self._add(GridAssignment(region_id=grid.region_id, grid_id=grid.id, role=role, **columns))

    def task(self: Any, grid: Grid, **columns: Any) -> Any:
        columns = {"task": self._name("Watch"), "frequency": Frequency.daily} | columns
        return self._add(GridTask(region_id=grid.region_id, grid_id=grid.id, **columns))

    def row(self: Any, model: type, unit: Unit, **columns: Any) -> Any:
        """A row of one of the plain registers."""
        return self._add(model(region_id=unit.region_id, unit_id=unit.id, **REGISTERS[model] | columns))

    def service_item(self: Any, department: Unit | None = None, **columns: Any) -> Any:
        department = department or self.department()
        columns = {"title": self._name("Permit"), "days_before": 10, "days_after": 3} | columns
        return self._add(ServiceItem(region_id=department.region_id, department_id=department.id, **columns))

    def evidence(self: Any, unit: Unit, **columns: Any) -> Any:
        item = self.item(self.department(self.session.get(Unit, unit.region_id)))
        columns = {"title": "Truck", "place": "Bridge", "source": EvidenceSource.camera, "seen_at": NOW} | columns
        named = {"list_item_id": item.id, "file_id": self.file(unit).id}
        return self._add(OffSiteEvidence(region_id=unit.region_id, unit_id=unit.id, **named, **columns))

    def service(
        self: Any,
        unit: Unit,
        behind: Unit | None = None,
        *,
        state: ServiceState = ServiceState.received,
        **columns: Any,
    ) -> Any:
        """A matter that a front desk received, moved to that state; `behind` is whom it asks."""
        behind = behind or self.department(self.session.get(Unit, unit.region_id))
        request = ServiceRequest(unit_id=unit.id, **{"title": self._name("Matter")} | columns)
        prepare_request(self.session, request, self.actor(unit), NOW)
        self._add(request)
        for name in SERVICE_PATHS[state].split():
            if name == "answer":
                self.press(self.back_task(request), name, answer="Yes.")
            else:
                self.press(request, name, unit_id=behind, question="May we?", result="Done.")
        return request

    def back_task(self: Any, request: ServiceRequest) -> Any:
        of_request = select(BackDeskTask).where(BackDeskTask.service_request_id == request.id)
        return self.session.scalars(of_request.order_by(BackDeskTask.id.desc())).first()

    def ticket(self: Any, unit: Unit, *, state: TicketState = TicketState.received, **columns: Any) -> Any:
        """A ticket of the hotline for a township, moved to that state."""
        columns = {"external_key": self._name("T"), "title": self._name("Noise"), "received_at": NOW} | columns
        ticket = HotlineTicket(unit_id=unit.id, **columns)
        prepare_ticket(self.session, ticket, self.actor(unit), NOW)
        self._add(ticket)
        watch_ticket(self.session, ticket, self.actor(unit), NOW)
        self.session.commit()
        for name in TICKET_PATHS[state].split():
            item = self.item(self.department(self.session.get(Unit, unit.region_id))) if name == "to_call" else None
            self.press(ticket, name, list_item_id=item, scope=CallScope.complex, answer="Done.", reason="Elsewhere.")
        return ticket

    def past_call(self: Any, unit: Unit, department: Unit | None = None, **columns: Any) -> Any:
        """A call that was closed in an older system, imported by the county office."""
        county = self.session.get(Unit, unit.region_id)
        department = department or self.department(county)
        told = {"external_key": self._name("L"), "title": self._name("Smoke"), "category": "environment"}
        told |= {"sent_at": NOW - timedelta(days=30), "closed_at": NOW - timedelta(days=20)}
        told |= {"system": NAMELESS, "outcome": PastOutcome.solved, "scope": CallScope.complex}
        past = PastCall(unit_id=unit.id, department_id=department.id, **told | columns)
        with self.session.no_autoflush:
            prepare_past_call(self.session, past, self.actor(self.office(Duty.county_office, county)), NOW)
        return self._add(past)

    def dispute(
        self: Any,
        unit: Unit,
        partner: Unit | None = None,
        *,
        state: DisputeState = DisputeState.screening,
        **columns: Any,
    ) -> Any:
        """A difficult dispute, moved to that state; mediated together with `partner`."""
        partner = partner or self.township(self.session.get(Unit, unit.region_id))
        columns = {"title": self._name("Dispute"), "is_difficult": True} | columns
        case = DisputeCase(unit_id=unit.id, **columns)
        prepare_dispute(self.session, case, self.actor(unit), NOW)
        self._add(case)
        for name in DISPUTE_PATHS[state].split():
            self.press(case, name, partner_id=partner, measures="Watch.", outcome="Both agree.")
        return case

    def review(
        self: Any, unit: Unit, *asked: Unit, state: ReviewState = ReviewState.draft, agrees: Sequence[bool] = ()
    ) -> Any:
        """A file on which those units are asked; they agree, unless it is said who does not."""
        asked = asked or (self.department(self.session.get(Unit, unit.region_id)),)
        post = {"post": self._name("Post"), "stage": CareerStage.qualification_review}
        file = self._add(ReviewFile(region_id=unit.region_id, unit_id=unit.id, **post))
        for name in REVIEW_PATHS[state].split():
            if name == "give":
                for opinion, says in zip(self.review_opinions(file), agrees or [True] * len(asked), strict=True):
                    self.press(opinion, name, agrees=says, opinion="So it is.")
            else:
                self.press(file, name, unit_ids=list(asked))
        return file

    def review_opinions(self: Any, file: ReviewFile) -> Any:
        of_file = select(ReviewOpinion).where(ReviewOpinion.review_file_id == file.id)
        return list(self.session.scalars(of_file.order_by(ReviewOpinion.id)))

    def keepers(self: Any, subject: Any) -> Iterator[Unit]:
        """Its unit, and those above it."""
        unit = subject.unit
        while unit.unit_type is not UnitType.county:
            yield unit
            unit = unit.parent
