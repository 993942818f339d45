"""Who sees what hangs on a step: whoever sees the row that it hangs on."""

from __future__ import annotations

from sqlalchemy import and_, exists, or_, select

from models.actor import REGION_ID, UNIT_IDS
from models.calls import Call, CallAssignment, CallState
from models.disputes import DisputeCase
from models.door import Scope
from models.rectification import RectificationOrder
from models.reviews import ReviewFile, ReviewState
from models.scope.calls import my_call_ids, on_my_calls, written
from models.scope.local import asked_behind, asked_of_files, my_file_ids, my_request_ids
from models.scope.reach import everyone, reach
from models.segments import Extension
from models.step_files import StepFile
from models.supervision import SupervisionOrder

_of_draft = exists().where(Call.id == StepFile.call_id, Call.state == CallState.draft).correlate(StepFile)
_my_orders = select(RectificationOrder.id).where(RectificationOrder.unit_id.in_(UNIT_IDS))
_my_disputes = select(DisputeCase.id).where(
    or_(DisputeCase.unit_id.in_(UNIT_IDS), DisputeCase.partner_id.in_(UNIT_IDS))
)
_my_drafts = my_file_ids.where(ReviewFile.state == ReviewState.draft)

SCOPES: dict[type, Scope] = {
    StepFile: Scope(
        sees=reach(
            county=and_(StepFile.region_id == REGION_ID, ~_of_draft),
            own=or_(
                StepFile.call_id.in_(my_call_ids),
                StepFile.assignment_id.in_(on_my_calls(CallAssignment)),
                StepFile.order_id.in_(on_my_calls(SupervisionOrder)),
                StepFile.extension_id.in_(on_my_calls(Extension)),
                StepFile.rectification_id.in_(_my_orders),
                StepFile.review_file_id.in_(my_file_ids),
                StepFile.review_file_id.in_(asked_of_files),
                StepFile.dispute_case_id.in_(_my_disputes),
                StepFile.service_request_id.in_(my_request_ids),
                StepFile.service_request_id.in_(asked_behind),
            ),
        ),
        writes=everyone(
            or_(StepFile.call_id.in_(select(Call.id).where(written)), StepFile.review_file_id.in_(_my_drafts))
        ),
    ),
}
