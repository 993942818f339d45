import re
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.pool import NullPool

from app.story import UNREAD, WORKFLOWS, cast_of, play
from jobs.sweep import PARTS
from models import recorder
from models.accountability import AccountabilityCase, AccountabilityDeed, AccountabilityUnit
from models.adjustments import AdjustmentState as J
from models.adjustments import ListAdjustment
from models.admissions import AdmissionOpinion, AdmissionState, DutyAdmission, GuaranteeMeasure, GuaranteeState
from models.agencies import AgencyState, DispatchedAgency, ForceKind, SettingMode, TeamForce
from models.appraisals import AppraisalTotal, StaffAppraisal
from models.assigned import AssignedMatter, MatterState, MatterTownship
from models.base import Role, User
from models.calls import AssignmentState, Call, CallAssignment, CallState, Direction
from models.case_papers import CaseDocument, OfflineStep
from models.community import CheckIn
from models.congress import CongressOpinion, CongressOpinionState
from models.coordination import CaseParty, CaseState, CoordinationCase, Side
from models.daily import DailyAssessment
from models.disputes import DisputeCase, DisputeState
from models.door import system_session
from models.establishment import (
    InternalOrgan,
    InternalOrgPlan,
    OrgPlanState,
    QuotaKind,
    StaffingBankEntry,
    StaffingQuota,
)
from models.funding import PostGrades, ReturnRatio, TownshipFunding
from models.governance import GovernanceModule, ModuleKind
from models.grids import Grid, GridAssignment, GridRole
from models.hotline import HotlineTicket, TicketState, Timeliness
from models.irregular import IrregularAssignmentReport, ReportState
from models.item_words import ItemState, ListState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.ledger import Job, Promise, PromiseState
from models.lists import DutyList, ListItem, ListType
from models.meetings import JointMeeting, MeetingKind
from models.notices import Notice, Outbox
from models.nudges import Nudge
from models.organisation import Posting, Unit, UnitType
from models.past_calls import PastCall, PastOutcome
from models.personnel import ChangeState, PersonnelChange
from models.platforms import Platform, PlatformMeeting
from models.posts import Committee, CommitteeMember, ModuleLeader, Post, PostHolder
from models.queries.calendar import DEFAULT_WINDOWS
from models.queries.desk import piles
from models.ratings import CaseAssessment, MutualRating, RatingState
from models.recorder import RecorderEntry
from models.rectification import Circular, CircularState, RectificationOrder, RectificationState
from models.requests import DataRequest, RequestState
from models.reviews import ReviewFile
from models.roles import RoleName
from models.rules.appraisals import ungraded
from models.rules.deadlines import WorkingCalendar
from models.scope import SCOPED
from models.seeds import rows
from models.seeds.accounts import ACCOUNTS
from models.seeds.demo import fill
from models.seeds.stories import WORKING_DAY, stories, worked_before
from models.services import ServiceRequest
from models.staffing import AgencyStaff, StaffState
from models.statements import ResponsibilityStatement, StatementState
from models.steps import ItemStep
from models.store import Store
from models.suggestions import HeadAdjustmentSuggestion
from models.supervision import OrderState, Reminder, SupervisionOrder
from models.taskforces import TaskForce, TaskForceMember, TaskForceReview, TaskForceRole
from models.three_fixed import ThreeFixedDocument
from models.words import CallScope
from tests.make import NOW

DESKS = ("office", "supervision", "editorial", "zhzf", "zrzy", "luoyang", "tc_office")
LOCAL = {f"models.{name}" for name in ("grids", "services", "disputes", "reviews", "community", "partners", "evidence")}
CLOCKS = [part for part in PARTS if part not in ("mails", "webhooks")]
CALENDAR = WorkingCalendar(DEFAULT_WINDOWS)

OF_NO_CALL = (
    *(Job.comment_watch, Job.adjustment_watch, Job.idle_items, Job.matter_watch, Job.admission_watch),
    *(Job.meeting_remind, Job.suggestion_watch, Job.hotline_watch, Job.review_watch, Job.turnover_watch),
    *(Job.regional_collect, Job.score_compute),
)
"""They speak to offices, and remind nobody of a call."""


def tell(engine, now, folder):
    """The demo, as the command makes it, at a moment."""
    with system_session(engine) as session, session.begin():
        recorder.set_origin(session, recorder.Origin(at=now))
        session.add_all(Role(name=str(name)) for name in ("member", *RoleName))
        session.flush()
        fill(session, now, "")
        play(session, now, Store(folder))


@pytest.fixture(scope="module")
def told(sqlite_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    path = shutil.copy(sqlite_file, folder / "told.sqlite")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    tell(engine, NOW, folder)
    return engine


@pytest.fixture
def county(told):
    """The system's session on the demo; nothing is committed."""
    with system_session(told) as session:
        yield session


@pytest.fixture
def copy(told, tmp_path):
    """The demo, to go on with."""
    path = shutil.copy(told.url.database, tmp_path / "demo.sqlite")
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def told_by(session):
    """All that the recorder holds. What one flush changed stands in any order."""
    columns = ("chain", "at", "user_id", "unit_id", "subject_type", "subject_id", "action", "before", "after", "note")
    entries = session.execute(select(*(getattr(RecorderEntry, name) for name in columns)))
    return sorted(repr(tuple(entry)) for entry in entries)


def call_of(session, key):
    title = next(story.title for story in stories() if story.key == key)
    return session.scalars(select(Call).where(Call.title == title)).one()


def parts_of(session, call):
    return session.scalars(select(CallAssignment).where(CallAssignment.call_id == call.id)).all()


def entry(session, call, action, subject="call"):
    of_call = (RecorderEntry.call_id == call.id) & (RecorderEntry.subject_type == subject)
    return session.scalars(select(RecorderEntry).where(of_call, RecorderEntry.action == action)).one()


@pytest.mark.parametrize(
    ("what", "model"), [("call", Call), ("part", CallAssignment), ("rating", MutualRating), ("case", CoordinationCase)]
)
def test_every_state_that_can_be_reached_occurs(county, what, model):
    first = model.__table__.c.state.default.arg
    reachable = {move.target for move in WORKFLOWS[what].transitions.values()} - {None} | {first}
    reachable -= {AssignmentState.void}  # what an upheld report annuls: the demo tells of none that names a call
    assert set(county.scalars(select(model.state))) == reachable


def test_the_recorder_verifies(county):
    assert recorder.verify(county) == []
    assert len(recorder.heads(county)) == 3


@pytest.mark.long
def test_the_same_moment_tells_the_same_story(told, own_engine, tmp_path):
    tell(own_engine, NOW, tmp_path)
    with system_session(told) as one, system_session(own_engine) as other:
        assert told_by(one) == told_by(other)


@pytest.mark.parametrize("username", DESKS)
def test_on_every_desk_something_waits_and_some_of_it_is_late(county, username):
    stacks = [(pile, county.scalars(pile.query).all()) for pile in piles(cast_of(county)[username], NOW.date())]
    assert any(rows for pile, rows in stacks if pile.mine)
    dues = [getattr(row, pile.due.key) for pile, rows in stacks for row in rows if pile.due is not None]
    assert min(filter(None, dues)) < NOW < max(filter(None, dues))


def test_every_call_cites_an_item_in_force_in_its_county_when_it_was_written_or_a_module(county):
    later = aliased(DutyList)
    lists = select(Call.title).join(Call.list_item).join(DutyList, DutyList.id == ListItem.duty_list_id)
    fitting = lists.outerjoin(later, later.replaces_id == DutyList.id).where(
        ListItem.region_id == Call.region_id,
        ~Call.imported,
        DutyList.published_at < Call.created_at,
        or_(later.id.is_(None), later.published_at > Call.created_at),
    )
    of_tickets = county.scalar(select(func.count(HotlineTicket.call_id)))
    every = county.scalar(select(func.count(Call.id)).where(~Call.imported, Call.module_id.is_(None)))
    assert len(county.scalars(fitting).all()) == len(stories()) + of_tickets == every


def test_calls_are_of_all_scopes_and_of_every_category(county):
    assert set(county.scalars(select(Call.scope))) == set(CallScope)
    of_items = select(Call.category).where(Call.list_item_id.is_not(None))
    assert set(county.scalars(of_items)) == set(county.scalars(select(ListItem.category))) - {""}


@pytest.mark.requirement("TS-26")
def test_one_call_went_through_a_module_to_its_contact_group(county):
    call = county.scalars(select(Call).where(Call.module_id.is_not(None))).one()
    assert (str(call.module), call.list_item, call.state) == ("大执法", None, CallState.dispatched)
    assert {part.department.name for part in parts_of(county, call)} == {"综合行政执法局", "自然资源和规划局"}


def test_the_lists_say_who_published_them_and_that_this_is_a_demonstration(county):
    editions = county.scalars(select(DutyList)).all()
    assert all("演示" in edition.issued_by for edition in editions)
    assert all("演示" in edition.document_number for edition in editions if edition.replaces is None)


def test_townships_hold_powers_and_departments_their_documents(county):
    powers = select(func.count()).select_from(ListItem).join(ListType, ListType.id == ListItem.list_type_id)
    assert county.scalar(powers.where(ListType.code == "power", ListItem.state == ListState.published)) == 3
    documents = county.scalars(select(ThreeFixedDocument)).all()
    assert {document.region_id for document in documents} == set(county.scalars(select(DutyList.region_id)))
    assert all("演示" in document.document_number for document in documents)


def test_nothing_happened_after_now_nor_long_before(county):
    first, last = county.execute(select(func.min(RecorderEntry.at), func.max(RecorderEntry.at))).one()
    assert last <= NOW
    assert first == NOW - timedelta(days=200)
    assert (
        timedelta(days=70)
        < NOW - county.scalar(select(func.min(Call.created_at)).where(~Call.imported))
        < timedelta(days=90)
    )


def test_every_move_of_a_call_has_a_person_but_those_that_follow_by_themselves(county):
    by_people = {name for workflow in WORKFLOWS.values() for name in workflow.moves} | {"create", "edit"}
    nobodys = select(RecorderEntry.action).where(RecorderEntry.call_id.is_not(None), RecorderEntry.user_id.is_(None))
    ratings_in = (RecorderEntry.subject_type == "call") & (RecorderEntry.action == "close")  # orders people close
    ratings_in |= RecorderEntry.subject_type == "case_assessment"
    of_clocks = RecorderEntry.place.startswith("job:") | ratings_in
    assert not set(county.scalars(nobodys.where(~of_clocks))) & by_people


def test_the_clocks_ran_in_between(county):
    silent = {Job.extension_watch, Job.rating_watch, Job.rectification_watch, *OF_NO_CALL}
    assert set(county.scalars(select(Reminder.job))) == set(Job) - silent
    kept = select(Promise.job).where(Promise.state == PromiseState.fired)
    assert set(county.scalars(kept)) == set(Job)
    assert county.scalars(select(SupervisionOrder.state)).all().count(OrderState.issued) > 0
    late = select(CoordinationCase.supervision_level).where(CoordinationCase.state == CaseState.supervising)
    assert county.scalar(late) == 1


def test_a_sweep_now_finds_nothing_and_three_days_later_something_once(copy):
    def sweep(at):
        did = 0
        for part in CLOCKS:
            with system_session(copy) as session, session.begin():
                while (done := PARTS[part](session, at)).found:
                    did += done.did
        return did

    assert sweep(NOW) == 0
    assert sweep(NOW + timedelta(days=3)) > 0
    assert sweep(NOW + timedelta(days=3)) == 0
    with system_session(copy) as session:
        assert recorder.verify(session) == []


@pytest.mark.requirement("LX-24")
def test_a_grid_worker_wrote_a_clue_and_the_township_sent_it(county):
    call, cast = call_of(county, "river-rubbish"), cast_of(county)
    assert entry(county, call, "create").user_id == cast["grid_luoyang"].user_id
    assert entry(county, call, "send").user_id == cast["luoyang"].user_id
    assert call.caller_unit.name == "罗阳镇"


@pytest.mark.requirement("LX-25")
def test_a_commissioner_settled_a_clue_in_the_community(county):
    call = call_of(county, "leaf-gully")
    assert (call.state, call.sent_at) == (CallState.settled_here, None)
    assert entry(county, call, "settle_here").user_id == cast_of(county)["commissioner_luoyang"].user_id


@pytest.mark.requirement("TS-27")
def test_one_department_called_the_townships(county):
    call = county.scalars(select(Call).where(Call.direction == Direction.department_to_township)).one()
    assert call.caller_unit_id == cast_of(county)["zrzy"].unit_id
    assert {part.department.name for part in parts_of(county, call)} == {"南浦溪镇", "雅阳镇"}


@pytest.mark.requirement("TC-24")
def test_one_call_is_answered_in_two_counties(county):
    call = county.scalars(select(Call).where(Call.is_cross_region)).one()
    assert {part.department.region.name for part in parts_of(county, call)} == {"泰顺县", "天长市"}
    assert cast_of(county)["tc_nongye"].unit_id in {part.department_id for part in parts_of(county, call)}


@pytest.mark.requirement("TC-22")
def test_fishery_is_enforced_jointly(county):
    call = call_of(county, "electro-fishing")
    parts = {part.department.name: part for part in parts_of(county, call)}
    assert parts.keys() == {"农业农村局", "公安局", "市场监督管理局"}
    joint = parts["农业农村局"]
    assert "8起" in joint.result
    assert (joint.cases, joint.fines, joint.confiscations) == (8, 20000, 8)
    assert call.state is CallState.closed


def test_one_call_was_corrected_and_one_not_solved_at_first(county):
    assert entry(county, call_of(county, "fake-goods"), "return_for_correction").note
    solved, still = call_of(county, "stray-dogs"), call_of(county, "slag-heap")
    assert (solved.state, solved.reopened) == (CallState.closed, 1)
    assert (still.state, still.reopened) == (CallState.in_progress, 1)


@pytest.mark.requirement("TC-34", "LX-29")
def test_calls_were_rated_by_both_sides_by_one_and_by_none_and_one_still_waits(county):
    def states(key):
        of_call = select(MutualRating.state).where(MutualRating.call_id == call_of(county, key).id)
        return list(county.scalars(of_call.order_by(MutualRating.id)))

    G, R, N = RatingState.given, RatingState.revealed, RatingState.not_rated
    assert (states("slope-crack"), states("fake-goods")) == ([R] * 4, [N, R])
    assert (states("riverside-sheds"), states("breakfast-stalls")) == ([N] * 4, [G, RatingState.waiting])
    closings = {key: entry(county, call_of(county, key), "close").place for key in ("slope-crack", "fake-goods")}
    assert closings["fake-goods"] == "job:rating_watch" != closings["slope-crack"]
    assessed = select(func.count(CaseAssessment.id)).where(CaseAssessment.call_id == call_of(county, "slope-crack").id)
    assert county.scalar(assessed) == 3


def test_a_rejection_names_the_item_and_the_unit_whose_duty_it_is(county):
    (part,) = parts_of(county, call_of(county, "stray-cats"))
    assert part.state is AssignmentState.rejected
    assert (part.cited_item.code, part.proposed_unit.name) == ("ZF-06", "综合行政执法局")


@pytest.mark.requirement("TC-44")
def test_a_negotiation_that_took_too_long_went_to_the_editorial_office_by_itself(county):
    case = county.scalars(select(CoordinationCase).where(CoordinationCase.state == CaseState.coordinating)).one()
    escalated = entry(county, case.call, "escalate", "coordination_case")
    assert (escalated.user_id, escalated.place) == (None, "job:case_escalate")
    assert case.escalated_at == case.negotiation_due


def test_after_a_closed_case_the_call_went_to_its_duty_holder_and_was_solved(county):
    case = county.scalars(select(CoordinationCase).where(CoordinationCase.state == CaseState.closed)).one()
    lead = aliased(CallAssignment)
    of_round = select(lead.department_id).where(lead.call_id == case.call_id, lead.round == 2, lead.role == "lead")
    assert county.scalar(of_round) == case.responsible_unit_id
    assert case.call.state is CallState.closed
    sides = set(county.scalars(select(CaseParty.side).where(CaseParty.case_id == case.id)))
    assert sides == {Side.caller, Side.respondent, Side.named}


@pytest.mark.parametrize("username", [*DESKS, "tc_nongye", "nanpuxi", "tc_editorial"])
def test_the_bell_shows_a_few_unread_and_only_they_are_still_to_be_mailed(county, username):
    mine = Notice.user_id == cast_of(county)[username].user_id
    unread = county.scalars(select(Notice).where(mine, Notice.read_at.is_(None))).all()
    assert 0 < len(unread) <= UNREAD
    assert all(notice.mailed_at is None for notice in unread)
    assert county.scalar(select(func.count(Notice.id)).where(mine, Notice.mailed_at.is_(None))) == len(unread)


def test_every_unit_that_was_told_something_has_somebody_who_heard_it(county):
    unheard = select(Reminder.unit_id).where(Reminder.unit_id.not_in(select(Posting.unit_id)))
    assert county.scalars(unheard).all() == []


def test_colleagues_without_an_account_cannot_sign_in(county):
    accounts = {account.username for account in ACCOUNTS}
    can = set(county.scalars(select(User.username).where(User.active)))
    assert can == accounts
    assert county.scalar(select(func.count(User.id)).where(User.active.is_(False))) > 0


def test_who_answers_a_call_serves_the_unit_that_was_asked(county):
    of_unit = select(Posting.user_id).where(Posting.unit_id == CallAssignment.department_id)
    strangers = select(CallAssignment.id).where(
        CallAssignment.responsible_id.is_not(None), CallAssignment.responsible_id.not_in(of_unit)
    )
    assert county.scalars(strangers).all() == []


MOMENTS = [
    NOW,
    datetime(2026, 11, 22, 2, 24, tzinfo=UTC),  # a Sunday
    datetime(2026, 10, 5, 4, 0, tzinfo=UTC),  # in the National Day holidays
    datetime(2026, 12, 31, 15, 59, tzinfo=UTC),  # a minute before the new year, in China
    datetime(2027, 2, 10, 0, 31, tzinfo=UTC),  # in a year that was not announced
]


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_scenes_of_a_story_follow_each_other_until_now(now):
    for story in stories():
        moments = [at for at, _ in story.moments(CALENDAR, now)]
        assert moments == sorted(moments), story.key
        assert moments[-1] <= now, story.key


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_people_work_in_working_hours_but_in_an_emergency(now):
    for story in stories():
        for at, scene in story.moments(CALENDAR, now):
            if not scene.when.startswith("+"):
                assert CALENDAR.next_working_moment(at) == at, (story.key, scene)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
@pytest.mark.parametrize("days", [0, 0.3, 1, 4.5, 20])
def test_so_much_was_worked_since_a_moment(now, days):
    since = worked_before(CALENDAR, now, days * WORKING_DAY)
    assert CALENDAR.working_minutes(since, now) == days * WORKING_DAY // timedelta(minutes=1)


@pytest.mark.long
@pytest.mark.parametrize("now", [datetime(2027, 1, 7, 0, 39, tzinfo=UTC), *MOMENTS[-2:]], ids=str)
def test_all_of_it_is_told_at_the_turn_of_a_year_too(sqlite_file, tmp_path, now):
    path = shutil.copy(sqlite_file, tmp_path / "turn.sqlite")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    tell(engine, now, tmp_path)
    with system_session(engine) as session:
        years = set(session.scalars(select(AppraisalTotal.year).join(StaffAppraisal.total)))
    assert years
    assert years <= {now.year - 1, now.year}


def test_no_text_holds_what_could_be_a_telephone_number():
    for story in stories():
        told = [story.title, story.description, story.place, *(scene.text for scene in story.scenes)]
        assert not re.search(r"\d{6}", " ".join(told)), story.key


def test_every_scene_belongs_to_a_call_that_begins_by_being_written():
    assert all(story.scenes[0].move == "write" for story in stories())
    assert sum(len(story.scenes) for story in stories()) == len(rows("demo_scenes.csv"))


def test_the_places_lie_where_the_caller_calls_from(county):
    home, place = aliased(Unit), aliased(Unit)
    outside = (
        select(Call.title)
        .join(home, home.id == Call.caller_unit_id)
        .join(place, place.id == Call.place_unit_id)
        .where(~place.path.startswith(home.path))
    )
    assert county.scalars(outside).all() == []


def townships_of(county, matter):
    return county.scalars(select(MatterTownship.township_id).where(MatterTownship.matter_id == matter.id)).all()


@pytest.mark.requirement("TC-28")
def test_three_assigned_matters_are_shown_one_over_one_in_force_one_waiting(county):
    shown = county.scalars(select(AssignedMatter)).all()
    assert {matter.category: matter.state for matter in shown} == {
        "防汛抗旱": MatterState.ended,
        "疫情防控": MatterState.in_force,
        "文明创建": MatterState.submitted,
    }
    for matter in shown:
        both = matter.committee_at is not None and matter.government_at is not None
        assert both == (matter.state is not MatterState.submitted), matter
        assert townships_of(county, matter), matter


def test_a_report_was_upheld_and_another_waits(county):
    states = county.execute(select(IrregularAssignmentReport.state, IrregularAssignmentReport.cancelled)).all()
    assert sorted(states) == [(ReportState.reported, False), (ReportState.upheld, True)]
    cleared = county.scalars(select(ResponsibilityStatement.state)).all()
    assert sorted(cleared) == [StatementState.cleared, StatementState.kept]


def test_a_department_is_warned_of_what_another_asks(county):
    (draft,) = county.scalars(select(DataRequest).where(DataRequest.state == RequestState.draft))
    assert (draft.asked, draft.repeated) == (3, 2)
    assert "规上企业月报" in draft.places


# Lists that are governed


def test_three_editions_follow_each_other_an_adjustment_and_an_admission_apart(county):
    territorial = DutyList.list_type.has(ListType.code == "territorial")
    of_county = select(DutyList).where(DutyList.region_id == region(county), territorial)
    editions = county.scalars(of_county.order_by(DutyList.edition)).all()
    told = [(edition.edition, edition.state) for edition in editions]
    assert told == [(1, ListState.superseded), (2, ListState.superseded), (3, ListState.published)]
    fresh = select(ListItem.code).where(ListItem.duty_list_id == editions[-1].id, ListItem.root_id.is_(None))
    added = county.scalars(fresh).all()
    (admitted,) = (admission for admission in admissions(county) if admission.state is AdmissionState.in_force)
    assert added == [admitted.number] == [editions[-1].document_number]


def test_what_a_township_proposed_is_in_the_list_and_what_it_wanted_to_be_rid_of_too(county):
    found = county.scalars(select(ListAdjustment).order_by(ListAdjustment.id)).all()
    assert [(one.kind, one.state) for one in found] == [
        ("remove", J.refused), ("add", J.applied), ("modify", J.consulting), ("modify", J.submitted)]  # fmt: skip
    codes = set(county.scalars(select(ListItem.code).where(in_force(county))))
    assert {found[0].list_item.code, found[1].resulting_item.code} <= codes
    assert found[1].call.title == call_of(county, "streamside-house").title


def test_three_admissions_are_shown_in_force_waiting_for_one_township_and_in_draft(county):
    running, waiting, draft = admissions(county)
    assert [running.state, waiting.state, draft.state] == [
        AdmissionState.in_force, AdmissionState.consulting, AdmissionState.draft]  # fmt: skip
    states = county.execute(select(GuaranteeMeasure.kind, GuaranteeMeasure.state).where(of(running))).all()
    assert dict(states) == {
        "funds": GuaranteeState.delivered,
        "technology": GuaranteeState.delivered,
        "guidance": GuaranteeState.reported,
        "training": GuaranteeState.promised,
        "talent": GuaranteeState.promised,
    }
    near = select(func.min(GuaranteeMeasure.due)).where(of(running), GuaranteeMeasure.state == GuaranteeState.promised)
    assert NOW < county.scalar(near) < NOW + timedelta(days=3)
    silent = select(AdmissionOpinion).where(
        AdmissionOpinion.admission_id == waiting.id, AdmissionOpinion.state == "asked"
    )
    assert county.scalars(silent).one().township.name == "南浦溪镇"


def test_an_objection_sent_the_admission_back_before_it_was_approved(county):
    entries = county.scalars(
        select(RecorderEntry.action)
        .where(RecorderEntry.subject_type == "duty_admission", RecorderEntry.subject_id == admissions(county)[0].id)
        .order_by(RecorderEntry.id)
    ).all()
    moves = [entry for entry in entries if entry in ("return", "approve", "hand_over", "in_force")]
    assert moves == ["return", "approve", "hand_over", "in_force"]


@pytest.mark.parametrize("model", [ItemStep, ItemCheckpoint, ItemIndicator, ItemAttachment])
def test_two_items_in_force_have_a_flow_chart_and_all_that_goes_with_it(county, model):
    codes = select(ListItem.code).join(model, model.list_item_id == ListItem.id).where(in_force(county))
    assert set(county.scalars(codes)) == {"CX-21", "YJ-15"}


def test_calls_tell_what_their_item_asks(county):
    assert call_of(county, "slope-crack").extra.keys() == set(
        county.scalars(select(ItemIndicator.name).join(ListItem).where(in_force(county), ListItem.code == "YJ-15"))
    )


def region(session):
    return cast_of(session)["list_manager"].region_id


def in_force(session):
    return (ListItem.region_id == region(session)) & (ListItem.state == ItemState.published)


def admissions(session):
    return session.scalars(select(DutyAdmission).order_by(DutyAdmission.id)).all()


def of(admission):
    return GuaranteeMeasure.admission_id == admission.id


def test_villages_have_grids_one_of_them_merged_and_people_who_serve_there(county):
    merged = county.scalars(select(Grid).where(Grid.merged_into_id.is_not(None))).all()
    assert {grid.state for grid in merged} == {"ended"}
    assert county.scalars(select(Grid).where(Grid.id == merged[0].merged_into_id)).one().is_comprehensive
    assert set(county.scalars(select(GridAssignment.role))) == set(GridRole)


def test_agencies_of_both_settings_count_one_is_being_laid_down_and_a_team_is_made_of_some(county):
    states = Counter(county.execute(select(DispatchedAgency.mode, DispatchedAgency.state)).all())
    assert {mode for mode, state in states if state is AgencyState.in_force} == set(SettingMode)
    assert AgencyState.draft in {state for _, state in states}
    assert set(county.scalars(select(TeamForce.kind))) == set(ForceKind)


@pytest.mark.requirement("TS-24", "TS-25")
def test_in_five_fields_people_serve_and_of_their_changes_there_is_one_at_every_stage(county):
    serving = select(AgencyStaff.field).where(AgencyStaff.state == StaffState.in_place)
    assert len(set(county.scalars(serving))) == 5
    assert set(county.scalars(select(AgencyStaff.state))) == set(StaffState)
    assert set(county.scalars(select(PersonnelChange.state))) == set(ChangeState)
    assert all(name[:2] in ("样例", "示例") for name in county.scalars(select(AgencyStaff.name)))
    consulted = select(PersonnelChange.township_opinion).where(PersonnelChange.state == ChangeState.effective)
    assert None not in county.scalars(consulted).all()
    assert set(county.scalars(select(HeadAdjustmentSuggestion.state))) == {"opened", "settled"}
    told = set(county.scalars(select(Outbox.key).where(Outbox.key.startswith("term_watch:"))))
    assert {key.split(":")[3].split("@")[0] for key in told} >= {
        "min_term_until",
        "min_service_until",
        "seconded_until",
    }


@pytest.mark.requirement("TA-17", "TA-18")
def test_of_three_events_one_is_concluded_one_analysed_and_one_being_looked_into(county):
    cases = county.scalars(select(AccountabilityCase).order_by(AccountabilityCase.id)).all()
    assert [case.state for case in cases] == ["concluded", "analysed", "opened"]
    of_first = select(AccountabilityUnit).where(AccountabilityUnit.case_id == cases[0].id)
    found = county.scalars(of_first.order_by(AccountabilityUnit.id)).all()
    told = [(part.responsibility, part.share, part.finding, part.failures) for part in found]
    assert told == [("primary", 80, "held_accountable", 1), ("cooperative", 20, "exempted", 0)]
    assert [part.against_record for part in found] == ["", ""]
    assert cases[0].item.duty_list.edition == 1  # the third is in force since
    late = select(AccountabilityDeed.action).where(
        AccountabilityDeed.part_id == found[0].id, AccountabilityDeed.is_late
    )
    assert "inaction" in county.scalars(late).all()


@pytest.mark.requirement("ZG-22", "TS-31")
def test_one_townships_people_are_graded_and_confirmed_and_another_is_distributing(county):
    totals = county.execute(select(AppraisalTotal.state, AppraisalTotal.total).order_by(AppraisalTotal.id)).all()
    assert [tuple(total) for total in totals] == [("confirmed", Decimal(200)), ("fixed", Decimal(96000))]
    grades = select(StaffAppraisal.grade, StaffAppraisal.score).order_by(StaffAppraisal.id)
    told = [(str(grade), str(score)) for grade, score in county.execute(grades)]
    assert told[:2] == [("excellent", "93.20"), ("competent", "82.40")]
    (left,) = ungraded(county, region(county), NOW.year, NOW)[:1]
    assert (left.township.name, len(left.people)) == ("罗阳镇", 9)


@pytest.mark.requirement("LX-11")
def test_two_townships_have_assessed_agencies_and_the_department_has_answered(county):
    found = county.scalars(select(DailyAssessment).order_by(DailyAssessment.id)).all()
    assert {daily.township.name for daily in found} == {"罗阳镇", "泗溪镇"}
    assert [daily.state for daily in found].count("answered") == 1


@pytest.mark.requirement("TS-13")
def test_one_main_module_three_core_ones_and_the_branches_below_them(county):
    """1+3+N, led in a township by its posts."""
    modules = county.scalars(select(GovernanceModule).where(GovernanceModule.region_id == region(county))).all()
    tree = {module.name: (module.kind, module.parent and module.parent.kind) for module in modules}
    of_kind = {kind: {name for name, (own, _) in tree.items() if own is kind} for kind in ModuleKind}
    assert of_kind[ModuleKind.main] == {"大党建"}
    assert of_kind[ModuleKind.core] == {"大管理", "大安全", "大服务"}
    assert of_kind[ModuleKind.branch]
    above = {ModuleKind.main: None, ModuleKind.core: ModuleKind.main, ModuleKind.branch: ModuleKind.core}
    assert all(parent is above[kind] for kind, parent in tree.values())
    led = county.scalars(select(ModuleLeader.module_id).where(ModuleLeader.unit.has(Unit.name == "罗阳镇"))).all()
    assert {module.id for module in modules if module.kind is not ModuleKind.branch} <= set(led)


def test_a_task_force_is_at_work_with_a_review_behind_it_and_another_is_being_set_up(county):
    assert set(county.scalars(select(TaskForce.state))) == {"active", "setting_up"}
    assert set(county.scalars(select(TaskForceMember.role))) == set(TaskForceRole)
    assert county.scalars(select(TaskForceReview.task_force_id)).one()


@pytest.mark.requirement("TS-29", "LX-02", "LX-03")
def test_the_bank_has_given_66_posts_three_of_departments_and_lent_21_to_twelve_townships(county):
    quotas = county.execute(select(StaffingQuota.count).where(StaffingQuota.kind == QuotaKind.turnover)).scalars()
    assert sorted(filter(None, quotas)) == [*[1] * 6, *[2] * 3, *[3] * 3]
    given = select(StaffingBankEntry.count).where(StaffingBankEntry.kind == "allocation")
    lasting = county.scalars(given.where(StaffingBankEntry.quota == QuotaKind.public_institution)).all()
    assert Counter(lasting) == {11: 6, 1: 3}
    assert set(county.scalars(select(StaffingBankEntry.state))) == {"booked", "allocated", "returned"}
    states = select(InternalOrgPlan.state)
    assert Counter(county.scalars(states)) == {
        OrgPlanState.draft: 1,
        OrgPlanState.proposed: 1,
        OrgPlanState.approved: 1,
    }
    kinds = select(InternalOrgan.kind).join(InternalOrgPlan).where(InternalOrgPlan.state == OrgPlanState.approved)
    assert Counter(county.scalars(kinds)) == {"office": 7, "institution": 5}


@pytest.mark.requirement("ZG-14", "ZG-15", "ZG-16", "ZG-23")
def test_townships_are_measured_funded_under_eight_heads_given_back_more_and_graded_higher(county):
    taishun = (Unit.region_id == region(county)) & (Unit.unit_type == UnitType.township)
    sizes = county.execute(select(Unit.area_km2, Unit.population, Unit.gdp).where(taishun)).all()
    assert len(sizes) == 19
    assert all(all(size) for size in sizes)
    assert set(Counter(county.scalars(select(TownshipFunding.unit_id))).values()) == {8}
    for model, figure in ((ReturnRatio, ReturnRatio.percent), (PostGrades, PostGrades.upper)):
        columns = [figure, model.unit_id, *([model.income] if model is ReturnRatio else [])]
        found = defaultdict(list)
        for value, *of in county.execute(select(*columns).order_by(model.from_on)):
            found[tuple(of)].append(value)
        assert all(values == sorted(values) for values in found.values())
        assert max(map(len, found.values())) == 2


@pytest.mark.requirement("TA-41", "TA-42", "TA-43")
def test_platforms_have_met_by_themselves_and_together_and_one_meeting_lacks_its_minutes(county):
    of_unit = Counter(county.scalars(select(Platform.unit_id)))
    assert set(of_unit.values()) == {4, 2}
    meetings = county.execute(select(PlatformMeeting.kind, PlatformMeeting.state, PlatformMeeting.meets_at < NOW)).all()
    assert Counter(tuple(row) for row in meetings) == {
        ("regular", "held", True): 1,
        ("joint", "held", True): 1,
        ("regular", "planned", True): 1,
        ("regular", "planned", False): 1,
    }
    platforms = select(JointMeeting.state).where(JointMeeting.kind == MeetingKind.platform)
    assert county.scalars(platforms).one() == "planned"


@pytest.mark.requirement("TS-14", "TS-17", "LX-04")
def test_a_township_is_headed_its_modules_are_led_and_its_committees_filled_by_posts(county):
    assert Counter(county.scalars(select(ModuleLeader.role))) == {"overall": 1, "block": 3, "assisting": 1}
    kinds = select(Committee.kind).join(CommitteeMember).where(CommitteeMember.is_head)
    assert set(county.scalars(kinds)) == {"working", "special"}
    assert all(county.scalars(select(Post.duties)).all())
    held = select(Post.name, User.username).join(PostHolder.post).join(PostHolder.holder)
    assert [tuple(row) for row in county.execute(held)] == [("镇党委书记", "luoyang")]


@pytest.mark.requirement("LX-13")
def test_party_organisations_have_checked_in_with_communities(county):
    found = county.scalars(select(CheckIn)).all()
    assert all(row.members and row.services for row in found)
    assert len({row.organisation for row in found}) > 1


def test_of_all_that_townships_and_villages_keep_there_are_rows(county):
    for model in (model for model in SCOPED if model.__module__ in LOCAL):
        assert county.scalars(select(model)).all(), model
    assert set(county.scalars(select(DisputeCase.state))) == set(DisputeState)
    assert set(county.scalars(select(ServiceRequest.state))) >= {"received", "passed", "done"}
    assert {file.qualified for file in county.scalars(select(ReviewFile))} == {True, None}


@pytest.mark.requirement("LX-27")
def test_tickets_are_of_the_five_categories_and_wait_on_the_desk_of_a_township(county):
    tickets = county.scalars(select(HotlineTicket)).all()
    assert {ticket.category for ticket in tickets} == {"环境整治", "市政设施", "园林绿化", "自然资源", "综合执法"}
    assert {ticket.state for ticket in tickets} == set(TicketState)
    assert {ticket.timeliness for ticket in tickets} >= {Timeliness.in_time, Timeliness.late}
    assert all("（演示）" in ticket.title and "（演示）" in ticket.external_key for ticket in tickets)
    waiting = [ticket for ticket in tickets if ticket.state is TicketState.received]
    assert {ticket.unit.name for ticket in waiting} == {"罗阳镇"}


@pytest.mark.requirement("TC-37")
def test_the_congress_of_the_county_and_of_a_town_have_said_something_and_one_was_answered(county):
    opinions = county.scalars(select(CongressOpinion)).all()
    assert {opinion.unit.name for opinion in opinions} >= {"罗阳镇"}
    assert {opinion.state for opinion in opinions} == set(CongressOpinionState)
    assert {opinion.unit.unit_type for opinion in opinions} == {UnitType.congress, UnitType.township}


def test_calls_of_an_older_system_stand_among_the_closed_ones(county):
    past = county.scalars(select(PastCall)).all()
    assert {call.outcome for call in past} == {PastOutcome.solved, PastOutcome.unsolved}
    calls = county.scalars(select(Call).where(Call.imported)).all()
    assert {call.id for call in calls} == {call.call_id for call in past}
    assert {call.state for call in calls} == {CallState.closed}


def test_the_demo_shows_what_the_supervision_office_does(county):
    assert county.scalars(select(Nudge.movement)).all()
    assert RectificationState.verified in county.scalars(select(RectificationOrder.state)).all()
    assert CircularState.published in county.scalars(select(Circular.state)).all()


def test_one_case_began_without_a_call_and_holds_steps_a_meeting_and_a_document(county):
    free = select(CoordinationCase).where(CoordinationCase.call_id.is_(None))
    case = county.scalars(free.where(CoordinationCase.state == CaseState.negotiating)).one()
    for model, many in ((OfflineStep, 2), (CaseDocument, 1), (JointMeeting, 1)):
        assert len(county.scalars(select(model).where(model.case_id == case.id)).all()) == many, model


def test_a_second_refusal_was_ruled_on_and_the_unit_answers(county):
    part = county.scalars(select(CallAssignment).where(CallAssignment.ruled_at.is_not(None))).one()
    assert (part.ruled_unit_id, part.state) == (part.department_id, AssignmentState.working)
    assert part.call.title == call_of(county, "roadside-waste").title
