"""What a duty admission lays on which desk, and what leaders see of its guarantees."""

from __future__ import annotations

import pytest

from models.admissions import AdmissionState
from models.organisation import Duty
from models.roles import RoleName
from tests.make import NOW
from tests.views.test_desk import desk

A = AdmissionState
WAITING = "With the townships and the joint meeting"
HOLD = "Hold the joint meeting, and record its minutes"
RESUME = "Resume, once the guarantees are delivered"
#                     the department                      a township           editorial office         a member
DESKS = {
    A.draft:        ("Complete and submit an admission",  "",                  "",                      ""),
    A.submitted:    (WAITING,                             "",                  "Consult the townships", ""),
    A.consulting:   (WAITING,                             "Answer in writing", "The townships answer",  ""),
    A.joint_review: (WAITING,                             "",                  HOLD,                    "Vote"),
    A.approved:     ("Deliver a guarantee, Hand over",    "",                  "",                      ""),
    A.refused:      ("",                                  "",                  "",                      ""),
    A.in_force:     ("Deliver a guarantee",               "",                  "",                      ""),
    A.suspended:    ("Deliver a guarantee",               "",                  RESUME,                  ""),
    A.expired:      ("",                                  "",                  "",                      ""),
}  # fmt: skip


@pytest.fixture
def units(make):
    return make.department(), make.township(), make.office(Duty.editorial_office), make.department()


@pytest.fixture
def piles(browser_of, units):
    """What lies on each desk: the department's, the township's, the editorial office's, the member's."""

    def of_all():
        *others, member = units
        browsers = [*map(browser_of, others), browser_of(member, RoleName.joint_meeting_member)]
        return tuple(", ".join(sorted(desk(browser)[0])) for browser in browsers)

    return of_all


@pytest.mark.requirement("TC-13", "TC-15")
@pytest.mark.parametrize("state", A)
def test_each_finds_on_their_desk_what_is_theirs_to_do(make, units, piles, state):
    applicant, township, _, member = units
    make.admission(applicant, townships=[township], members=[member], state=state)
    assert piles() == DESKS[state]


def test_between_two_states_it_is_somebodys_turn_too(make, units, piles):
    applicant, township, _, member = units
    admission = make.admission(applicant, townships=[township], state=A.consulting)
    make.answer(admission)
    assert piles()[2] == "Put on the agenda of a joint meeting"
    make.press(admission, "put_on_agenda", meeting_id=make.meeting(member))
    make.vote(admission, "in_favour")
    assert piles()[2:] == (HOLD, ""), "who has voted waits"
    make.press(admission.meeting, "record_minutes", minutes="Carried.")
    assert piles()[2] == "Enter what the joint meeting decided"
    make.press(admission, "approve")
    for measure in make.guarantees(admission):
        make.press(measure, "deliver", delivery="All of it.")
    assert piles() == ("Hand over", "Confirm a delivery, or say that it is not", "", "")
    make.press(admission, "hand_over", handover_record="Files.", handed_over_on=NOW.date())
    assert piles()[:2] == ("", "Confirm a delivery, or say that it is not, Take a duty over")


@pytest.mark.requirement("TA-22")
def test_leaders_see_guarantees_by_kind_and_what_became_of_them(make, program_of):
    admission = make.admission(state=A.in_force)
    first, second, *_ = make.guarantees(admission)
    make.press(first, "deliver", delivery="All of it.")
    make.press(first, "confirm_delivery")
    make.press(second, "lapse")
    leader = program_of(make.office(Duty.leadership))
    chart = leader.get("guarantee_measure/charts/0", headers={"Accept-Language": "zh"}).json
    told = {state["name"]: dict(zip(chart["labels"], state["data"], strict=True)) for state in chart["series"]}
    kinds = ("经费", "人才", "技术", "培训", "指导")
    assert {name: [count[kind] for kind in kinds] for name, count in told.items()} == {
        "已承诺": [0, 0, 1, 1, 1],
        "逾期": [0, 1, 0, 0, 0],
        "已落实": [1, 0, 0, 0, 0],
    }
    late = leader.get("guarantee_measure/?q=(filters:!((col:state,opr:eq,value:late)))").json
    assert late["ids"] == [second.id]
