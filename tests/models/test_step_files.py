"""Photos and papers at every step: who hangs them there, who sees them, and where a clue says that it was taken."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.calls import AssignmentState, Call, CallSource, CallState
from models.case_papers import CaseDocument
from models.coordination import CaseState
from models.disputes import DisputeState
from models.files import Attachment
from models.organisation import Duty
from models.rectification import RectificationState
from models.reviews import ReviewFile, ReviewState
from models.roles import RoleName
from models.rules.clues import forget_call, prepare_call
from models.rules.photos import photo_of
from models.services import ServiceState
from models.step_files import StepFile
from models.supervision import OrderState
from models.workflow import MovedOn, NotYours, Refused
from tests.make import NOW
from tests.models.look import entries
from tests.pictures import PLACE, photo

HERE = Decimal("31.620139"), Decimal("119.675000")


def steps(make):
    """Everything that moves in a call's life, with a unit whose turn it is."""
    part = make.assignment(state=AssignmentState.responded)
    rectified = make.rectification()
    order = make.order(assignment=make.assignment())
    return [
        (part.call, part.call.caller_unit),
        (part, part.department),
        (make.extension(part), part.department),
        (order, order.unit),
        (rectified, rectified.unit),
        *((row, row.unit) for row in of_a_township(make)),
    ]


def of_a_township(make, department=None):
    """What it keeps: a review under way, a dispute, and a matter from the front desk."""
    town = make.township()
    review = make.review(town, *filter(None, [department]), state=ReviewState.reviewing)
    return review, make.dispute(town), make.service(town, department, state=ServiceState.passed)


@pytest.mark.requirement("TC-49")
def test_several_files_hang_on_each_step_and_its_history_says_so(session, make):
    for row, unit in steps(make):
        files = [make.file(unit, name) for name in ("现场照片.jpg", "处理意见（终稿）.docx")]
        make.press(row, "attach", make.actor(unit), file_ids=files)
        session.expire_all()
        assert [file.name for file in row.files] == ["现场照片.jpg", "处理意见（终稿）.docx"]
        assert {part.region_id for part in row.step_files} == {row.region_id}
        assert entries(session, row)[-1].action == "attach"


@pytest.mark.requirement("TC-49")
def test_several_files_become_documents_of_a_case(session, make):
    case = make.case(state=CaseState.negotiating)
    town = case.call.caller_unit
    files = [make.file(town, "会议纪要.pdf"), make.file(town, "现场.jpg")]
    make.press(case, "attach", make.actor(town), file_ids=files)
    kept = session.scalars(select(CaseDocument).order_by(CaseDocument.id)).all()
    assert [(paper.title, paper.unit_id, paper.filed_at) for paper in kept] == [
        ("会议纪要", town.id, NOW),
        ("现场", town.id, NOW),
    ]


def test_what_is_over_takes_no_more(make):
    call = make.call(state=CallState.closed)
    order = make.order(assignment=make.assignment(), state=OrderState.closed)
    done = make.rectification(state=RectificationState.verified)
    case = make.case(state=CaseState.closed)
    town = make.township()
    review, dispute = make.review(town, state=ReviewState.concluded), make.dispute(town, state=DisputeState.settled)
    over = [(review, town), (dispute, town), (call, call.caller_unit), (order, order.unit), (done, done.unit)]
    for row, unit in (*over, (case, case.call.caller_unit)):
        with pytest.raises(MovedOn):
            make.press(row, "attach", make.actor(unit), file_ids=[make.file(unit)])


def test_strangers_hang_up_nothing(make):
    for row, unit in steps(make):
        stranger = make.department(unit.region)
        with pytest.raises(NotYours):
            make.press(row, "attach", make.actor(stranger), file_ids=[make.file(stranger)])


def test_a_file_hangs_on_one_step_at_a_time(session, make):
    part = make.assignment()
    session.add(StepFile(region_id=part.region_id, file=make.file(), call_id=part.call_id, assignment_id=part.id))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    session.add(StepFile(region_id=part.region_id, file=make.file()))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.databases
@pytest.mark.requirement("TC-49")
def test_who_sees_a_step_sees_its_files_and_nobody_else(make, acting):
    for row, unit in steps(make):
        part = make.hang(row)
        theirs = acting(unit)[0]
        assert theirs.scalar(select(StepFile.id).where(StepFile.id == part.id)) == part.id
        assert theirs.get(Attachment, part.file_id).name == part.file.name
        for other in (make.township(unit.region), make.department(unit.region), make.township(make.county())):
            others = acting(other)[0]
            assert others.scalars(select(StepFile)).all() == []
            assert others.get(Attachment, part.file_id) is None


@pytest.mark.databases
@pytest.mark.requirement("TS-33")
def test_whoever_is_asked_about_a_matter_of_a_township_reads_its_files(session, make, acting):
    asked, other = make.department(), make.township()
    review, dispute, service = of_a_township(make, asked)
    make.press(dispute, "mediate_jointly", partner_id=other)
    parts = [make.hang(row) for row in (review, dispute, service)]

    def reads(unit):
        theirs = acting(unit)[0]
        return [theirs.get(Attachment, part.file_id) is not None for part in parts]

    assert reads(asked) == [True, False, True]
    assert reads(other) == [False, True, False]
    assert reads(make.office(Duty.county_office)) == [True, True, True]


@pytest.mark.requirement("TS-33")
def test_a_file_for_review_is_thrown_away_with_what_hangs_on_its_draft_and_not_with_anothers(session, make, acting):
    draft, *rest = make.review(make.township()), make.review(make.township(), state=ReviewState.reviewing)
    for row in (draft, *rest):
        make.hang(row)
    theirs, _ = acting(draft.unit)
    theirs.delete(theirs.get(ReviewFile, draft.id))
    theirs.commit()
    assert [part.review_file_id for part in session.scalars(select(StepFile))] == [row.id for row in rest]


@pytest.fixture
def clue(make):
    """What a grid worker wrote, with a photo."""
    town = make.township()
    grid = make.grid(make.village(town))
    call = make.call(grid)
    make.hang(call, grid)
    return call, town, grid


@pytest.mark.requirement("TC-04", "TC-49")
def test_the_photo_of_a_clue_is_its_townships_and_with_the_call_the_departments(make, acting, clue):
    call, town, grid = clue
    key = call.files[0].id
    office, lead = make.office(Duty.county_office), make.department()

    def seen():
        return [acting(unit)[0].get(Attachment, key) is not None for unit in (grid, town, office, lead)]

    assert call.source is CallSource.grid
    assert seen() == [True, True, False, False]
    make.press(call, "send", make.actor(town))
    assert seen() == [True, True, True, False]
    make.press(call, "accept")
    make.press(call, "dispatch", lead_department_id=lead)
    assert seen() == [True, True, True, True]


def test_a_clue_is_thrown_away_with_its_photos_and_the_files_stay_their_senders(session, make, clue, acting):
    call, _, grid = clue
    key = call.files[0].id
    theirs, actor = acting(grid)
    mine = theirs.get(Call, call.id)
    forget_call(theirs, mine, actor, NOW)
    theirs.delete(mine)
    theirs.commit()
    assert session.scalars(select(StepFile)).all() == []
    assert theirs.get(Attachment, key) is not None


def located(make, unit):
    seen = photo_of(photo(**PLACE), "image/jpeg")
    return make.file(unit, "现场.jpg", latitude=seen.latitude, longitude=seen.longitude)


def drafted(session, make, **told):
    town = make.township()
    grid = make.grid(make.village(town))
    files = told.pop("files", None)
    call = Call(title="河道漂浮物", list_item=(item := make.item()), list_item_id=item.id, **told)
    for file in files(grid) if files else ():
        call.files.append(file)
    with session.no_autoflush:
        prepare_call(session, call, make.actor(grid), NOW)
    return call


@pytest.mark.requirement("TC-04")
def test_where_the_photo_was_taken_fills_in_what_was_left_empty(session, make):
    call = drafted(session, make, files=lambda grid: [make.file(grid), located(make, grid)])
    assert (call.latitude, call.longitude, call.place) == (*HERE, "31.620139, 119.675000")


def test_what_was_written_stands(session, make):
    told = {"latitude": Decimal("31.1"), "longitude": Decimal("119.2"), "place": "村口小桥"}
    call = drafted(session, make, files=lambda grid: [located(make, grid)], **told)
    assert (str(call.latitude), str(call.longitude), call.place) == ("31.100000", "119.200000", "村口小桥")


def test_without_a_photo_that_says_where_there_is_no_place(session, make):
    call = drafted(session, make, files=lambda grid: [make.file(grid)])
    assert (call.latitude, call.longitude, call.place) == (None, None, "")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"latitude": Decimal(31)}, "longitude"),
        ({"longitude": Decimal(119)}, "latitude"),
        ({"latitude": Decimal("90.1"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(0), "longitude": Decimal("-180.1")}, "longitude"),
    ],
)
def test_half_a_position_and_one_beyond_the_globe_are_refused(session, make, told, field):
    with pytest.raises(Refused, match="latitude") as refused:
        drafted(session, make, **told)
    assert refused.value.field == field


def test_a_township_takes_a_photo_away_before_it_sends_and_not_after(session, make, acting, clue):
    call, town, _ = clue
    theirs, _ = acting(town)
    theirs.get(Call, call.id).files.clear()
    theirs.commit()
    assert session.scalars(select(StepFile)).all() == []


def test_an_office_that_only_looks_may_not_attach(make):
    call = make.call(state=CallState.submitted)
    with pytest.raises(NotYours):
        make.press(call, "attach", make.actor(make.office(Duty.leadership), RoleName.leader), file_ids=[make.file()])
