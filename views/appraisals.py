"""Appraisals of persons within the county's total; and daily assessments of agencies."""

from app.engine.declare import Chart, Console, Link, Related
from models.appraisals import AppraisalTotal, StaffAppraisal
from models.base import N_
from models.daily import DailyAssessment
from models.queries.choices import agencies_serving, open_totals, own_posts, townships
from models.rules.appraisals import APPRAISAL, forget_total, prepare_appraisal, prepare_total
from models.rules.daily import DAILY, prepare_daily, tell_daily

UNGRADED = Link(
    label=N_("What is distributed, and who is without a grade"),
    endpoint="Ungraded.page",
    icon="fa-user-clock",
    takes="",
    further=lambda total: {"year": total.year},
    needs=("can_read", "StaffAppraisal"),
    summed_up=True,
)

FORMULA = Link(
    label=N_("How the score is made"),
    endpoint="PersonsScore.page",
    icon="fa-calculator",
    summed_up=True,
)

appraisal_totals = Console(
    model=AppraisalTotal,
    name=N_("Totals for appraisals"),
    category=N_("Agencies and people"),
    listed=("township", "year", "state", "measure", "total", "excellent_quota", "post_weight", "confirmed_at"),
    form=("township", "year", "measure", "total", "excellent_quota", "post_weight"),
    searched=("township", "year", "state"),
    among={"township": townships},
    related=(
        Related(
            model=StaffAppraisal,
            by="total",
            listed=("staff", "name", "post_name", "post_function", "satisfaction", "score", "grade", "share"),
            order="id",
        ),
    ),
    links=(UNGRADED,),
    workflow=APPRAISAL,
    prepare=prepare_total,
    forget=forget_total,
    empty=N_("No total yet. The editorial office fixes for each township and year what it may distribute."),
)

staff_appraisals = Console(
    model=StaffAppraisal,
    name=N_("Appraisals of persons"),
    category=N_("Agencies and people"),
    icon="fa-user-check",
    listed=("total", "staff", "name", "post_name", "score", "grade", "share"),
    shown=(
        *("total", "staff", "name", "post_name", "duties", "establishment_unit", "post_function", "satisfaction"),
        *("score", "grade", "share", "remark"),
    ),
    form=("total", "staff", "name", "post", "post_function", "satisfaction", "grade", "share", "remark"),
    searched=("total", "staff", "name", "grade", "score"),
    among={"total": open_totals, "post": own_posts},
    charts=(Chart(by="grade", split="total", title=N_("People by grade, township and year")),),
    links=(FORMULA,),
    prepare=prepare_appraisal,
    intake=None,  # personal data, written one by one
    empty=N_("Nobody is appraised yet. Each township grades who served there longest in the year, within its total."),
)

daily_assessments = Console(
    model=DailyAssessment,
    name=N_("Daily assessments of agencies"),
    category=N_("Agencies and people"),
    icon="fa-calendar-check",
    listed=("day", "agency", "township", "matter", "points", "state"),
    form=("agency", "day", "matter", "points", "file"),
    searched=("agency", "township", "day", "points", "state"),
    order=("day", "desc"),
    among={"agency": agencies_serving},
    charts=(
        Chart(by="agency", sums=("points",), title=N_("Points of daily assessments by agency")),
        Chart(by="agency", split="state", title=N_("Daily assessments by agency")),
    ),
    workflow=DAILY,
    prepare=prepare_daily,
    follow=tell_daily,
    intake=None,  # entered as it is found, and told at once
    empty=N_("No daily assessment. A township or street enters what it finds of an agency that serves it."),
)
