"""Dispatched agencies, whom they serve, and the enforcement teams that are made of them."""

from app.engine.declare import Chart, Console, Link, Related
from models.agencies import AgencyCoverage, DispatchedAgency, EnforcementTeam, TeamForce
from models.base import N_
from models.daily import DailyAssessment
from models.queries.choices import agencies, draft_agencies, forces, own_teams, own_townships, parents, townships
from models.rules.agencies import (
    AGENCY,
    forget_agency,
    forget_team,
    prepare_agency,
    prepare_coverage,
    prepare_force,
    prepare_team,
)
from models.staffing import AgencyStaff

LAID_DOWN = (
    "unit",
    "field",
    "department",
    "mode",
    "seat",
    "people_by",
    "money_by",
    "goods_by",
    "party_relation_down",
    "establishment_locked",
)

DAILY = Link(
    label=N_("Daily assessments by month"),
    endpoint="DailyByMonth.page",
    icon="fa-calendar-check",
    needs=("can_read", "DailyAssessment"),
    summed_up=True,
)

dispatched_agencies = Console(
    model=DispatchedAgency,
    name=N_("Dispatched agencies"),
    category=N_("Agencies and people"),
    icon="fa-building-flag",
    listed=("unit", "field", "department", "mode", "seat", "state"),
    shown=("unit", "state", *LAID_DOWN[1:], "ended_on"),
    form=LAID_DOWN,
    searched=("unit", "field", "department", "mode", "seat", "state"),
    among={"unit": agencies, "department": parents, "seat": townships},
    charts=(
        Chart(by="field", split="mode", title=N_("Agencies by field and setting")),
        Chart(by="seat", split="field", title=N_("Agencies by seat and field")),
    ),
    related=(
        Related(model=AgencyCoverage, by="agency", listed=("township", "weight"), order="id"),
        Related(
            model=AgencyStaff,
            by="agency",
            listed=("name", "post", "is_head", "state", "dispatched_on"),
            adds=False,  # where the establishment is locked, a personnel change appoints
        ),
        Related(model=DailyAssessment, by="agency", listed=("day", "township", "matter", "points", "state")),
    ),
    links=(DAILY,),
    workflow=AGENCY,
    prepare=prepare_agency,
    forget=forget_agency,
    empty=N_("No agency is laid down yet. The editorial office lays down its department, its seat and whom it serves."),
)

agency_coverages = Console(
    model=AgencyCoverage,
    name=N_("Whom agencies serve"),
    category=N_("Agencies and people"),
    listed=("agency", "township", "weight"),
    form=("agency", "township", "weight"),
    searched=("agency", "township"),
    among={"agency": draft_agencies, "township": townships},
    prepare=prepare_coverage,
    in_menu=False,
)

enforcement_teams = Console(
    model=EnforcementTeam,
    name=N_("Enforcement teams"),
    category=N_("Agencies and people"),
    icon="fa-shield-halved",
    listed=("name", "unit", "guiding_department", "legal_department", "site"),
    form=("unit", "name", "guiding_department", "legal_department", "site"),
    searched=("name", "unit", "guiding_department", "legal_department"),
    among={"unit": own_townships, "guiding_department": parents, "legal_department": parents},
    related=(
        Related(model=TeamForce, by="team", listed=("unit", "kind", "people", "duty", "mechanism", "site"), order="id"),
    ),
    prepare=prepare_team,
    forget=forget_team,
    empty=N_(
        "No team yet. A township or street makes one of its agencies' forces: one office, five core forces, others."
    ),
)

team_forces = Console(
    model=TeamForce,
    name=N_("Forces of enforcement teams"),
    category=N_("Agencies and people"),
    listed=("team", "unit", "kind", "people", "site"),
    form=("team", "unit", "kind", "people", "duty", "mechanism", "site"),
    searched=("team", "unit", "kind"),
    among={"team": own_teams, "unit": forces},
    charts=(Chart(by="unit", sums=("people",), title=N_("People in enforcement teams by unit")),),
    prepare=prepare_force,
    in_menu=False,
)
