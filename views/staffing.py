"""People of dispatched agencies: their numbers masked, what is locked of them changed by personnel changes alone."""

from app.engine.declare import Chart, Console, Derived, Related
from models.base import N_
from models.personnel import PersonnelChange
from models.queries.choices import agencies_in_place, bodies, own_departments, own_people
from models.queries.staffing import IS_DISPATCHED, IS_IN_PLACE, IS_KEPT, has_gone
from models.rules.staffing import STAFF, forget_staff, prepare_staff, stays_on_record
from models.staffing import AgencyStaff

FORM = (
    *("name", "personnel_unit", "establishment_unit", "status_kind", "identity_number", "phone"),
    *("agency", "dispatched_on", "post", "post_grade", "is_head", "post_duties"),
    *("pay_relation_down", "party_relation_down", "union_relation_down", "allowance_on_post", "benefit_two_20"),
    *("hired_on", "min_service_until", "recruited_by", "specialty", "user"),
)

agency_staff = Console(
    model=AgencyStaff,
    name=N_("Dispatched staff"),
    category=N_("Agencies and people"),
    icon="fa-id-badge",
    listed=("name", "agency", "field", "post", "status_kind", "state", "dispatched_on", "min_term_until"),
    shown=(
        *("name", "state", *FORM[1:8], "min_term_until", *FORM[8:]),
        *("field", "seconded_to", "seconded_until", "left_on", "numbers_changed_at"),
    ),
    form=FORM,
    folded=("hired_on", "min_service_until", "recruited_by", "specialty", "user"),
    searched=(
        *("name", "agency", "field", "post", "post_grade", "is_head", "status_kind", "state", "personnel_unit"),
        *("dispatched_on", "min_term_until", "recruited_by", "specialty"),
    ),
    derived=(
        Derived(name="in_place", label=N_("In place"), criterion=IS_IN_PLACE),
        Derived(name="dispatched", label=N_("Posted to an agency"), criterion=IS_DISPATCHED),
        Derived(name="kept", label=N_("Still with the department"), criterion=IS_KEPT),
        Derived(name="gone", label=N_("Gone from the township or street"), of_actor=has_gone),
    ),
    opens={"gone": "false"},
    among={
        "agency": agencies_in_place,
        "personnel_unit": own_departments,
        "establishment_unit": bodies,
        "user": own_people,
    },
    charts=(
        Chart(
            by="field",
            split="in_place",
            share=True,
            only={"dispatched": "true"},
            title=N_("People in place by field"),
            definition=N_("Of those posted to agencies of the field: in place is who is not seconded away."),
        ),
        Chart(
            by="personnel_unit",
            split="dispatched",
            share=True,
            only={"kept": "true"},
            title=N_("Share of people posted to agencies, by department"),
            definition=N_("Of the people that the department keeps here, who serves at an agency or is seconded."),
        ),
        Chart(by="state", split="status_kind", title=N_("People by state and employment")),
        Chart(by="post_grade", split="field", title=N_("Posts by grade and field")),
        Chart(by="recruited_by", split="specialty", title=N_("People by how they came, and specialty")),
    ),
    related=(
        Related(
            model=PersonnelChange,
            by="staff",
            listed=("kind", "reason", "state", "township_opinion", "effective_on"),
            empty=N_("No personnel change of this person."),
        ),
    ),
    workflow=STAFF,
    prepare=prepare_staff,
    forget=forget_staff,
    stays=stays_on_record,
    intake=None,  # the numbers would lie in the file, and in the rows that are kept of it
    empty=N_(
        "Nobody is registered yet. A department registers its people, and posts them to agencies by a personnel change."
    ),
)
