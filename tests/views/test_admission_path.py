"""The whole way by programs alone: held up by a missing opinion, and later in force."""

from __future__ import annotations

import pytest

from models.admissions import AdmissionBatch, AdmissionState
from models.organisation import Duty
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from tests.moments import ASKED

DUTY = {
    "title": "汛期河道巡查",
    "nature": "phased",
    "reason": "主汛期人手不足。",
    "department_duties": "配备器材,组织培训。",
    "township_duties": "每日巡查,发现险情即报。",
    "legal_basis": "《中华人民共和国防洪法》",
    "starts_on": "2098-04-15",
    "ends_on": "2098-10-15",
}
KINDS = ("funds", "talent", "technology", "training", "guidance")


def state(answer):
    assert answer.status_code == 200, answer.json
    return answer.json["result"]["state"]


@pytest.mark.requirement("TA-20", "TA-21", "TC-13", "TC-14", "TC-16", "LX-21")
def test_an_admission_waits_for_the_last_opinion_and_comes_into_force(program_of, make):
    applicant, member = make.department(), make.department()
    towns = [make.township(), make.township()]
    target, batch = make.list_in_force(), make.batch()
    department, editorial = program_of(applicant), program_of(make.office(Duty.editorial_office))
    first, second = (program_of(town) for town in towns)

    body = DUTY | {"duty_list": target.id, "batch": batch.id}
    key = department.post("duty_admission/", json=body).json["id"]
    early = department.move("duty_admission", key, "submit")
    assert (early.status_code, list(early.json["message"])) == (422, ["townships"])
    for town in towns:
        assert department.post("admission_opinion/", json={"admission": key, "township": town.id}).status_code == 201
    for kind in KINDS:
        promise = {"admission": key, "kind": kind, "promise": "足额到位。", "due": "2098-04-15T09:00"}
        assert department.post("guarantee_measure/", json=promise).status_code == 201
    assert first.get(f"duty_admission/{key}").status_code == 404
    assert state(department.move("duty_admission", key, "submit")) == "submitted"
    assert state(editorial.move("duty_admission", key, "consult")) == "consulting"

    def answer(township, stance):
        (opinion,) = [
            found["id"]
            for found in township.get("admission_opinion/").json["result"]
            if "answer" in township.get(f"admission_opinion/{found['id']}").json["moves"]
        ]
        return township.move("admission_opinion", opinion, "answer", stance=stance, opinion="书面答复。")

    assert state(answer(first, "agrees")) == "answered"
    hasty = editorial.move("duty_admission", key, "approve")
    assert hasty.status_code == 409, "one opinion is missing"
    assert editorial.get(f"duty_admission/{key}").json["result"]["state"] == "consulting"
    assert state(answer(second, "objects")) == "answered"
    assert editorial.get(f"duty_admission/{key}").json["result"]["state"] == "joint_review"

    called = {"title": "第一次准入联席会议", "kind": "admission", "meets_at": "2020-01-06T09:00", "quorum": 1}
    meeting = editorial.post("joint_meeting/", json=called).json["id"]
    assert editorial.post("meeting_member/", json={"meeting": meeting, "unit": member.id}).status_code == 201
    assert state(editorial.move("duty_admission", key, "put_on_agenda", meeting_id=meeting)) == "joint_review"
    speaker = program_of(member, RoleName.joint_meeting_member)
    assert speaker.get("duty_admission/").json["ids"] == [key]
    ballot = {"ballot": "in_favour", "reason": "保障到位。"}
    assert state(speaker.move("duty_admission", key, "vote", **ballot)) == "joint_review"
    twice = speaker.move("duty_admission", key, "vote", **ballot)
    assert (twice.status_code, list(twice.json["message"])) == (422, ["ballot"])
    assert state(speaker.move("joint_meeting", meeting, "record_minutes", minutes="一致同意。")) == "held"
    assert state(editorial.move("duty_admission", key, "approve")) == "approved"

    record = {
        "handover_record": "台账、器材移交清单。",
        "handed_over_on": ASKED.astimezone(SHANGHAI).date().isoformat(),
    }
    assert state(department.move("duty_admission", key, "hand_over", **record)) == "approved"
    assert state(first.move("duty_admission", key, "in_force")) == "in_force"
    found = second.get(f"duty_admission/{key}").json["result"]
    assert {name: found[name] for name in record} == record
    item = second.get(f"list_item/{found['resulting_item']['id']}").json["result"]
    assert (item["title"], item["township_duties"]) == (DUTY["title"], DUTY["township_duties"])
    edition = second.get(f"duty_list/{item['duty_list']['id']}").json["result"]
    assert (edition["replaces"]["id"], edition["state"]) == (target.id, "published")
    told = [entry["action"] for entry in first.get(f"duty_admission/{key}/timeline").json["result"]]
    assert {"submit", "consult", "all_answered", "vote", "approve", "hand_over", "in_force"} <= set(told)
    assert second.get(f"duty_admission/{key}").json["result"]["batch"]["id"] == batch.id
    together = editorial.get(f"duty_admission/?q=(filters:!((col:batch,opr:rel_o_m,value:{batch.id})))").json
    other = editorial.get(f"duty_admission/?q=(filters:!((col:batch,opr:rel_o_m,value:{make.batch().id})))").json
    assert (together["ids"], other["ids"]) == ([key], [])


@pytest.mark.requirement("TC-16")
def test_a_batch_is_formed_by_the_editorial_office_for_its_county_and_shows_what_is_in_it(
    browser_of, program_of, make, session
):
    editorial = make.office(Duty.editorial_office)
    made = program_of(editorial).post("admission_batch/", json={"year": 2026, "name": "第一批（演示）"})
    assert made.status_code == 201, made.json
    again = program_of(editorial).post("admission_batch/", json={"year": 2026, "name": "第一批（演示）"})
    assert again.status_code == 422
    batch = session.get(AdmissionBatch, made.json["id"])
    assert batch.region_id == editorial.region_id
    within, without = (make.admission(state=AdmissionState.submitted, batch=in_) for in_ in (batch, None))
    page = browser_of(editorial).get(f"/admission_batch/{batch.id}").text
    assert (f"/duty_admission/{within.id}" in page, f"/duty_admission/{without.id}" in page) == (True, False)
    stranger = program_of(make.department(make.county()))
    assert stranger.get(f"admission_batch/{batch.id}").status_code == 404
    assert program_of(make.department()).post("admission_batch/", json={"year": 2026, "name": "X"}).status_code == 403


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize("nature", ["lasting", "permanent", ""])
def test_nothing_is_admitted_for_good(program_of, make, nature):
    program, body = program_of(make.department()), DUTY | {"duty_list": make.list_in_force().id}
    answer = program.post("duty_admission/", json=body | {"nature": nature})
    assert (answer.status_code, list(answer.json["message"])) == (422, ["nature"])
    for lasts in ("temporary", "phased"):
        assert program.post("duty_admission/", json=body | {"nature": lasts}).status_code == 201


@pytest.mark.requirement("TA-20", "LX-21")
@pytest.mark.parametrize("missing", ["starts_on", "ends_on", "nature", "duty_list"])
def test_an_application_without_its_time_nature_or_list_is_not_taken(program_of, make, missing):
    body = DUTY | {"duty_list": make.list_in_force().id}
    del body[missing]
    answer = program_of(make.department()).post("duty_admission/", json=body)
    assert (answer.status_code, list(answer.json["message"])) == (422, [missing])


@pytest.mark.requirement("TA-19", "TC-12")
def test_only_departments_apply_and_only_for_themselves(program_of, make):
    body = DUTY | {"duty_list": make.list_in_force().id}
    assert program_of(make.township()).post("duty_admission/", json=body).status_code == 403
    office = program_of(make.office(Duty.county_office), RoleName.department_staff)
    assert office.post("duty_admission/", json=body).status_code == 422
    ours = program_of(department := make.department())
    assert ours.post("duty_admission/", json=body | {"applicant": make.department().id}).status_code == 422
    key = ours.post("duty_admission/", json=body).json["id"]
    assert ours.get(f"duty_admission/{key}").json["result"]["applicant"]["id"] == department.id


@pytest.mark.requirement("TC-13")
def test_only_townships_of_the_county_are_named(program_of, make):
    department, away = make.department(), make.township(make.county())
    draft = make.admission(department)
    program = program_of(department)
    for unit in (away, make.department()):
        answer = program.post("admission_opinion/", json={"admission": draft.id, "township": unit.id})
        assert (answer.status_code, list(answer.json["message"])) == (422, ["township"])


@pytest.mark.requirement("TA-22")
@pytest.mark.parametrize("lacking", KINDS)
def test_an_admission_promises_all_five_guarantees(program_of, make, lacking):
    applicant, town = make.department(), make.township()
    program = program_of(applicant)
    key = program.post("duty_admission/", json=DUTY | {"duty_list": make.list_in_force().id}).json["id"]
    assert program.post("admission_opinion/", json={"admission": key, "township": town.id}).status_code == 201
    promise = {"admission": key, "promise": "足额到位。", "due": "2098-04-15T09:00"}
    for kind in (*(kind for kind in KINDS if kind != lacking), lacking):
        refused = program.move("duty_admission", key, "submit")
        assert (refused.status_code, list(refused.json["message"])) == (422, ["guarantees"])
        made = program.post("guarantee_measure/", json=promise | {"kind": kind})
        assert made.status_code == 201, made.json
    again = program.post("guarantee_measure/", json=promise | {"kind": "equipment"})
    assert (again.status_code, list(again.json["message"])) == (422, ["kind"])
    assert state(program.move("duty_admission", key, "submit")) == "submitted"
