"""Who sees what was imported: the unit that sent it. What is said of a word holds for the whole county."""

from __future__ import annotations

from sqlalchemy import select

from models.actor import REGION_ID, UNIT_IDS
from models.door import Scope
from models.imports import ImportRow, ImportRun, ImportWord
from models.scope.reach import EDITORS, MANAGERS, of_county, only, reach

my_run_ids = select(ImportRun.id).where(ImportRun.unit_id.in_(UNIT_IDS))
of_my_runs = ImportRow.import_run_id.in_(my_run_ids)
sent_by_me = ImportRun.unit_id.in_(UNIT_IDS)

SCOPES: dict[type, Scope] = {
    # A file may hold what others do not see, so a county's offices see no more of it than anyone.
    ImportRun: Scope(sees=reach(county=sent_by_me, own=sent_by_me)),
    ImportRow: Scope(sees=reach(county=of_my_runs, own=of_my_runs)),
    ImportWord: Scope(sees=of_county(ImportWord), writes=only(MANAGERS | EDITORS, ImportWord.region_id == REGION_ID)),
}
