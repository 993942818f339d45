"""The directory, which all may read; and by which documents departments work."""

from __future__ import annotations

from models.actor import REGION_ID
from models.door import Scope
from models.organisation import Posting, Unit
from models.scope.reach import EDITORS, MANAGERS, of_county, only
from models.three_fixed import ThreeFixedDocument

SCOPES: dict[type, Scope] = {
    ThreeFixedDocument: Scope(
        sees=of_county(ThreeFixedDocument), writes=only(MANAGERS | EDITORS, ThreeFixedDocument.region_id == REGION_ID)
    ),
}

PUBLIC: dict[type, str] = {
    Unit: "the directory: which units there are, and their names",
    Posting: "read to learn who is acting, before anyone is; its page needs a permission of its own",
}
