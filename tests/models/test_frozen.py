"""The database itself keeps what is published as it was, whoever writes; what the rules do with it, it lets pass."""

from datetime import date, timedelta

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.database import upgrade
from config import ROOT
from jobs.circulars import compile_circulars
from jobs.figures import publish_figures
from models.accountability import AccountabilityState
from models.adjustments import AdjustmentKind, AdjustmentState
from models.admissions import AdmissionState
from models.appraisals import AppraisalState
from models.calls import CallState
from models.door import system_session
from models.evaluation import CycleState, SubjectKind
from models.evaluation_sheets import SheetState
from models.item_words import ItemState, ListState
from models.items import ItemIndicator
from models.lists import DutyList, ListItem
from models.recorder import verify
from models.rectification import Circular
from models.rules.handover import strike_from_list
from tests.make import NOW, Make

pytestmark = pytest.mark.databases


@pytest.fixture
def make(bare_url):
    """A builder in a database as it is deployed: by migrations, with their triggers."""
    upgrade(bare_url)
    engine = create_engine(bare_url, poolclass=NullPool)
    with system_session(engine) as session:
        yield Make(session)
    engine.dispose()


ATTACKS = (
    "UPDATE list_item SET township_duties = 'Everything.' WHERE id = :item",
    "UPDATE list_item SET lead_department_id = NULL WHERE id = :item",
    "UPDATE list_item SET extra = '[]' WHERE id = :item",
    "UPDATE duty_list SET document_number = 'else' WHERE id = :list",
    "UPDATE duty_list SET edition = 7 WHERE id = :list",
    "UPDATE item_cooperation SET unit_id = region_id WHERE list_item_id = :item",
    "UPDATE item_indicator SET required = NOT required WHERE list_item_id = :item",
    "INSERT INTO item_cooperation (list_item_id, unit_id, region_id) VALUES (:item, 1, 1)",
    "DELETE FROM item_cooperation WHERE list_item_id = :item",
    "DELETE FROM item_indicator WHERE list_item_id = :item",
    "DELETE FROM list_item WHERE id = :item",
    "DELETE FROM duty_list WHERE id = :list",
    "UPDATE list_item SET state = 'draft' WHERE id = :item",
    "UPDATE duty_list SET state = 'draft' WHERE id = :list",
)
ONCE = (
    "UPDATE list_item SET state = 'published' WHERE id = :item",
    "UPDATE list_item SET removed_on = '2030-01-01' WHERE id = :item",
    "UPDATE list_item SET removed_reason = 'else' WHERE id = :item",
    "UPDATE duty_list SET state = 'published' WHERE id = :list",
)
"""What the rules say once, when an edition gives way."""

LIVING = {
    "duty_list": {"id", "state", "effective_to", "idle_due", "version"},
    "list_item": {"id", "state", "replaced_by_id", "removed_on", "removed_reason", "is_idle", "version"},
}
"""Columns that change after publication: by the rules."""


@pytest.mark.requirement("TC-26")
def test_nobody_changes_what_is_published_or_was(make):
    edition = make.edition()
    item = make.session.scalars(select(ListItem)).one()
    make.cooperate(item, make.department())
    make._add(ItemIndicator(region_id=item.region_id, list_item=item, name="depth", label="Depth"))
    for name in ("submit", "publish"):
        make.press(edition, name)
    attack(make, edition, item)
    make.press(make.adjustment(AdjustmentKind.remove, item=item, state=AdjustmentState.reviewing), "approve",
               approval_document="1号")  # fmt: skip
    assert (edition.state, item.state) == (ListState.superseded, ItemState.removed)
    attack(make, edition, item, (*ATTACKS, *ONCE))


@pytest.mark.requirement("TC-26")
@pytest.mark.parametrize("model", [DutyList, ListItem])
def test_a_column_is_frozen_or_said_to_live(make, model):
    """A column that a later migration adds has to be one or the other."""
    edition = make.edition(state=ListState.published)
    row = edition if model is DutyList else make.session.scalars(select(ListItem)).one()
    key, table = row.id, model.__tablename__
    make.session.commit()
    changed = []
    for column in set(inspect(model).columns.keys()) - LIVING[table]:
        held = make.session.scalar(text(f"SELECT {column} FROM {table} WHERE id = :key"), {"key": key})
        other = "NULL" if held is not None else OTHER.get(inspect(model).columns[column].type.python_type, "1")
        try:
            make.session.execute(text(f"UPDATE {table} SET {column} = {other} WHERE id = :key"), {"key": key})
        except DBAPIError as error:
            if "what is published is frozen" not in str(error):
                changed.append((column, str(error.orig)))
        else:
            changed.append((column, held))
        make.session.rollback()
    assert not changed


OTHER = {str: "'else'", date: "'2030-01-01'", object: "'2030-01-01 08:00:00+00'", bool: "true"}


@pytest.mark.requirement("TC-26")
@pytest.mark.parametrize("state", [ListState.published, ListState.superseded])
def test_an_edition_that_was_published_takes_no_item_in(make, state):
    edition = make.edition(state=ListState.published)
    if state is ListState.superseded:
        make.press(make.adjustment(item=_items(make)[0], state=AdjustmentState.reviewing), "approve",
                   approval_document="1号", code="")  # fmt: skip
    assert edition.state is state
    for of_item in (ItemState.draft, ItemState.published):
        make.session.add(make.build_item(edition, state=of_item))
        with pytest.raises(DBAPIError, match="what is published is frozen"):
            make.session.flush()
        make.session.rollback()


def attack(make, edition, item, statements=ATTACKS):
    ids = {"list": edition.id, "item": item.id}
    make.session.commit()
    for statement in statements:
        with pytest.raises(DBAPIError, match="what is published is frozen"):
            make.session.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})
        make.session.rollback()


@pytest.mark.long
def test_what_the_rules_do_with_it_is_let_pass(make):
    first = make.edition(state=ListState.published, items=2)
    make.press(make.adjustment(item=_items(make)[0], state=AdjustmentState.reviewing), "approve",
               approval_document="1号", code="")  # fmt: skip
    make.press(make.list_in_force(), "revise")
    admission = make.admission(state=AdmissionState.in_force)
    strike_from_list(make.session, {admission.resulting_item_id: NOW.date()})
    make.session.commit()
    assert (first.state, admission.resulting_item.state) == (ListState.superseded, ItemState.removed)
    draft = make.session.scalars(select(DutyList).where(DutyList.state == ListState.draft)).one()
    copy = select(ListItem).where(ListItem.duty_list == draft, ListItem.root_id == admission.resulting_item_id)
    make.session.delete(make.session.scalars(copy).one())
    make.session.commit()
    for name in ("submit", "publish"):
        make.press(draft, name)
    assert len(_items(make)) == 2
    assert verify(make.session) == []


def test_what_was_struck_out_before_its_day_was_kept_gets_it(make, bare_url):
    make.bound_item()
    admission = make.admission(state=AdmissionState.in_force)
    strike_from_list(make.session, {admission.resulting_item_id: NOW.date()})
    admission.state = AdmissionState.expired
    (item,) = _items(make)
    adjusted = make.adjustment(AdjustmentKind.remove, item=item, state=AdjustmentState.reviewing)
    make.press(adjusted, "approve", approval_document="1号")
    ends, until = admission.ends_on, item.duty_list.effective_to
    make.session.commit()
    alembic = Config(toml_file=ROOT / "pyproject.toml")
    alembic.attributes["url"] = bare_url
    found = ScriptDirectory.from_config(alembic).walk_revisions()
    before = next(script.down_revision for script in found if script.revision.endswith("struck_out_on"))
    command.downgrade(alembic, before)
    upgrade(bare_url)
    make.session.expire_all()
    assert item.removed_on == until + timedelta(days=1)
    assert admission.resulting_item.removed_on == min(ends, until) + timedelta(days=1)


def _items(make):
    in_force = select(ListItem).where(ListItem.state == ItemState.published).order_by(ListItem.code)
    return make.session.scalars(in_force.execution_options(populate_existing=True)).all()


@pytest.mark.requirement("TC-36")
def test_the_level_of_a_supervision_order_never_falls(make):
    order = make.order(assignment=make.assignment(item=make.bound_item()), level=3)
    with pytest.raises(DBAPIError, match="never falls"):
        make.session.execute(text("UPDATE supervision_order SET level = 2 WHERE id = :id"), {"id": order.id})
    make.session.rollback()
    make.session.execute(text("UPDATE supervision_order SET level = 4 WHERE id = :id"), {"id": order.id})


@pytest.mark.requirement("TA-29")
def test_a_published_circular_is_frozen(make):
    make.failure(item=make.bound_item())
    compile_circulars(make.session, NOW + timedelta(days=30))
    circular = make.session.scalars(select(Circular)).one()
    make.press(circular, "publish_circular", number="1")
    for statement in ("UPDATE circular SET text = 'else'", "DELETE FROM circular"):
        with pytest.raises(DBAPIError, match="frozen"):
            make.session.execute(text(statement))
        make.session.rollback()


HELD = (
    "UPDATE accountability_case SET analysis = 'else' WHERE id = :case",
    "UPDATE accountability_case SET state = 'analysed' WHERE id = :case",
    "DELETE FROM accountability_case WHERE id = :case",
    "UPDATE accountability_unit SET finding = 'exempted' WHERE case_id = :case",
    "UPDATE accountability_unit SET share = 1 WHERE case_id = :case",
    "DELETE FROM accountability_unit WHERE case_id = :case",
    (
        "INSERT INTO accountability_unit (region_id, case_id, unit_id, responsibility, state, demanded, weighing, "
        "view, duty_cited, what_was_done, against_record, deeds, failures, version) SELECT region_id, :case, "
        "region_id, 'primary', 'named', '', '', '', '', '', '', 0, 0, 1 FROM accountability_case WHERE id = :case"
    ),
    "UPDATE accountability_deed SET is_late = NOT is_late WHERE part_id = :part",
    "DELETE FROM accountability_deed WHERE part_id = :part",
    (
        "INSERT INTO accountability_deed (region_id, part_id, seq, at, subject_type, action, is_late, note) "
        "SELECT region_id, :part, 0, opened_at, 'call', 'send', :late, '' FROM accountability_case WHERE id = :case"
    ),
)


@pytest.mark.requirement("TA-18")
def test_nobody_changes_a_case_of_accountability_that_is_concluded(make):
    case = make.accountability(item=make.bound_item(), state=AccountabilityState.analysed)
    part = make.involved(case)[0]
    ids = {"case": case.id, "part": part.id, "late": False}
    make.session.commit()
    for statement in HELD[:1] + HELD[3:5] + HELD[7:8]:  # until then, it is at work
        make.session.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})
        make.session.rollback()
    for one in make.involved(case):
        make.press(one, "state_view", view="Seen.")
        make.find(one)
    make.press(case, "conclude", make.judge())
    for statement in HELD:
        with pytest.raises(DBAPIError, match=r"what is (concluded|published) is frozen"):
            make.session.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})
        make.session.rollback()


SEALED = (
    "UPDATE sheet_score SET points = 1 WHERE sheet_id = :sheet",
    "DELETE FROM sheet_score WHERE sheet_id = :sheet",
    "UPDATE evaluation_sheet SET comment = 'else' WHERE id = :sheet",
    "UPDATE evaluation_sheet SET state = 'draft' WHERE id = :sheet",
    "UPDATE evaluation_indicator SET weight = 1 WHERE cycle_id = :cycle",
    "DELETE FROM evaluation_indicator WHERE cycle_id = :cycle",
)
PUBLISHED = (
    "UPDATE score_result SET total = 1 WHERE cycle_id = :cycle",
    "DELETE FROM score_result WHERE cycle_id = :cycle",
    "UPDATE score_part SET weight = 1",
    "DELETE FROM score_part",
    "INSERT INTO score_part SELECT * FROM score_part LIMIT 1",
    "UPDATE agency_aggregate SET grade = 'good' WHERE cycle_id = :cycle",
    "UPDATE evaluation_sheet SET comment = 'else' WHERE id = :sheet",
    "DELETE FROM evaluation_sheet WHERE id = :sheet",
    "UPDATE evaluation_cycle SET township_share_department = 50 WHERE id = :cycle",
    "UPDATE evaluation_cycle SET state = 'computed' WHERE id = :cycle",
    "DELETE FROM evaluation_cycle WHERE id = :cycle",
)


@pytest.mark.requirement("TC-53", "TC-54")
def test_nobody_changes_what_is_sealed_or_a_score_that_is_published(make):
    department = make.department()
    make.agency(make.township(), department=department, state="in_force")
    cycle = make.cycle(None, CycleState.open, SubjectKind.agency)
    make.fill_all(cycle)
    sheet = make.sheets(cycle)[0]
    assert sheet.state is SheetState.submitted
    refuse(make, cycle, sheet, SEALED)
    for name in ("close_cycle", "compute_scores", "compute_scores", "confirm_scores", "publish_scores"):
        make.press(cycle, name)
    assert cycle.state is CycleState.published
    refuse(make, cycle, sheet, (*SEALED, *PUBLISHED))
    assert verify(make.session) == []


def refuse(make, cycle, sheet, statements):
    ids = {"cycle": cycle.id, "sheet": sheet.id}
    make.session.commit()
    for statement in statements:
        with pytest.raises(DBAPIError, match="what is published is frozen"):
            make.session.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})
        make.session.rollback()


CONFIRMED = (
    "UPDATE appraisal_total SET total = 1 WHERE id = :total",
    "UPDATE appraisal_total SET state = 'fixed' WHERE id = :total",
    "DELETE FROM appraisal_total WHERE id = :total",
    "UPDATE staff_appraisal SET grade = 'basic' WHERE total_id = :total",
    "DELETE FROM staff_appraisal WHERE total_id = :total",
)


@pytest.mark.requirement("ZG-22")
def test_nobody_changes_appraisals_that_are_confirmed(make):
    total = make.appraisal_total(state=AppraisalState.submitted)
    ids = {"total": total.id}
    make.session.commit()
    for statement in CONFIRMED[:1] + CONFIRMED[3:]:  # until then, it may come back
        make.session.execute(text(statement), ids)
        make.session.rollback()
    make.press(total, "confirm_appraisals")
    for statement in CONFIRMED:
        with pytest.raises(DBAPIError, match=r"what is (confirmed|published) is frozen"):
            make.session.execute(text(statement), ids)
        make.session.rollback()


def test_nobody_changes_a_figure_that_is_published(make):
    make.call(item=make.bound_item(), state=CallState.dispatched)
    publish_figures(make.session, NOW + timedelta(days=30))
    make.session.commit()
    for statement in ("UPDATE published_figure SET part = 9", "DELETE FROM published_figure"):
        with pytest.raises(DBAPIError, match="what is published is frozen"):
            make.session.execute(text(statement))
        make.session.rollback()
