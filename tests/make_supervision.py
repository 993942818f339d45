"""Builders of what the supervision office does: orders, and what follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.actor import Actor
from models.calendar import Clock, LimitState, LimitUnit, Point, ReminderLadder, ReminderStep, TimeLimit
from models.calls import CallAssignment, FailureKind
from models.congress import CongressOpinion
from models.events import CallEvent
from models.ledger import Job, LedgerAudit
from models.limits import DueRevision
from models.notices import Outbox
from models.organisation import Duty, Unit
from models.rectification import Circular, CircularLine, Finding, RectificationOrder, RectificationState
from models.rules.congress import CONGRESS_OPINION, follow_congress_opinion, prepare_congress_opinion
from models.rules.ladders import LADDER_OF_CLOCK
from models.rules.limits import LIMIT, prepare_limit
from models.rules.rectification import CIRCULAR, LINE, RECTIFICATION, follow_rectification, prepare_rectification
from models.rules.revisions import REVISION, prepare_revision, preview_revision
from models.rules.supervision import SUPERVISION, follow_order, prepare_order
from models.rules.webhooks import WEBHOOK
from models.supervision import OrderState, SupervisionOrder
from models.warnings import EarlyWarning, WarningKind
from models.webhooks import Webhook, WebhookDelivery
from tests.moments import NOW, SOON

SUPERVISION_WORKFLOWS: dict[type[Any], Any] = {
    SupervisionOrder: SUPERVISION,
    RectificationOrder: RECTIFICATION,
    Circular: CIRCULAR,
    CircularLine: LINE,
    TimeLimit: LIMIT,
    ReminderLadder: LADDER_OF_CLOCK,
    DueRevision: REVISION,
    Webhook: WEBHOOK,
    CongressOpinion: CONGRESS_OPINION,
}
RECTIFICATION_PATHS = {
    RectificationState.issued: "",
    RectificationState.planned: "write_plan",
    RectificationState.done: "write_plan report_done",
    RectificationState.verified: "write_plan report_done verify_rectified",
}
ORDER_PATHS = {
    OrderState.issued: "",
    OrderState.acknowledged: "acknowledge",
    OrderState.replied: "reply",
    OrderState.verified: "reply verify",
    OrderState.closed: "reply verify close",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "reply": {"reply": "By Friday."},
    "write_plan": {"plan": "We train everyone."},
    "report_done": {"report": "Everyone is trained."},
    "verify_rectified": {"finding": Finding.absent},
}

SECRET = "what-only-the-platform-knows"


class MakeSupervision:
    """Mixed into `tests.make.Make`."""

    def webhook(self: Any, county: Unit | None = None, *, on: bool = True, **columns: Any) -> Any:
        """An address that hears of a county's messages; `on`: with the secret of the tests."""
        columns = {"name": self._name("Platform"), "address": f"https://hook.example/{self._next()}"} | columns
        hook = self._add(Webhook(region_id=(county or self.home).id, **columns))
        if on:
            self.press(hook, "switch_on_hook", secret=SECRET)
        return hook

    def on_its_way(self: Any, hook: Webhook, outbox: Outbox) -> Any:
        """A message for it, as jobs write it."""
        copied = {name: getattr(outbox, name) for name in ("region_id", "unit_id", "subject_type", "subject_id")}
        return self._add(WebhookDelivery(webhook=hook, outbox=outbox, created_at=outbox.created_at, **copied))

    def ladder(
        self: Any,
        job: Job = Job.respond_remind,
        county: Unit | None = None,
        state: LimitState = LimitState.in_force,
    ) -> list[ReminderStep]:
        """The steps of the reference data's ladder, for one clock, up to a red card."""
        wide = ({"duty_officer": True}, {"duty_officer": True, "heads": True}, {"heads": True, "leaders": True},
                {"heads": True, "supervision": True, "leaders": True})  # fmt: skip
        points = ((Point.part_of_limit, 50), (Point.before_end, 1), (Point.after_end, 1), (Point.after_end, 3))
        region_id = (county or self.home).id
        whole = self._add(ReminderLadder(region_id=region_id, job=job, state=state))
        ladder = [
            ReminderStep(region_id=region_id, ladder=whole, level=level, name=f"Step {level}", point=point,
                         amount=amount, **hear)
            for level, ((point, amount), hear) in enumerate(zip(points, wide, strict=True))
        ]  # fmt: skip
        self._add(*ladder)
        return ladder

    def limit(self: Any, county: Unit | None = None, **columns: Any) -> TimeLimit:
        """A rule that is a draft yet, before all others of its clock."""
        usual = {"clock": Clock.respond, "position": -self._next(), "amount": 1, "unit": LimitUnit.working_day}
        limit = TimeLimit(**{"region_id": (county or self.home).id} | usual | columns)
        prepare_limit(self.session, limit, self.whose(limit, "rehearse"), NOW)
        return self._add(limit)

    def rehearsed(self: Any, limit: Any, *moves: str) -> Any:
        """The same, rehearsed; and moved on."""
        for name in ("rehearse", *moves):
            self.press(limit, name)
        return limit

    def revision(self: Any, county: Unit | None = None, at: datetime = NOW) -> DueRevision:
        """The county's due times, looked at after a change of the calendar."""
        revision = DueRevision(region_id=(county or self.home).id, reason=self._name("Power cut"))
        keeper = self.whose(revision, "recompute")
        prepare_revision(self.session, revision, keeper, at)
        self.session.add(revision)
        self.session.flush()
        preview_revision(self.session, revision, keeper, at)
        self.session.commit()
        return revision

    def order(
        self: Any, by: Actor | None = None, *, state: OrderState = OrderState.issued, at: datetime = NOW, **said: Any
    ) -> SupervisionOrder:
        """An order that the supervision office has issued by hand, moved to that state."""
        row = SupervisionOrder(**{"level": 1, "due": SOON, "reason": "Nothing moved."} | said)
        about = row.assignment or row.case
        county = self.session.get(Unit, about.region_id) if about else self.home
        return self._issued(row, by or self.actor(self.office(Duty.supervision_office, county)), state, at)

    def _issued(self: Any, row: Any, by: Actor, state: OrderState, at: datetime) -> SupervisionOrder:
        for name in ("assignment", "case", "unit"):
            if getattr(row, name) is not None:
                setattr(row, f"{name}_id", getattr(row, name).id)
        with self.session.no_autoflush:
            prepare_order(self.session, row, by, at)
        self._add(row)
        follow_order(self.session, row, by, at)
        for name in ORDER_PATHS[state].split():
            self.press(row, name, at=at, **ANSWERS.get(name, {}))
        self.session.commit()
        return row

    def congress_opinion(self: Any, by: Any, addressed: Unit, *, answered: bool = False, **columns: Any) -> Any:
        """What the congress of `by`, an actor, says to a unit; that has answered, if it is said."""
        told = {"title": self._name("Opinion"), "opinion": "Answer in time.", "given_on": NOW.date()} | columns
        opinion = CongressOpinion(addressed_unit_id=addressed.id, **told)
        with self.session.no_autoflush:
            prepare_congress_opinion(self.session, opinion, by, NOW)
        self._add(opinion)
        follow_congress_opinion(self.session, opinion, by, NOW)
        self.session.commit()
        if answered:
            self.press(opinion, "answer_opinion", self.actor(addressed), answer="It is done.")
        return opinion

    def warning(self: Any, unit: Unit | None = None, **said: Any) -> EarlyWarning:
        """One that the job of the night has written."""
        unit = unit or self.department()
        usual = {"kind": WarningKind.stuck, "key": self._name("stuck"), "number": 90, "usual": 30, "found_at": NOW}
        return self._add(EarlyWarning(**{"region_id": unit.region_id, "unit": unit} | usual | said))  # type: ignore[no-any-return]

    def call_event(self: Any, call: Any, **said: Any) -> CallEvent:
        """One that the feed has copied."""
        told = {"region_id": call.region_id, "call": call, "unit_id": call.caller_unit_id, "seq": self._next()}
        row = CallEvent(**{"at": NOW, "subject_type": "call", "action": "send", **told, **said})
        return self._add(row)  # type: ignore[no-any-return]

    def ledger_audit(self: Any, county: Unit | None = None, **figures: Any) -> LedgerAudit:
        """One that the job of the night has written."""
        usual = dict.fromkeys(("late", "missed", "doubled", "lost", "silent", "restored"), 0)
        told = {"day": NOW.date(), "promises": 412, "kept": 412, "recorder_seq": 9, "recorder_hash": "0" * 64}
        row = {"region_id": (county or self.home).id, "audited_at": NOW, **told, **usual, **figures}
        return self._add(LedgerAudit(**row))  # type: ignore[no-any-return]

    def rectification(
        self: Any,
        unit: Unit | None = None,
        by: Actor | None = None,
        *,
        state: RectificationState = RectificationState.issued,
        at: datetime = NOW,
        **said: Any,
    ) -> RectificationOrder:
        """An order that the supervision office has issued, moved to that state."""
        unit = unit or self.department()
        county = self.session.get(Unit, unit.region_id)
        usual = {"failure_kind": FailureKind.no_response, "due": SOON, "reason": "Answer in time."}
        row = RectificationOrder(unit=unit, unit_id=unit.id, **usual | said)
        by = by or self.actor(self.office(Duty.supervision_office, county))
        with self.session.no_autoflush:
            prepare_rectification(self.session, row, by, at)
        self._add(row)
        follow_rectification(self.session, row, by, at)
        for name in RECTIFICATION_PATHS[state].split():
            self.press(row, name, at=at, **ANSWERS[name])
        self.session.commit()
        return row

    def failure(
        self: Any, kind: FailureKind = FailureKind.no_response, at: datetime = NOW, **of_call: Any
    ) -> CallAssignment:
        """A part in which a failure was found at that moment."""
        part = self.assignment(at=at, **of_call)
        part.failure_kind, part.failed_at = kind, at
        self.session.commit()
        return part
