"""Who sees a list, its items and what belongs to them, and who writes them while it is a draft."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select, union

from models.actor import REGION_ID
from models.calls import Call, CallAssignment
from models.door import Scope
from models.governance import GovernanceModule, ModuleContact
from models.item_words import ItemState, ListState
from models.items import ItemAttachment, ItemCheckpoint, ItemIndicator
from models.lists import DutyList, ItemCooperation, ListField, ListItem, ListType
from models.plain_words import PlainWord
from models.scope.calls import my_call_ids
from models.scope.reach import DISPATCHERS, MANAGERS, of_county, only, reach
from models.situations import CallSituation
from models.steps import ItemStep

# Items of another county become known with the call across counties that cites them.
afar = select(Call.id).where(Call.is_cross_region, Call.id.in_(my_call_ids))
cited_from_afar = select(
    union(
        select(Call.list_item_id.label("item_id")).where(Call.id.in_(afar)),
        select(CallAssignment.cited_item_id).where(CallAssignment.call_id.in_(afar)),
    )
    .subquery("cited")
    .c.item_id
)
lists_from_afar = select(ListItem.duty_list_id).where(ListItem.id.in_(cited_from_afar))

OPEN_TO_ALL = (ListState.published, ListState.superseded, ListState.consulting)
draft_list_ids = select(DutyList.id).where(DutyList.region_id == REGION_ID, DutyList.state == ListState.draft)
item_for_all = and_(
    ListItem.region_id == REGION_ID,
    or_(
        ListItem.state != ItemState.draft,
        ListItem.duty_list_id.in_(
            select(DutyList.id).where(DutyList.region_id == REGION_ID, DutyList.state == ListState.consulting)
        ),
    ),
)


def _of_item(model: Any, *, lasting: bool = False) -> Scope:
    """What belongs to an item is seen with it, and frozen with it; unless it may be added to an item in force."""
    writable = select(ListItem.id).where(ListItem.duty_list_id.in_(draft_list_ids))
    if lasting:
        in_force = and_(ListItem.region_id == REGION_ID, ListItem.state == ItemState.published)
        writable = select(ListItem.id).where(or_(ListItem.duty_list_id.in_(draft_list_ids), in_force))
    return Scope(
        sees=reach(
            county=model.region_id == REGION_ID, own=model.list_item_id.in_(select(ListItem.id).where(item_for_all))
        ),
        writes=only(MANAGERS, and_(model.region_id == REGION_ID, model.list_item_id.in_(writable))),
    )


SCOPES: dict[type, Scope] = {
    # Once published, everyone's in the county to cite; while opinions are asked for, everyone's to read. A draft is the
    # editorial office's.
    DutyList: Scope(
        sees=reach(
            county=DutyList.region_id == REGION_ID,
            own=or_(
                and_(DutyList.region_id == REGION_ID, DutyList.state.in_(OPEN_TO_ALL)),
                DutyList.id.in_(lists_from_afar),
            ),
        ),
        writes=only(MANAGERS, and_(DutyList.region_id == REGION_ID, DutyList.state == ListState.draft)),
    ),
    ListItem: Scope(
        sees=reach(
            county=ListItem.region_id == REGION_ID,
            own=or_(item_for_all, ListItem.id.in_(cited_from_afar)),
        ),
        writes=only(MANAGERS, and_(ListItem.region_id == REGION_ID, ListItem.duty_list_id.in_(draft_list_ids))),
    ),
    ItemCooperation: _of_item(ItemCooperation),
    ItemIndicator: _of_item(ItemIndicator),
    ItemCheckpoint: _of_item(ItemCheckpoint, lasting=True),
    ItemAttachment: _of_item(ItemAttachment, lasting=True),
    ItemStep: _of_item(ItemStep, lasting=True),
    GovernanceModule: Scope(
        sees=of_county(GovernanceModule), writes=only(MANAGERS, GovernanceModule.region_id == REGION_ID)
    ),
    ModuleContact: Scope(sees=of_county(ModuleContact), writes=only(DISPATCHERS, ModuleContact.region_id == REGION_ID)),
    # Whoever calls, or is called, goes by them.
    CallSituation: Scope(sees=of_county(CallSituation), writes=only(MANAGERS, CallSituation.region_id == REGION_ID)),
    # The finder answers everyone of a county in its words.
    PlainWord: Scope(sees=of_county(PlainWord), writes=only(MANAGERS, PlainWord.region_id == REGION_ID)),
}

PUBLIC: dict[type, str] = {
    ListType: "which kinds of list there are, the same in all counties; its page needs a permission of its own",
    ListField: "the columns of a kind of list, as everyone who reads the list sees them",
}
