"""The whole way by programs alone: called, refused, forwarded, negotiated in vain, decided, dispatched anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs import sweep
from models.calls import Call
from models.coordination import CoordinationCase
from models.ledger import Promise
from models.organisation import Duty


@pytest.mark.requirement("TC-02", "TC-41", "TC-44", "TC-51")
def test_a_refused_call_reaches_the_editorial_office_and_comes_back(program_of, make, session):
    town, refusing, named = make.township(), make.department(), make.department()
    item = make.item(refusing)
    offices = {duty: make.office(duty) for duty in (Duty.county_office, Duty.supervision_office, Duty.editorial_office)}
    township, county = program_of(town), program_of(offices[Duty.county_office])

    body = {"title": "河道边违建", "list_item": item.id, "scope": "key"}
    call = township.post("call/", json=body).json
    assert township.move("call", call["id"], "send").json["result"]["state"] == "submitted"
    assert county.move("call", call["id"], "accept").json["result"]["state"] == "accepted"
    dispatched = county.move("call", call["id"], "dispatch", lead_department_id=refusing.id)
    assert dispatched.json["result"]["state"] == "dispatched"

    department = program_of(refusing, "department_head")
    (part,) = department.get("call_assignment/").json["ids"]
    refusal = {"reason": "按清单属另一部门职责。", "list_item_id": item.id, "proposed_unit_id": named.id}
    assert department.move("call_assignment", part, "reject", **refusal).json["result"]["state"] == "rejected"
    assert township.get(f"call/{call['id']}").json["moves"] == ["withdraw", "forward", "attach"]
    assert township.move("call", call["id"], "forward").json["result"]["state"] == "forwarded"

    supervision = program_of(offices[Duty.supervision_office])
    (case,) = supervision.get("coordination_case/").json["ids"]
    assert supervision.move("coordination_case", case, "notify_parties").json["result"]["state"] == "negotiating"
    due = session.get(CoordinationCase, case).negotiation_due
    session.commit()
    assert sweep.PARTS["case_escalate"](session, due + timedelta(minutes=1)).did == 1
    session.commit()

    editorial = program_of(offices[Duty.editorial_office])
    assert editorial.get(f"coordination_case/{case}").json["result"]["state"] == "coordinating"
    opinion = {"opinion": "由该部门负责。", "responsible_unit_id": named.id}
    assert editorial.move("coordination_case", case, "issue_opinion", **opinion).json["result"]["state"] == "decided"
    wrong = county.move("call", call["id"], "dispatch", lead_department_id=refusing.id)
    assert (wrong.status_code, list(wrong.json["message"])) == (422, ["lead_department_id"])
    assert (
        county.move("call", call["id"], "dispatch", lead_department_id=named.id).json["result"]["state"] == "dispatched"
    )
    assert session.get(Call, call["id"]).rounds == 2
    told = township.get(f"call/{call['id']}/timeline").json["result"]
    assert {"send", "accept", "dispatch", "reject", "all_rejected", "forward", "notify_parties", "escalate",
            "issue_opinion"} <= {entry["action"] for entry in told}  # fmt: skip


@pytest.mark.requirement("TA-24")
def test_an_emergency_has_to_be_called_in_time_from_the_moment_it_is_written_down(program_of, make, session):
    township, item = program_of(make.township()), make.item()

    def write(**body):
        return township.post("call/", json={"title": "塌方", "list_item": item.id} | body).json["id"]

    def watched():
        session.expire_all()
        rows = session.scalars(select(Promise).order_by(Promise.id))
        return [(promise.subject_id, str(promise.state), promise.cause) for promise in rows]

    calm, urgent, grown = write(scope="key"), write(scope="emergency"), write(scope="key")
    assert watched() == [(urgent, "planned", "")]
    township.put(f"call/{grown}", json={"scope": "emergency"})
    township.put(f"call/{urgent}", json={"description": "道路中断"})
    assert watched() == [(urgent, "planned", ""), (grown, "planned", "")], "an edit does not start it anew"
    township.put(f"call/{urgent}", json={"scope": "key"})
    assert township.delete(f"call/{grown}").status_code == 200
    assert watched() == [(urgent, "cancelled", "no emergency"), (grown, "cancelled", "deleted")]
    township.put(f"call/{urgent}", json={"scope": "emergency"})
    township.move("call", urgent, "send")
    assert [entry for entry in watched() if entry[0] == urgent][1:] == [
        (urgent, "cancelled", "planned anew"),
        (urgent, "planned", ""),
        (urgent, "planned", ""),
    ]
    assert session.get(Call, calm).accept_due is None
