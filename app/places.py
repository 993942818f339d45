"""Where something was done, as people say it: kept by the recorder, and never in the system's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.base import N_
from models.recorder import ORIGIN, Origin, set_origin
from models.workflow import Refused

JOBS, COMMAND = "job:", "command"
"""How the system calls its own places."""


def is_ours(place: str) -> bool:
    """Whether this would pass for a place of the system's own."""
    said = place.strip().casefold()
    return said.startswith(JOBS) or said == COMMAND


def of_person(place: str) -> str:
    """A place from a header: what nobody may say is left out."""
    return "" if is_ours(place) else place.strip()[:200]


def stand_at(session: Any, place: str) -> None:
    """What this session writes from here on was done there. Raises `Refused`."""
    if is_ours(place):
        raise Refused(N_("The console names its own work so. Say in other words where you are."), field="place")
    set_origin(session, replace(session.info.get(ORIGIN, Origin()), place=place))
