"""What is said of list types and their items in closed sets of words (requirements B1)."""

from __future__ import annotations

from models.base import N_, Word


class ListState(Word):
    """A published edition binds everyone, and is frozen; the next one replaces it, and it stays to be looked up."""

    draft = "draft", N_("Draft"), "muted"
    consulting = "consulting", N_("Out for comment"), "info"
    reviewing = "reviewing", N_("Under review"), "active"
    published = "published", N_("Published"), "done"
    superseded = "superseded", N_("Replaced by a later edition"), "muted"


class ItemState(Word):
    """An item shares its edition's fate, but for the one that the next edition struck out (TS-04)."""

    draft = "draft", N_("Draft"), "muted"
    published = "published", N_("Published"), "done"
    superseded = "superseded", N_("Replaced by a later edition"), "muted"
    removed = "removed", N_("Struck out"), "danger"


class Primary(Word):
    """Who is primarily responsible for what a list names; the others cooperate (TC-19)."""

    department = "department", N_("County department")
    township = "township", N_("Township or street")
    village = "village", N_("Village or community")
    grid_worker = "grid_worker", N_("Grid worker")


class FieldKind(Word):
    """What a declared field holds."""

    text = "text", N_("Line of text")
    long_text = "long_text", N_("Text")
    number = "number", N_("Whole number")
    decimal = "decimal", N_("Number with decimals")
    day = "day", N_("Date")
    flag = "flag", N_("Yes or no")
    word = "word", N_("One of several words")


class ItemColumn(Word):
    """The columns of an item that a list type may use; rules and charts know what they mean."""

    category = "category", N_("Category")
    lead_department = "lead_department", N_("Lead department")
    cooperating_departments = "cooperating_departments", N_("Cooperating departments")
    department_duties = "department_duties", N_("Department duties")
    township_duties = "township_duties", N_("Township duties")
    legal_basis = "legal_basis", N_("Legal and policy basis")
    procedure = "procedure", N_("Procedure")
    responsibility = "responsibility", N_("Accountability")
    time_limit = "time_limit", N_("Time limit in law")
    call_scope = "call_scope", N_("Call scope")
    guide_ref = "guide_ref", N_("Entry of the provincial guide catalogue")
    authority_holder = "authority_holder", N_("Who holds the authority")
    benefit_holder = "benefit_holder", N_("Who has the benefit")
    relation_pair = "relation_pair", N_("Relation of department and township")
    power_status = "power_status", N_("Power")
    sink_kind = "sink_kind", N_("Way of moving down")
    delegation_kind = "delegation_kind", N_("Kind of delegation")
    demand = "demand", N_("Demand of the townships")
    capacity = "capacity", N_("Capacity of the townships")
    provider = "provider", N_("Provider")
    contract = "contract", N_("Contract")
    forbidden_kind = "forbidden_kind", N_("Task that townships are spared")
    exception_level = "exception_level", N_("Exception granted by")
    platform = "platform", N_("Platform")
    module = "module", N_("Module")
    online = "online", N_("Handled online")
    is_blind_spot = "is_blind_spot", N_("Blind spot")
    is_overlap = "is_overlap", N_("Overlap")
    service_radius = "service_radius", N_("Service radius (km)")
    yearly_cases = "yearly_cases", N_("Cases a year")
    trips = "trips", N_("Trips for one case")
    source = "source", N_("Source")


class Holder(Word):
    """With whom authority or benefit of a matter lies (ZG-02)."""

    department = "department", N_("Department")
    township = "township", N_("Township")
    shared = "shared", N_("Both")


class RelationPair(Word):
    """The five pairs in which department and township may stand to each other (TC-20)."""

    primary_secondary = "primary_secondary", N_("Primary and secondary")
    unified_divided = "unified_divided", N_("Unified and divided")
    leading_guiding = "leading_guiding", N_("Leading and guiding")
    division_synergy = "division_synergy", N_("Division of labour and joint work")
    consulting_coordinating = "consulting_coordinating", N_("Consulting and coordinating")


class PowerStatus(Word):
    """Whether the department may still exercise the power (TC-10)."""

    in_force = "in_force", N_("In force"), "done"
    cancelled = "cancelled", N_("Cancelled"), "danger"
    delegated = "delegated", N_("Delegated to townships"), "warn"


class SinkKind(Word):
    """How a duty is moved down (TS-08)."""

    delegated = "delegated", N_("Entrusted")
    forwarded_after_review = "forwarded_after_review", N_("Checked, and passed on")
    on_site = "on_site", N_("Handled on site by the department")


class DelegationKind(Word):
    """By which title a township acts (ZG-08)."""

    authorised = "authorised", N_("Authorised")
    entrusted = "entrusted", N_("Entrusted by the department")


class ForbiddenKind(Word):
    """What streets are spared (LX-15)."""

    investment_promotion = "investment_promotion", N_("Investment promotion")
    tax_assistance = "tax_assistance", N_("Tax assistance")


class BasisLevel(Word):
    """Who may make an exception (LX-16)."""

    central = "central", N_("Central level")
    provincial = "provincial", N_("Provincial level")


class PlatformKind(Word):
    """The four platforms of a township (TA-41)."""

    general_governance = "general_governance", N_("General governance")
    market_supervision = "market_supervision", N_("Market supervision")
    comprehensive_enforcement = "comprehensive_enforcement", N_("Comprehensive enforcement")
    convenience_service = "convenience_service", N_("Convenience service")
