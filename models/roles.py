"""The roles of requirements B6. What each may do, `models.rights` says."""

from __future__ import annotations

from models.base import N_, Word


class RoleName(Word):
    """A role is carried by a posting: the same person may hold another in another unit."""

    admin = "admin", N_("Administrator")
    security_admin = "security_admin", N_("Security administrator")
    audit_admin = "audit_admin", N_("Audit administrator")
    list_manager = "list_manager", N_("List manager")
    editorial_officer = "editorial_officer", N_("Editorial office officer")
    county_dispatcher = "county_dispatcher", N_("County office dispatcher")
    supervisor = "supervisor", N_("Supervision officer")
    assessor = "assessor", N_("Assessor")
    discipline_inspector = "discipline_inspector", N_("Discipline inspector")
    leader = "leader", N_("County leader")
    congress_observer = "congress_observer", N_("Congress observer")
    township_observer = "township_observer", N_("Town congress observer")
    department_head = "department_head", N_("Department head")
    department_staff = "department_staff", N_("Department staff")
    township_head = "township_head", N_("Township leader")
    township_operator = "township_operator", N_("Township operator")
    grid_worker = "grid_worker", N_("Village or grid worker")
    community_commissioner = "community_commissioner", N_("Community commissioner")
    agency_head = "agency_head", N_("Agency head")
    agency_staff = "agency_staff", N_("Agency staff")
    joint_meeting_member = "joint_meeting_member", N_("Joint meeting member")
    scorer = "scorer", N_("Platform scorer")


EVERYWHERE = frozenset({RoleName.admin, RoleName.security_admin, RoleName.audit_admin})
"""They run the deployment, all counties of it; they make no move in any."""

COUNTY = frozenset(
    {
        RoleName.list_manager,
        RoleName.editorial_officer,
        RoleName.county_dispatcher,
        RoleName.supervisor,
        RoleName.assessor,
        RoleName.discipline_inspector,
        RoleName.leader,
        RoleName.congress_observer,
        RoleName.scorer,
    }
)
"""They see the whole of their county; what they may do there differs."""

OBSERVING = frozenset({RoleName.township_observer})
"""They read of their own township what its county may read, and act for nobody there (TC-37)."""


OF_CONGRESS = OBSERVING | {RoleName.congress_observer}


def observes(roles: frozenset[str]) -> bool:
    """Whether somebody in these roles only looks on in the unit acted for."""
    return bool(roles) and roles <= OBSERVING


HEADS = frozenset({RoleName.department_head, RoleName.township_head, RoleName.agency_head, RoleName.leader})
