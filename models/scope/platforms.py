"""Who sees platforms: the whole county, as items are mapped to them; who sees their meetings: the township's own."""

from __future__ import annotations

from models.actor import UNIT_IDS
from models.door import Scope
from models.platforms import GatheringState, Platform, PlatformMeeting
from models.scope.local import kept
from models.scope.reach import everyone, of_county

SCOPES: dict[type, Scope] = {
    Platform: Scope(sees=of_county(Platform), writes=everyone(Platform.unit_id.in_(UNIT_IDS))),
    PlatformMeeting: kept(PlatformMeeting, writes=PlatformMeeting.state == GatheringState.planned),
}
