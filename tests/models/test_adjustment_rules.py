"""A proposal to adjust the list: argued, commented on, approved, and by itself in the next edition."""

import pytest
from sqlalchemy import select

from models.actor import NOBODY
from models.adjustments import AdjustmentKind, AdjustmentReason, AdjustmentState, ListAdjustment
from models.admissions import AdmissionState
from models.calls import CallState
from models.governance import GovernanceModule
from models.item_words import BasisLevel, FieldKind, ForbiddenKind, Holder, ItemState, ListState, Primary
from models.lists import ListField, ListItem
from models.notices import Outbox
from models.opinions import OpinionState
from models.organisation import Duty, Unit, UnitType
from models.recorder import verify
from models.rules.adjustments import ADJUSTMENT, prepare_adjustment
from models.rules.handover import strike_from_list
from models.workflow import NotYours, Refused
from tests.make import NOW

K, S = AdjustmentKind, AdjustmentState


@pytest.fixture
def edition(make):
    return make.edition(state=ListState.published, items=2)


@pytest.fixture
def items(session, edition):
    of_edition = select(ListItem).where(ListItem.duty_list_id == edition.id).order_by(ListItem.code)
    return list(session.scalars(of_edition))


def approve(make, adjustment, **answers):
    make.press(adjustment, "approve", **{"approval_document": "泰委 2026-7", "code": ""} | answers)


def in_force(session, edition):
    of_next = select(ListItem).where(ListItem.state == ItemState.published).order_by(ListItem.code)
    return list(session.scalars(of_next.execution_options(populate_existing=True)))


@pytest.mark.requirement("TA-13", "TC-14")
def test_an_approved_addition_stands_in_the_next_edition_by_itself(session, make, edition, items):
    lead, helper = make.department(), make.department()
    adjustment = make.adjustment(K.add, state=S.reviewing, title="电动自行车充电", lead_department_id=lead.id)
    approve(make, adjustment, code="YJ-99", cooperating_department_ids=[helper, lead])
    assert (adjustment.state, adjustment.applied_at, adjustment.approval_document) == (
        S.applied,
        NOW,
        "泰委 2026-7",
    )
    added = adjustment.resulting_item
    assert (added.code, added.title, added.state, added.lead_department) == (
        "YJ-99", "电动自行车充电", ItemState.published, lead)  # fmt: skip
    assert [part.unit for part in added.cooperating] == [helper]
    assert added.duty_list.edition == 2
    assert added.duty_list.document_number == "泰委 2026-7"
    assert edition.state is ListState.superseded
    assert len(in_force(session, edition)) == 3
    assert verify(session) == []


@pytest.mark.requirement("TA-14")
def test_an_approved_change_says_what_was_proposed_and_leaves_the_rest(session, make, edition, items):
    item, other = items
    adjustment = make.adjustment(
        item=item, state=S.reviewing, title="", township_duties="每周巡查。", reason=AdjustmentReason.law_change
    )
    approve(make, adjustment)
    changed = adjustment.resulting_item
    assert (changed.township_duties, changed.title, changed.legal_basis) == ("每周巡查。", item.title, item.legal_basis)
    assert (changed.replaces_id, item.replaced_by_id, item.state) == (item.id, changed.id, ItemState.superseded)
    assert other.replaced_by.title == other.title


@pytest.mark.requirement("TA-14", "TS-04")
def test_an_approved_removal_strikes_the_item_out_with_its_reason(session, make, edition, items):
    item, other = items
    adjustment = make.adjustment(
        K.remove, item=item, state=S.reviewing, reason=AdjustmentReason.unsuitable, explanation="不适宜乡镇承担。"
    )
    approve(make, adjustment)
    assert (item.state, item.removed_reason) == (ItemState.removed, "不适宜乡镇承担。")
    assert [found.replaces_id for found in in_force(session, edition)] == [other.id]


@pytest.mark.requirement("TA-14")
@pytest.mark.parametrize("kind", ["modify", "remove"])
@pytest.mark.parametrize("reason", ["law_change", "institutional_change", "unsuitable"])
def test_an_item_is_changed_or_struck_out_for_each_of_the_three_reasons(make, items, kind, reason):
    said = {"kind": K(kind), "reason": AdjustmentReason(reason)}
    adjustment = make.adjustment(**said, item=items[0], state=S.reviewing, township_duties="每周巡查。")
    approve(make, adjustment)
    assert (adjustment.state, adjustment.reason.value) == (S.applied, reason)
    assert items[0].state is (ItemState.removed if kind == "remove" else ItemState.superseded)


@pytest.mark.requirement("TC-26", "TA-14")
def test_what_cites_the_item_keeps_its_old_words(session, make, items):
    call = make.call(item=items[0], state=CallState.submitted)
    adjustment = make.adjustment(item=items[0], state=S.reviewing, township_duties="Something else.")
    approve(make, adjustment)
    assert call.list_item is items[0]
    assert call.list_item.township_duties == "Patrol and report."


def test_helpers_that_are_named_replace_those_of_the_item(session, make):
    kept, gone, new = make.department(), make.department(), make.department()
    item = make.item(cooperating=[kept, gone])
    make.list_in_force()
    adjustment = make.adjustment(item=item, state=S.reviewing, title="Other words")
    approve(make, adjustment, cooperating_department_ids=[kept, new])
    assert {part.unit for part in adjustment.resulting_item.cooperating} == {kept, new}
    again = make.adjustment(item=adjustment.resulting_item, state=S.reviewing, title="More words")
    approve(make, again)
    assert {part.unit for part in again.resulting_item.cooperating} == {kept, new}


@pytest.mark.requirement("TS-05", "TC-19")
@pytest.mark.parametrize("named", [True, False])
def test_who_leads_from_now_on_cooperates_no_more(make, named):
    helper, other = make.department(), make.department()
    item = make.item(cooperating=[helper, other])
    adjustment = make.adjustment(item=item, state=S.reviewing, lead_department_id=helper.id)
    approve(make, adjustment, cooperating_department_ids=[helper, other] if named else [])
    result = adjustment.resulting_item
    assert (result.lead_department, [part.unit for part in result.cooperating]) == (helper, [other])


def test_a_proposal_about_an_older_version_is_applied_to_the_one_in_force(session, make, items):
    first = make.adjustment(item=items[0], state=S.reviewing, title="First words")
    second = make.adjustment(item=items[0], state=S.reviewing, title="", legal_basis="Another law.")
    approve(make, first)
    approve(make, second)
    result = second.resulting_item
    assert (result.title, result.legal_basis, result.replaces) == ("First words", "Another law.", first.resulting_item)


def test_what_has_been_struck_out_meanwhile_is_not_changed(session, make, items):
    removal = make.adjustment(K.remove, item=items[0], state=S.reviewing)
    change = make.adjustment(item=items[0], state=S.reviewing)
    approve(make, removal)
    with pytest.raises(Refused, match="struck out meanwhile"):
        approve(make, change)


# What a proposal needs


@pytest.mark.parametrize(
    ("kind", "columns", "field"),
    [
        (K.add, {"explanation": " "}, "explanation"),
        (K.add, {"title": ""}, "title"),
        (K.modify, {"title": "", "category": ""}, "title"),
        (K.modify, {"title": " ", "legal_basis": "\n"}, "title"),
        (K.remove, {"explanation": ""}, "explanation"),
    ],
)
def test_a_proposal_that_says_too_little_is_not_submitted(make, kind, columns, field):
    with pytest.raises(Refused) as refused:
        make.adjustment(kind, state=S.submitted, **columns)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "which", "match"),
    [(K.modify, None, "Name the item"), (K.remove, None, "Name the item"), (K.add, "item", "follows no other"),
     (K.modify, "of another list", "not in the list")],
)  # fmt: skip
def test_a_proposal_is_about_an_item_of_its_list(session, make, kind, which, match):
    item = make.item()
    other = make.item(duty_list=make.duty_list(list_type=make.list_type("other")))
    named = {"item": item.id, "of another list": other.id}.get(which)
    row = ListAdjustment(kind=kind, duty_list_id=item.duty_list_id, list_item_id=named)
    with session.no_autoflush, pytest.raises(Refused, match=match) as refused:
        prepare_adjustment(session, row, make.actor(make.township()), NOW)
    assert refused.value.field == "list_item"


@pytest.mark.parametrize(
    ("answers", "columns", "field"),
    [({"code": ""}, {}, "code"), ({"code": "I-1"}, {}, "code"), ({"code": "N-1"}, {"legal_basis": ""}, "legal_basis"),
     ({"code": "N-1"}, {"legal_basis": " "}, "legal_basis"),
     ({"code": "N-1"}, {"lead_department_id": None}, "lead_department")],
    ids=str,
)  # fmt: skip
def test_an_incomplete_item_is_not_approved(make, answers, columns, field):
    make.item(code="I-1")
    adjustment = make.adjustment(K.add, state=S.reviewing)
    for name, value in columns.items():
        setattr(adjustment, name, value)
    with pytest.raises(Refused) as refused:
        approve(make, adjustment, **answers)
    assert refused.value.field == field
    assert adjustment.state is S.reviewing


def test_a_code_that_a_draft_has_given_is_not_given_again(make, edition, items):
    make.press(edition, "revise")
    make.item(duty_list=make.next_of(edition), code="N-1")
    with pytest.raises(Refused) as refused:
        approve(make, make.adjustment(K.add, state=S.reviewing), code="N-1")
    assert refused.value.field == "code"
    change = make.adjustment(item=items[0], state=S.reviewing)
    approve(make, change, code=items[0].code)
    assert change.resulting_item.code == items[0].code


@pytest.mark.requirement("TC-14", "TS-15")
def test_a_proposal_says_what_the_type_declares_of_its_own(session, make):
    list_type = make.list_type()
    make.list_field(list_type, "boat", required=True)
    make.list_field(list_type, "afloat", FieldKind.flag, required=True)
    with pytest.raises(Refused, match="then submit") as refused:
        make.adjustment(K.add, state=S.submitted)
    assert refused.value.field == "boat"
    session.rollback()
    adjustment = make.adjustment(K.add, state=S.reviewing, extra={"boat": "2", "gone": "3"})
    adjustment.extra = {"boat": " "}
    with pytest.raises(Refused, match="then approve") as refused:
        approve(make, adjustment, code="N-1")
    assert refused.value.field == "boat"
    adjustment.extra = {"boat": "2", "gone": "3"}
    approve(make, adjustment, code="N-1")
    item = adjustment.resulting_item
    assert item.extra == {"boat": "2", "afloat": False}, "what the type has no more is not written"
    change = make.adjustment(item=item, state=S.reviewing, extra={"boat": "4"})
    approve(make, change)
    assert change.resulting_item.extra == {"boat": "4", "afloat": False}
    assert item.extra == {"boat": "2", "afloat": False}, "the edition before stays"


@pytest.mark.parametrize("kind", [K.modify, K.remove])
def test_an_admitted_duty_that_has_ended_is_not_adjusted(session, make, kind):
    """It stands in the edition in force, struck out."""
    item = make.admission(state=AdmissionState.in_force).resulting_item
    adjustment = make.adjustment(kind, item=item, state=S.reviewing)
    strike_from_list(session, {item.id: NOW.date()})
    session.commit()
    with pytest.raises(Refused, match="struck out meanwhile"):
        approve(make, adjustment)


@pytest.mark.requirement("TC-14")
def test_a_field_of_its_own_is_enough_of_a_change(make):
    make.list_field(make.list_type(), "boat")
    make.adjustment(title="", extra={"boat": "4"}, state=S.submitted)
    with pytest.raises(Refused, match="at least one"):
        make.adjustment(title="", extra={"gone": "4"}, state=S.submitted)


@pytest.mark.requirement("LX-15", "LX-16")
@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "exception_level"), ({"exception_level": BasisLevel.provincial, "legal_basis": " "}, "legal_basis"),
     ({"exception_level": BasisLevel.central}, None)],
)  # fmt: skip
def test_what_streets_are_spared_is_not_proposed_without_its_exception(session, make, said, field):
    """R6, on both ways into a list but its draft."""
    make.unit(UnitType.street)
    make.list_type()
    session.scalar(select(ListField).where(ListField.name == "legal_basis")).required = False
    session.commit()
    spared = {"forbidden_kind": ForbiddenKind.tax_assistance} | said
    if field is None:
        item = make.adjustment(K.add, state=S.applied, **spared).resulting_item
        assert (item.forbidden_kind, item.exception_level) == (spared["forbidden_kind"], BasisLevel.central)
        make.press(make.admission(**spared), "submit")
        return
    with pytest.raises(Refused, match="Streets are spared") as refused:
        make.adjustment(K.add, state=S.submitted, **spared)
    assert refused.value.field == field
    session.rollback()
    if field == "exception_level":  # an admission always has its basis
        with pytest.raises(Refused, match="Streets are spared") as refused:
            make.press(make.admission(**spared), "submit")
        assert refused.value.field == field


@pytest.fixture
def demanding(session, make):
    """The type demands two usual columns more, one that has a value by itself, and a module: the county keeps one."""
    list_type = make.list_type(in_modules=True)
    names = ("procedure", "responsibility", "call_scope", "online", "cooperating_departments")
    for field in session.scalars(select(ListField).where(ListField.name.in_(names))):
        field.required = True
    edition = make.list_in_force()
    assert edition.list_type is list_type
    return make._add(GovernanceModule(region_id=edition.region_id, name="大执法"))


@pytest.mark.requirement("TC-14", "TS-15")
@pytest.mark.parametrize("left_out", ["procedure", "responsibility", "module"])
def test_a_new_item_says_what_its_type_demands(session, make, demanding, left_out):
    said = {"procedure": "Accept, look, decide.", "responsibility": "Of the head.", "module_id": demanding.id}
    key = "module_id" if left_out == "module" else left_out
    with pytest.raises(Refused, match="then submit") as refused:
        make.adjustment(K.add, state=S.submitted, **said | {key: None if left_out == "module" else " "})
    assert refused.value.field == left_out
    session.rollback()
    adjustment = make.adjustment(K.add, state=S.reviewing, **said)
    kept = getattr(adjustment, key)
    setattr(adjustment, key, None if left_out == "module" else "")
    with pytest.raises(Refused, match="then approve") as refused:
        approve(make, adjustment, code="N-1", cooperating_department_ids=[make.department()])
    assert refused.value.field == left_out
    setattr(adjustment, key, kept)
    approve(make, adjustment, code="N-1", cooperating_department_ids=[make.department()])
    added = adjustment.resulting_item
    assert (added.procedure, added.responsibility, added.module) == (*list(said.values())[:2], demanding)


@pytest.mark.requirement("TC-14")
def test_who_cooperates_is_named_with_the_approval(make, demanding):
    said = {"procedure": "Accept.", "responsibility": "Of the head.", "module_id": demanding.id}
    adjustment = make.adjustment(K.add, state=S.reviewing, **said)
    for helpers in ([], [adjustment.lead_department]):
        with pytest.raises(Refused) as refused:
            approve(make, adjustment, code="N-1", cooperating_department_ids=helpers)
        assert refused.value.field == "cooperating_department_ids"


@pytest.mark.requirement("ZG-02")
def test_a_proposal_says_who_holds_authority_and_benefit(session, make):
    """Lists of powers demand it; and what no item may say (R4), none that is proposed may."""
    make.list_type(primary=Primary.township)
    session.scalar(select(ListField).where(ListField.name == "authority_holder")).required = True
    with pytest.raises(Refused, match="then submit") as refused:
        make.adjustment(K.add, state=S.submitted)
    assert refused.value.field == "authority_holder"
    session.rollback()
    said = {"authority_holder": Holder.department, "benefit_holder": Holder.department}
    adjustment = make.adjustment(K.add, state=S.reviewing, **said)
    session.commit()
    with pytest.raises(Refused, match="primarily responsible") as refused:
        approve(make, adjustment, code="N-1")
    assert refused.value.field == "authority_holder"
    session.rollback()
    adjustment.authority_holder = Holder.township
    approve(make, adjustment, code="N-1")
    assert adjustment.resulting_item.authority_holder is Holder.township


def test_a_county_without_modules_is_not_asked_for_one(make):
    make.list_type(in_modules=True)
    adjustment = make.adjustment(K.add, state=S.applied)
    assert adjustment.resulting_item.module is None


@pytest.mark.requirement("TC-14", "TS-15")
def test_what_a_row_may_leave_out_a_draft_may_too(session, make, demanding):
    """The item that a proposal makes passes the check of publication, as one that is written into a draft."""
    said = {"procedure": "Accept.", "responsibility": "Of the head.", "module_id": demanding.id}
    adjustment = make.adjustment(K.add, state=S.reviewing, **said)
    approve(make, adjustment, code="N-1", cooperating_department_ids=[make.department()])
    edition = adjustment.resulting_item.duty_list
    make.press(edition, "revise")
    draft = make.next_of(edition)
    make.press(draft, "submit")
    assert draft.state == "reviewing"


# Opinions and decisions


@pytest.mark.requirement("TA-07", "TA-13")
def test_those_whom_it_concerns_are_proposed_and_asked(session, make):
    lead, helper, would_lead = make.department(), make.department(), make.department()
    township, other = make.township(), make.township()
    item = make.item(lead, cooperating=[helper])
    adjustment = make.adjustment(item=item, by=township, state=S.submitted, lead_department_id=would_lead.id)
    proposed = ADJUSTMENT.transitions["ask_opinions"].suggest(adjustment)["unit_ids"]
    assert set(proposed) == {lead, helper, would_lead, other}
    make.press(adjustment, "ask_opinions", unit_ids=proposed)
    assert {opinion.unit for opinion in make.adjustment_opinions(adjustment)} == set(proposed)
    told = select(Outbox.unit_id).where(Outbox.subject_type == "list_adjustment", Outbox.key.contains("asked"))
    assert set(session.scalars(told)) == {unit.id for unit in proposed}


@pytest.mark.requirement("TA-13")
def test_a_unit_that_was_dissolved_is_neither_proposed_nor_asked(session, make):
    lead, helper, would_lead, gone = make.department(), make.department(), make.department(), make.township()
    item = make.item(lead, cooperating=[helper])
    adjustment = make.adjustment(item=item, state=S.submitted, lead_department_id=would_lead.id)
    for unit in (lead, would_lead, gone):
        unit.valid_to = NOW.date()
    session.commit()
    ask = ADJUSTMENT.transitions["ask_opinions"]
    assert ask.suggest(adjustment)["unit_ids"] == [helper]
    may_be_asked = select(Unit).where(ask.asks[0].among(adjustment, make.whose(adjustment, "ask_opinions")))
    assert helper in (found := set(session.scalars(may_be_asked)))
    assert not found & {lead, would_lead, gone}


@pytest.mark.requirement("TA-20", "TC-13")
def test_a_department_gives_townships_no_duty_that_each_has_not_answered_to(session, make):
    lead, (town, other) = make.department(), (make.township(), make.township())
    more = {"by": lead, "item": make.item(lead), "township_duties": "Patrol twice a day."}
    adjustment = make.adjustment(state=S.submitted, **more)
    with pytest.raises(Refused, match="these are missing") as refused:
        make.press(adjustment, "ask_opinions", unit_ids=[town])
    assert (refused.value.field, refused.value.details) == ("unit_ids", {"units": other.name})
    make.press(adjustment, "ask_opinions", unit_ids=[town, other])
    answered, silent = make.adjustment_opinions(adjustment)
    make.press(answered, "give", agrees=True)
    make.press(silent, "lapse")
    make.press(adjustment, "opinions_in")
    with pytest.raises(Refused, match="not answered in writing") as refused:
        approve(make, adjustment)
    assert refused.value.details == {"units": other.name}
    heard = make.adjustment(state=S.reviewing, **more)
    approve(make, heard)
    assert heard.state is S.applied


@pytest.mark.requirement("TA-13")
@pytest.mark.parametrize("said", [{"department_duties": "Decide faster."}, {"township_duties": "Patrol and report."}])
def test_what_changes_no_duty_of_townships_needs_not_all_of_them(make, said):
    make.township()
    lead = make.department()
    adjustment = make.adjustment(by=lead, item=make.item(lead), state=S.submitted, **said)
    make.press(adjustment, "ask_opinions", unit_ids=[make.department()])
    assert adjustment.state is S.consulting


def test_nobody_is_asked_by_an_empty_list(make):
    adjustment = make.adjustment(state=S.submitted)
    with pytest.raises(Refused) as refused:
        make.press(adjustment, "ask_opinions", unit_ids=[])
    assert refused.value.field == "unit_ids"


def test_when_all_have_answered_it_is_reviewed(session, make):
    adjustment = make.adjustment(state=S.consulting, asked=[make.department(), make.township()])
    first, second = make.adjustment_opinions(adjustment)
    make.press(first, "give", agrees=False, opinion="No.")
    assert (adjustment.state, adjustment.opinion_due) == (S.consulting, first.due)
    make.press(second, "give", agrees=True)
    assert (adjustment.state, adjustment.opinion_due) == (S.reviewing, None), "no limit runs any more"
    office = make.office(Duty.editorial_office).id
    told = select(Outbox.unit_id).where(Outbox.subject_type == "list_adjustment", Outbox.key.contains("opinions in"))
    assert session.scalars(told).all() == [office]


def test_a_refusal_is_told_with_its_reason(session, make):
    adjustment = make.adjustment(state=S.submitted)
    make.press(adjustment, "refuse", note="It is in the list.")
    assert (adjustment.state, adjustment.decided_at) == (S.refused, NOW)
    message = session.scalars(select(Outbox).where(Outbox.unit_id == adjustment.proposer_unit_id)).all()[-1]
    assert message.details["note"] == "It is in the list."


def test_a_proposal_that_is_withdrawn_waits_for_nobody(session, make, ledger_of):
    adjustment = make.adjustment(state=S.consulting)
    make.press(adjustment, "withdraw")
    assert {opinion.state for opinion in make.adjustment_opinions(adjustment)} == {OpinionState.lapsed}
    assert ledger_of(adjustment) == []


@pytest.fixture
def ledger_of(session):
    from models.ledger import Promise, PromiseState

    def planned(subject):
        of_subject = select(Promise.job).where(
            Promise.subject_type == subject.__tablename__,
            Promise.subject_id == subject.id,
            Promise.state == PromiseState.planned,
        )
        return session.scalars(of_subject).all()

    return planned


WHO = {
    "submit": (S.draft, {"proposer"}),
    "withdraw": (S.consulting, {"proposer"}),
    "ask_opinions": (S.submitted, {"manager"}),
    "approve": (S.reviewing, {"manager"}),
    "refuse": (S.reviewing, {"manager"}),
}


@pytest.mark.requirement("LX-19", "TA-13")
@pytest.mark.parametrize("name", WHO)
def test_each_move_is_one_sides(session, make, name):
    from models.roles import RoleName

    state, allowed = WHO[name]
    adjustment = make.adjustment(state=state)
    people = {
        "proposer": make.actor(adjustment.proposer_unit),
        "manager": make.actor(make.office(Duty.editorial_office), RoleName.list_manager),
        "officer": make.actor(make.office(Duty.editorial_office)),
        "county office": make.actor(make.office(Duty.county_office)),
        "asked": make.actor(make.department()),
        "manager elsewhere": make.actor(make.office(Duty.editorial_office, make.county()), RoleName.list_manager),
    }
    for who, actor in people.items():
        open_ = name in {move.name for move in ADJUSTMENT.open_to(adjustment, actor)}
        assert open_ == (who in allowed), who
        if who not in allowed:
            with pytest.raises(NotYours):
                ADJUSTMENT.move(session, adjustment, name, actor=actor, now=NOW)


def test_a_proposal_comes_from_a_unit_of_a_county(session):
    with pytest.raises(Refused, match="a proposal comes from one"):
        prepare_adjustment(session, ListAdjustment(kind=K.remove), NOBODY, NOW)
