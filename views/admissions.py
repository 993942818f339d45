"""Duty admissions: the department's application, the townships' opinions, and the guarantees."""

from app.engine.declare import Chart, Console, Kinds, Related
from app.item_forms import RARE, SAYABLE, of_proposal
from models.admissions import AdmissionBatch, AdmissionOpinion, DutyAdmission, GuaranteeMeasure
from models.base import N_
from models.meetings import MeetingVote
from models.queries.choices import lists_in_force, modules, own_drafts, townships
from models.rules.admissions import ADMISSION, prepare_admission, prepare_batch
from models.rules.answers import OPINION, prepare_opinion
from models.rules.guarantees import GUARANTEE, prepare_guarantee

DUTY = ("title", "nature", "reason", "department_duties", "township_duties", "legal_basis")
"""What every admission says of the duty."""
TERM = ("starts_on", "ends_on", "batch", "file")
GIVEN = ("lead_department", "source")
"""The applicant, and the admission itself."""
WORDS = tuple(name for name in SAYABLE if name not in (*DUTY, *GIVEN))

admissions = Console(
    model=DutyAdmission,
    name=N_("Duty admissions"),
    category=N_("Admissions"),
    icon="fa-arrow-right-to-bracket",
    listed=("number", "title", "state", "applicant", "nature", "batch", "starts_on", "ends_on", "expires_at"),
    shown=(
        "number",
        "title",
        "state",
        "applicant",
        "duty_list",
        *DUTY[1:],
        *WORDS,
        *TERM,
        "submitted_at",
        "meeting",
        "decided_at",
        "handed_over_on",
        "handover_record",
        "handover_file",
        "in_force_at",
        "resulting_item",
        "expires_at",
        "suspended_at",
        "resumed_at",
        "ended_at",
    ),
    form=("duty_list", *DUTY, *WORDS, *TERM),
    folded=RARE,
    required=("reason", "department_duties", "township_duties", "legal_basis"),
    among={"duty_list": lists_in_force, "module": modules},
    searched=("number", "title", "state", "applicant", "nature", "batch", "starts_on", "in_force_at"),
    deadlines={"expires_at": ("ended_at",)},
    charts=(
        Chart(by="state", kind="pie", title=N_("Admissions by state")),
        Chart(by="applicant", title=N_("Admissions by department")),
        Chart(by="batch", split="state", title=N_("Admissions by batch and state")),
    ),
    related=(
        Related(
            model=AdmissionOpinion,
            by="admission",
            listed=("township", "state", "answer_due", "stance", "opinion", "file", "given_at"),
            order="id",
            title=N_("Townships affected, and what they answer"),
            empty=N_("Name every township that is to take the duty on: each will be asked in writing."),
        ),
        Related(
            model=GuaranteeMeasure,
            by="admission",
            order="id",
            empty=N_("Promise all five: funds, talent, technology, training, guidance."),
        ),
        Related(model=MeetingVote, by="admission"),
    ),
    kinds=Kinds(
        by=("duty_list",),
        column="extra",
        variant=of_proposal(DUTY, TERM, given=GIVEN),
        first=("duty_list", *DUTY, *TERM),
    ),
    workflow=ADMISSION,
    prepare=prepare_admission,
    empty=N_("No admission. A department applies for one before it moves a duty down to townships."),
)

opinions = Console(
    model=AdmissionOpinion,
    name=N_("Written opinions"),
    category=N_("Admissions"),
    icon="fa-envelope-open-text",
    listed=("admission", "township", "state", "asked_at", "answer_due", "stance", "given_at"),
    form=("admission", "township"),
    searched=("state", "stance", "township", "admission", "answer_due"),
    among={"admission": own_drafts, "township": townships},
    deadlines={"answer_due": ("given_at",)},
    charts=(Chart(by="township", split="stance", title=N_("Written opinions by township")),),
    about="admission",
    workflow=OPINION,
    prepare=prepare_opinion,
    empty=N_("No township has been asked."),
)

guarantees = Console(
    model=GuaranteeMeasure,
    name=N_("Guarantee measures"),
    category=N_("Admissions"),
    icon="fa-hand-holding-hand",
    listed=("admission", "kind", "promise", "due", "state", "delivered_at", "confirmed_at"),
    form=("admission", "kind", "promise", "due"),
    searched=("state", "kind", "admission", "due", "promise"),
    among={"admission": own_drafts},
    deadlines={"due": ("delivered_at",)},
    charts=(
        Chart(
            by="kind",
            split="state",
            title=N_("Guarantees delivered or late"),
            definition=N_("Delivered: an affected township confirmed it. Late: not reported by its date."),
        ),
    ),
    about="admission",
    workflow=GUARANTEE,
    prepare=prepare_guarantee,
    empty=N_("No guarantee has been promised."),
)

batches = Console(
    model=AdmissionBatch,
    name=N_("Admission batches"),
    category=N_("Admissions"),
    icon="fa-layer-group",
    listed=("name", "year"),
    related=(Related(model=DutyAdmission, by="batch", listed=("number", "title", "applicant", "state")),),
    prepare=prepare_batch,
    empty=N_("No batch. What has ripened is admitted together."),
)
