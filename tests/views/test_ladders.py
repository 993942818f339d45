"""The reminder ladder on pages and by programs."""

from __future__ import annotations

import re

import pytest

from models.organisation import Duty

STEP = {"level": 1, "name": "催办", "point": "before_end", "amount": 1, "heads": True}


@pytest.fixture
def office(make):
    return make.office(Duty.county_office)


def test_the_form_of_a_step_offers_only_clocks_that_have_a_ladder(browser_of, program_of, office):
    page = browser_of(office).get("/reminder_step/add?_l_=zh").text
    (select,) = re.findall(r'<select[^>]*name="job".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="(\w+)"', select) == [
        "respond_remind",
        "promise_remind",
        "rectification_watch",
    ]
    refused = program_of(office).post("reminder_step/", json=STEP | {"job": "accept_watch"})
    assert refused.status_code == 422
    assert "respond_remind、promise_remind、rectification_watch" in str(refused.json["message"])
    assert program_of(office).post("reminder_step/", json=STEP | {"job": "respond_remind"}).status_code == 201
