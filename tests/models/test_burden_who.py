"""Who may press what on assigned matters, statements, reports and requests. The tables are the specification."""

from __future__ import annotations

import pytest

from models.assigned import AssignedMatter
from models.irregular import IrregularAssignmentReport
from models.organisation import Duty, UnitType
from models.requests import DataRequest
from models.roles import RoleName
from models.statements import ResponsibilityStatement
from tests.make import WORKFLOWS

APPROVALS = "approve_by_committee approve_by_government"

#                     the department      the township        county office               editorial office
MATTER = {
    "draft":         ("submit",           "",                 "",                         ""),
    "submitted":     ("cancel",           "",                 f"{APPROVALS} refuse cancel", ""),
    "in_force":      ("cancel",           "",                 "cancel",                   ""),
    "ended":         ("",                 "",                 "",                         ""),
    "refused":       ("",                 "",                 "",                         ""),
    "cancelled":     ("",                 "",                 "",                         ""),
}  # fmt: skip
STATEMENT = {
    "registered":    ("",                 "",                 "",                         "keep clear"),
    "kept":          ("",                 "",                 "",                         "clear"),
    "cleared":       ("",                 "",                 "",                         ""),
}  # fmt: skip
REPORT = {
    "reported":      ("",                 "withdraw",         "",                         "accept"),
    "accepted":      ("",                 "withdraw",         "",                         "find_irregular dismiss"),
    "upheld":        ("",                 "",                 "",                         ""),
    "dismissed":     ("",                 "",                 "",                         ""),
    "withdrawn":     ("",                 "",                 "",                         ""),
}  # fmt: skip
REQUEST = {
    "draft":         ("send",             "",                 "",                         ""),
    "sent":          ("withdraw",         "",                 "",                         ""),
    "withdrawn":     ("",                 "",                 "",                         ""),
}  # fmt: skip
TABLES = {
    AssignedMatter: MATTER,
    ResponsibilityStatement: STATEMENT,
    IrregularAssignmentReport: REPORT,
    DataRequest: REQUEST,
}


@pytest.fixture
def desks(make):
    department, town, helper = make.department(), make.township(), make.department()
    away = make.county("Another county")
    subjects = {
        AssignedMatter: make.matter(department, town, helpers=[helper]),
        ResponsibilityStatement: make.statement(department, town),
        IrregularAssignmentReport: make.report(town, department),
        DataRequest: make.request(department, town),
    }
    office, editorial = make.office(Duty.county_office), make.office(Duty.editorial_office)
    return subjects, {
        "department": make.actor(department),
        "township": make.actor(town),
        "county office": make.actor(office),
        "editorial office": make.actor(editorial),
        "department that takes part": make.actor(helper),
        "another department": make.actor(make.department()),
        "another township": make.actor(make.township()),
        "village of the township": make.actor(make.village(town)),
        "list manager": make.actor(editorial, RoleName.list_manager),
        "supervision office": make.actor(make.office(Duty.supervision_office)),
        "leader": make.actor(make.office(Duty.leadership)),
        "congress observer": make.actor(make.unit(UnitType.congress)),
        "administrator": make.actor(office, RoleName.admin),
        "county office elsewhere": make.actor(make.office(Duty.county_office, away)),
        "editorial office elsewhere": make.actor(make.office(Duty.editorial_office, away)),
    }


@pytest.mark.requirement("TC-27", "LX-14", "TC-17")
@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_buttons_are_those_of_the_table(session, desks, model):
    subjects, actors = desks
    subject, table = subjects[model], TABLES[model]
    assert table.keys() == set(type(subject.state))
    for state, columns in table.items():
        columns = (set(words.split()) for words in columns)
        expected = dict(zip(("department", "township", "county office", "editorial office"), columns, strict=True))
        with session.no_autoflush:
            subject.state = type(subject.state)(state)
            shown = {who: {t.name for t in WORKFLOWS[model].open_to(subject, actor)} for who, actor in actors.items()}
        assert shown == {who: expected.get(who, set()) for who in actors}, state
