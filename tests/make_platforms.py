"""Builders of platforms and of meetings that are announced and asked for their minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.item_words import PlatformKind
from models.meetings import JointMeeting, MeetingKind, MeetingMember
from models.organisation import Duty, Unit
from models.platforms import GatheringKind, GatheringState, Platform, PlatformMeeting
from models.rules.meetings import prepare_meeting, seat_parties
from models.rules.platforms import GATHERING, follow_gathering, prepare_gathering
from tests.moments import NOW

PLATFORM_WORKFLOWS: dict[type[Any], Any] = {PlatformMeeting: GATHERING}
GATHERING_PATHS = {
    GatheringState.planned: "",
    GatheringState.held: "record_minutes",
    GatheringState.called_off: "call_off",
}
MEETS = NOW + timedelta(days=14)


class MakePlatforms:
    """The part of `Make` that knows platforms."""

    def platforms(self: Any, township: Unit | None = None, *kinds: PlatformKind) -> list[Any]:
        """A township's four, or some of them."""
        township = township or self.township()
        of_town = {"region_id": township.region_id, "unit": township, "scope": "Patrol."}
        return [self._add(Platform(kind=kind, **of_town)) for kind in kinds or PlatformKind]

    def gathering(
        self: Any, platform: Any = None, *, state: GatheringState = GatheringState.planned, **said: Any
    ) -> Any:
        """A regular meeting of a platform, moved to that state."""
        platform = platform or self.platforms()[0]
        columns = {"title": self._name("Meeting"), "meets_at": MEETS, "kind": GatheringKind.regular} | said
        meeting = PlatformMeeting(unit_id=platform.unit_id, platform_id=platform.id, **columns)
        self.write(meeting, prepare_gathering, follow_gathering, self.actor(platform.unit))
        for name in GATHERING_PATHS[state].split():
            said = {"minutes": "All agreed."} if name == "record_minutes" else {}
            self.press(meeting, name, at=meeting.meets_at + timedelta(hours=2), note="Done.", **said)
        return meeting

    def called(self: Any, *units: Unit, **columns: Any) -> JointMeeting:
        """A joint meeting as the editorial office calls it, of these units."""
        columns = {"title": self._name("Joint"), "meets_at": MEETS, "kind": MeetingKind.platform, "quorum": 1} | columns
        meeting = JointMeeting(**columns)
        office = self.office(Duty.editorial_office, units[0].region if units else None)
        self.write(meeting, prepare_meeting, seat_parties, self.actor(office))
        self._add(*(MeetingMember(region_id=meeting.region_id, meeting=meeting, unit=unit) for unit in units))
        return meeting

    def write(self: Any, row: Any, prepare: Any, follow: Any, by: Any) -> None:
        """As a form writes it."""
        with self.session.no_autoflush:
            prepare(self.session, row, by, NOW)
        self.session.add(row)
        self.session.flush()
        follow(self.session, row, by, NOW)
        self.session.commit()
