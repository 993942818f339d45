"""Plays the demo counties' stories: people make their moves at past moments, and between them the clocks run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.engine.derive import shape_of
from app.story_evaluation import Evaluations
from app.story_records import Records, pairs, read
from jobs.audit import recount
from jobs.calendar import watch_calendars
from jobs.circulars import compile_circulars
from jobs.digests import digest_for_congress
from jobs.feed import feed_supervisors
from jobs.figures import publish_figures
from jobs.notices import deliver
from jobs.staffing import watch_terms
from jobs.sweep import keep
from jobs.warnings import warn_early
from models.actor import Actor
from models.base import Role, User
from models.calendar import LimitUnit
from models.calls import AssignmentState, Call, CallAssignment
from models.item_words import ItemState
from models.ledger import Promise, PromiseState
from models.lists import DutyList, ListItem
from models.notices import Notice
from models.opinions import ListOpinion
from models.organisation import Posting, Unit, carried
from models.queries.calendar import calendar_of
from models.ratings import MutualRating, RatingLevel
from models.recorder import Origin, set_origin
from models.rectification import Circular
from models.roles import observes
from models.rules.assignments import ASSIGNMENT
from models.rules.calls import CALL
from models.rules.clues import prepare_call
from models.rules.comments import OPINION
from models.rules.coordination import COORDINATION
from models.rules.deadlines import SHANGHAI
from models.rules.lists import LIST
from models.rules.ratings import MARKS, RATING
from models.rules.rectification import CIRCULAR, LINE, lines_of, rectify_by
from models.rules.results import FIGURES
from models.rules.rounds import current, latest_case
from models.rules.segments import EXTENSION, ask_for_it, prepare_extension
from models.rules.supervision import SUPERVISION
from models.seeds.accounts import TAISHUN
from models.seeds.stories import (
    PUBLISHED,
    ROUND,
    WORKING_DAY,
    Comment,
    Publication,
    Scene,
    Story,
    comments,
    publications,
    stories,
    worked_before,
)
from models.segments import Extension, ExtensionState
from models.store import Store
from models.supervision import OrderState, SupervisionOrder
from models.workflow import Workflow
from views.calls import calls, of_item

A_DAY, NIGHTS = timedelta(days=1), 7
FRESH, UNREAD = timedelta(days=7), 4
"""How long a notice may lie unread, and how many do."""

WORKFLOWS: dict[str, Workflow] = {
    "call": CALL,
    "part": ASSIGNMENT,
    "rating": RATING,
    "case": COORDINATION,
    "order": SUPERVISION,
    "extension": EXTENSION,
}

Deed = tuple[datetime, Callable[[], object]]
"""What is done, and when."""


def play(session: Session, now: datetime, store: Store) -> dict[str, int]:
    """Tell every story up to `now`, in counties that `models.seeds.demo` has filled; how much there was of each."""
    stage = Stage(session, now.replace(second=0, microsecond=0))
    of_lists = (deed for publication in publications() for deed in stage.publish(publication))
    of_calls = ((cue.at, partial(stage.act, cue)) for cue in stage.cues())
    records = Records(session, stage.now, stage.cast, stage.calls, store)
    of_records = records.deeds(partial(stage.ago, TAISHUN))
    by_jobs = (*stage.circular(), *stage.nights())
    of_evaluations = Evaluations(session, stage.now, stage.cast, store, partial(stage.ago, TAISHUN)).deeds()
    told: list[Deed] = [*of_lists, *of_calls, *of_records, *of_evaluations, *by_jobs]
    deeds = sorted(told, key=itemgetter(0))
    for at, act in deeds:
        stage.let_pass(at)
        act()
    stage.let_pass(now)
    set_origin(session, Origin(at=now, place="job:early_warning"))
    warn_early(session, now)
    set_origin(session, Origin(at=now, place="job:calendar_watch"))
    watch_calendars(session, now)
    set_origin(session, Origin(at=now, place="job:term_watch"))
    watch_terms(session, now)
    while feed_supervisors(session, now).found:
        pass
    return {"call": len(stage.calls), "scene": len(deeds), "notice": _deliver(session, now)}


@dataclass(frozen=True, slots=True)
class Cue:
    """A scene whose moment is known."""

    at: datetime
    story: Story
    scene: Scene


class Stage:
    """The counties in a system session: who acts in them, and the calls told so far."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        self.cast = cast_of(session)
        self.calls: dict[str, Call] = {}

    def cues(self) -> Iterator[Cue]:
        """Every scene of every story. The stories are a few minutes apart, or all would happen on the hour."""
        for n, story in enumerate(stories()):
            calendar = calendar_of(self.session, self.units[story.county])
            told_at = worked_before(calendar, self.now, timedelta(minutes=17 * n % 60))
            for at, scene in story.moments(calendar, told_at):
                yield Cue(at, story, scene)

    def let_pass(self, moment: datetime) -> None:
        """Let every clock run that comes before the moment, each when it is due."""
        due = select(Promise.due_at, Promise.job).where(Promise.state == PromiseState.planned, Promise.due_at <= moment)
        first = due.order_by(Promise.due_at, Promise.id).limit(1)
        while row := self.session.execute(first).one_or_none():
            set_origin(self.session, Origin(at=row.due_at, place=f"job:{row.job}"))
            keep(row.job, self.session, row.due_at)
            self.session.expire_all()  # jobs write by statements, past the rows in hand

    def circular(self) -> Iterator[Deed]:
        """How last month's circular came about, and what followed from it."""
        yield min(self._first(), self.now), self._compile
        yield self._circulated(), self._circulate

    def nights(self) -> Iterator[Deed]:
        """The self-audits of the last days."""
        last = self.now.astimezone(SHANGHAI).replace(hour=2, minute=0)
        nights = (last - days * A_DAY for days in range(NIGHTS))
        yield from ((at, partial(recount, self.session, at)) for at in nights if at <= self.now)

    def _first(self) -> datetime:
        return self.now.astimezone(SHANGHAI).replace(day=1, hour=1, minute=0)

    def _circulated(self) -> datetime:
        return min((self._first() + A_DAY).replace(hour=9, minute=30), self.now)

    def _compile(self) -> None:
        at = min(self._first(), self.now)
        set_origin(self.session, Origin(at=at, place="job:circular_compile"))
        compile_circulars(self.session, at)
        set_origin(self.session, Origin(at=at, place="job:figures_publish"))
        publish_figures(self.session, at)
        set_origin(self.session, Origin(at=at, place="job:congress_digest"))
        digest_for_congress(self.session, at)

    def _circulate(self) -> None:
        at = self._circulated()
        of_county = Circular.region_id == self.units[TAISHUN]
        for circular in self.session.scalars(select(Circular).where(of_county)):
            self._press(CIRCULAR, circular, "publish_circular", "supervision", at, number="演示通报第1号")
            for line in lines_of(self.session, circular)[:1]:
                due = rectify_by(self.session, line.region_id, at)
                self._press(LINE, line, "order_rectification", "supervision", at, due=due, reason="限期整改（演示）。")

    def publish(self, publication: Publication) -> Iterator[Deed]:
        """How a county's list comes into force: commented on round by round, then reviewed."""
        of_county = select(DutyList).where(DutyList.region_id == self.units[publication.county])
        duty_list = self.session.scalars(of_county).one()
        press = partial(self._press, LIST, duty_list)
        rounds = duty_list.list_type.rounds
        for number in range(1, rounds + 1):
            at = self.ago(publication.county, PUBLISHED + (rounds - number + 1) * ROUND)
            yield at, partial(press, "ask_opinions", publication.who, at)
            for comment in comments():
                if (comment.county, comment.round) == (publication.county, number):
                    yield at + A_DAY, partial(self._comment, duty_list, comment, at + A_DAY)
        at = self.ago(publication.county, PUBLISHED)
        yield at, partial(self._issue, duty_list, publication, at)

    def _issue(self, duty_list: DutyList, publication: Publication, at: datetime) -> None:
        set_origin(self.session, Origin(actor=self.cast[publication.who], at=at))
        duty_list.issued_by, duty_list.document_number = publication.issued_by, publication.document_number
        for name in ("submit", "publish"):
            self._press(LIST, duty_list, name, publication.who, at)

    def _comment(self, duty_list: DutyList, comment: Comment, at: datetime) -> None:
        unit_id = self.cast[comment.who].unit_id
        waiting = (ListOpinion.duty_list_id == duty_list.id) & (ListOpinion.round == comment.round)
        opinion = self.session.scalars(select(ListOpinion).where(waiting, ListOpinion.unit_id == unit_id)).one()
        said = {"agrees": comment.agrees, "opinion": comment.text}
        self._press(OPINION, opinion, "give", comment.who, at, **said)

    def _press(self, workflow: Workflow, subject: Any, name: str, who: str, at: datetime, **answers: Any) -> None:
        actor = self.cast[who]
        set_origin(self.session, Origin(actor=actor, at=at))
        workflow.move(self.session, subject, name, actor=actor, now=at, answers=answers)

    def act(self, cue: Cue) -> None:
        """What the scene says."""
        actor = self.cast[cue.story.name(cue.scene.who)]
        set_origin(self.session, Origin(actor=actor, at=cue.at))
        match cue.scene.move:
            case "write":
                self._write(cue, actor)
            case "edit":
                self._edit(cue, actor)
            case "ask":
                self._ask_for_more_time(cue, actor)
            case move:
                self._move(cue, move, actor)

    def _write(self, cue: Cue, actor: Actor) -> None:
        story, item = cue.story, self._item(cue.story.county, cue.story.item)
        call = Call(
            title=story.title,
            description=story.description,
            scope=item.call_scope,
            list_item_id=item.id,
            place=story.place,
            place_unit_id=self.units[story.place_unit] if story.place_unit else None,
            source=story.source,
            is_cross_region=story.is_cross_region,
            occurred_at=cue.at,
        )
        prepare_call(self.session, call, actor, cue.at)
        told = pairs(story.tells)
        for field in shape_of(calls).of_kind(of_item(self.session, item)).fields.values():
            if field.inside and field.label in told:
                field.put(call, read(field, told[field.label]))
        self.session.add(call)
        self.session.flush()
        self.calls[story.key] = call

    def _edit(self, cue: Cue, actor: Actor) -> None:
        call = self.calls[cue.story.key]
        call.description = cue.scene.text
        prepare_call(self.session, call, actor, cue.at)
        self.session.flush()

    def _ask_for_more_time(self, cue: Cue, actor: Actor) -> None:
        part = self._part(self.calls[cue.story.key], actor)
        asked = Extension(assignment_id=part.id, days=cue.scene.due, reason=cue.scene.text)
        prepare_extension(self.session, asked, actor, cue.at)
        self.session.add(asked)
        self.session.flush()
        ask_for_it(self.session, asked, actor, cue.at)

    def _move(self, cue: Cue, move: str, actor: Actor) -> None:
        workflow, rates = WORKFLOWS[cue.scene.what], cue.scene.what == "rating"
        answers = rated(cue.scene.text) if rates else self._answers(cue)
        asked = {ask.name: answers[ask.name] for ask in workflow.transitions[move].asks if ask.name in answers}
        told = rates or "result" in asked or cue.scene.text in asked.values()
        note = "" if told else cue.scene.text
        workflow.move(self.session, self._subject(cue, actor), move, actor=actor, now=cue.at, answers=asked, note=note)

    def _subject(self, cue: Cue, actor: Actor) -> Any:
        call = self.calls[cue.story.key]
        match cue.scene.what:
            case "part":
                return self._part(call, actor)
            case "extension":
                asked = (Extension.call_id == call.id) & (Extension.state == ExtensionState.asked)
                return self.session.scalars(select(Extension).where(asked)).one()
            case "rating":
                return self._rating(call, actor, self._unit(cue, cue.scene.unit))
            case "case":
                return latest_case(self.session, call.id)
            case "order":
                open_ = (SupervisionOrder.call_id == call.id) & (SupervisionOrder.state != OrderState.closed)
                return self.session.scalars(select(SupervisionOrder).where(open_)).one()
        return call

    def _part(self, call: Call, actor: Actor) -> CallAssignment:
        """The actor's own part; for others, the one that waits for them (rejected, or resting); else the lead's."""
        parts = current(self.session, call)
        own = [part for part in parts if actor.serves(part.department_id)]
        waiting = (AssignmentState.rejected, AssignmentState.paused)
        return (own or [part for part in parts if part.state in waiting] or parts)[0]

    def _rating(self, call: Call, actor: Actor, ratee: Unit | None) -> MutualRating:
        """What the actor owes; of whom, if it is more than one."""
        owed = select(MutualRating).where(
            MutualRating.call_id == call.id, MutualRating.rater_unit_id.in_(actor.unit_ids)
        )
        return self.session.scalars(owed.where(MutualRating.ratee_unit == ratee) if ratee else owed).one()

    def _answers(self, cue: Cue) -> dict[str, Any]:
        """What the scene says to each question that a move may ask."""
        scene, region_id = cue.scene, self.units[cue.story.county]
        unit, units = self._unit(cue, scene.unit), [self._unit(cue, name) for name in scene.units]
        item = self._item(cue.story.county, scene.item) if scene.item else None
        promised = calendar_of(self.session, region_id).add(cue.at, scene.due, LimitUnit.working_day).at
        by_unit = ("lead_department_id", "department_id", "proposed_unit_id", "responsible_unit_id", "ruled_unit_id")
        by_text = ("result", "reason", "agreement", "filing_number", "opinion", "reply", "ruling")
        return {
            **dict.fromkeys(by_unit, unit),
            **dict.fromkeys(by_text, scene.text),
            "cooperating_department_ids": units,
            "promised_due": promised,
            "contact_made_at": cue.at,
            "list_item_id": item,
            "no_item_covers": item is None,
            "misconduct": None,
            "clause": "县级部门职责" if item is not None else "",
            **brought(scene.text),
        }

    def _item(self, county: str, code: str) -> ListItem:
        """The item of that code in the edition that is in force by then."""
        in_force = (ListItem.region_id == self.units[county]) & (ListItem.state == ItemState.published)
        return self.session.scalars(select(ListItem).where(in_force, ListItem.code == code)).one()

    def _unit(self, cue: Cue, name: str) -> Unit | None:
        return self.session.get(Unit, self.units[cue.story.unit_code(name)]) if name else None

    def ago(self, county: str, days: int) -> datetime:
        """The moment so many working days before now."""
        return worked_before(calendar_of(self.session, self.units[county]), self.now, days * WORKING_DAY)


def rated(text: str) -> dict[str, Any]:
    """What a scene says of the other side."""
    told = pairs(text)
    marks = {name: int(told[name]) if name in told else None for name, _ in MARKS}
    return {"level": RatingLevel(told["level"]), "comment": told.get("comment", ""), **marks}


def brought(text: str) -> dict[str, Any]:
    """What an action of enforcement brought, where a scene says that (TC-22): `result: … | cases: 8 | …`."""
    if not text.startswith("result: "):
        return {}
    told = pairs(text)
    return {"result": told["result"]} | {name: int(told[name]) for name in FIGURES}


def cast_of(session: Session) -> dict[str, Actor]:
    """Everyone who may act, by the name of their account; departments also by their unit's code."""
    paths = {unit.id: unit.path for unit in session.scalars(select(Unit))}
    posts = (
        select(User.username, User.id, Unit, Role.name).join_from(Posting, User).join(Unit, Unit.id == Posting.unit_id)
    )
    cast: dict[str, Actor] = {}
    for username, user_id, unit, role in session.execute(posts.join(Role).order_by(Posting.id)):
        below = tuple(pk for pk, path in paths.items() if path.startswith(unit.path))
        known = cast.get(username)
        roles = frozenset({carried(role, unit)}) | (known.roles if known else frozenset())
        actor = cast[username] = Actor(user_id, unit.id, unit.region_id, below, roles, observes(roles))
        if not actor.observes:
            cast[unit.code] = actor
    return cast


def _deliver(session: Session, now: datetime) -> int:
    """Tell everyone what there was to tell. What is not fresh has been mailed, and read, when it came."""
    told = 0
    while (done := deliver(session, now)).found:
        told += done.did
    newest = func.row_number().over(partition_by=Notice.user_id, order_by=Notice.id.desc()).label("place")
    of_this_week = select(Notice.id, newest).where(Notice.created_at >= now - FRESH).subquery()
    unread = select(of_this_week.c.id).where(of_this_week.c.place <= UNREAD)
    old = update(Notice).where(Notice.id.not_in(unread))
    session.execute(
        old.values(read_at=Notice.created_at, mailed_at=Notice.created_at).execution_options(synchronize_session=False)
    )
    return told
