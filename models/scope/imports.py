"""Who sees what was imported: the unit that sent it. What is said of a word holds for the whole county."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import false, select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Roles, Scope
from models.imports import ImportRow, ImportRun, ImportWord
from models.roles import observes
from models.scope.reach import EDITORS, MANAGERS, Criterion, of_county, only, reach

my_run_ids = select(ImportRun.id).where(ImportRun.unit_id.in_(UNIT_IDS))


def _who_sent(mine: Criterion) -> Callable[[Roles], Criterion]:
    usual = reach(county=mine, own=mine)
    return lambda roles: false() if observes(roles) else usual(roles)


SCOPES: dict[type, Scope] = {
    # A file may hold what others do not see, so a county's offices see no more of it than anyone.
    ImportRun: Scope(sees=_who_sent(ImportRun.unit_id.in_(UNIT_IDS))),
    ImportRow: Scope(sees=_who_sent(ImportRow.import_run_id.in_(my_run_ids))),
    ImportWord: Scope(sees=of_county(ImportWord), writes=only(MANAGERS | EDITORS, ImportWord.region_id == REGION_ID)),
}
