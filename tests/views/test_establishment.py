"""A plan of internal organs on its page: what it takes, beside what the quota has."""

import re

import pytest

from models.establishment import OrganKind, QuotaKind
from models.organisation import Duty


@pytest.mark.requirement("ZG-09")
@pytest.mark.parametrize("address", ["", "/posts"])
def test_a_plan_shows_its_posts_beside_the_quota_to_who_proposes_and_who_decides(browser_of, make, address):
    make.paid_in(9)
    town = make.township()
    make.quota(town, 5, QuotaKind.administrative)
    make.quota(town, 3)
    make.lent(town, 2)
    plan = make.org_plan(town)
    for posts in (4, 3):
        make.organ(plan, posts, OrganKind.institution)

    def told(unit):
        page = browser_of(unit).get(f"/internal_org_plan/{plan.id}{address}?_l_=en").text
        rows = re.findall(r"<tr><th scope=\"row\">(.+?)</th>(.+?)</tr>", page)
        return {kind: re.findall(r">(-?\d+)<", cells) for kind, cells in rows}

    expected = {"General office": ["3", "5", "2"], "Public institution of the township": ["7", "5", "-2"]}
    assert told(town) == told(make.office(Duty.editorial_office)) == expected
    assert browser_of(make.township()).get(f"/internal_org_plan/{plan.id}{address}").status_code == 404
