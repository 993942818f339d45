"""How grids cover a village: one comprehensive grid for each place, merged from special ones; and who serves there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_, Role
from models.grids import Grid, GridArea, GridAssignment, GridRole, GridState, GridTask
from models.organisation import BELOW_TOWNSHIP, Posting, Unit, UnitType
from models.roles import RoleName
from models.rules.deadlines import SHANGHAI
from models.rules.drafts import open_for_parts
from models.rules.registers import be_sound, prepare_owned
from models.workflow import Ask, Refused, Step, Transition, Workflow, follow

S, R = GridState, GridRole
MANAGERS = frozenset({RoleName.township_head, RoleName.township_operator})
"""Townships build grids and run them; the county supervises (TS-39)."""


def township(grid: Grid, actor: Actor) -> bool:
    return bool(actor.roles & MANAGERS) and actor.serves(grid.unit_id)


# Profiles and places


def prepare_grid(session: Session, grid: Grid, actor: Actor, now: datetime) -> None:
    """TA-45: a grid lies in a village or community. Raises `Refused`, naming the field."""
    prepare_owned(session, grid, actor, now)
    unit = session.get_one(Unit, grid.unit_id)
    village = unit.parent if unit.unit_type is UnitType.grid else unit
    if unit.unit_type not in BELOW_TOWNSHIP or village is None or village.unit_type is not UnitType.village:
        raise Refused(N_("A grid lies in a village or community: choose a village, or a grid of one."), field="unit")
    grid.village_id = village.id
    if grid.is_comprehensive is (grid.speciality is not None):
        raise Refused(
            N_("A specialised grid says in what; a comprehensive grid leaves this empty."), field="speciality"
        )
    if grid.id is not None:
        names = session.scalars(select(GridArea.name).where(GridArea.grid_id == grid.id)).all()
        _refuse_overlap(session, grid, names, field="is_comprehensive")


def prepare_area(session: Session, area: GridArea, actor: Actor, now: datetime) -> None:
    """R32: no place is covered twice. Raises `Refused`, naming the field."""
    grid = open_for_parts(session, Grid, area.grid_id, S.in_force, field="grid")
    area.region_id, area.name = grid.region_id, area.name.strip()
    _refuse_overlap(session, grid, [area.name], field="name")


def _refuse_overlap(session: Session, grid: Grid, names: Iterable[str], *, field: str) -> None:
    """A comprehensive grid is alone in its places; of special ones, there is one of a force. Two at once wait here."""
    session.get(Unit, grid.village_id, with_for_update=True)
    covered = select(GridArea.name, Grid.name).join(Grid, Grid.id == GridArea.grid_id)
    covered = covered.where(Grid.village_id == grid.village_id, Grid.state == S.in_force, GridArea.name.in_(names))
    if grid.id is not None:
        covered = covered.where(Grid.id != grid.id)
    if not grid.is_comprehensive:
        covered = covered.where(or_(Grid.is_comprehensive, Grid.speciality == grid.speciality))
    if found := session.execute(covered.order_by(GridArea.id).limit(1)).first():
        raise Refused(
            N_(
                "One grid (R32): %(place)s is covered by %(grid)s already. Merge the two grids, or take the place out"
                " of one."
            ),
            field=field,
            place=found[0],
            grid=found[1],
        )


def prepare_task(session: Session, task: GridTask, actor: Actor, now: datetime) -> None:
    """Raises `Refused`, naming the field."""
    task.region_id = open_for_parts(session, Grid, task.grid_id, S.in_force, field="grid").region_id


# People


def prepare_assignment(session: Session, assignment: GridAssignment, actor: Actor, now: datetime) -> None:
    """TA-47, LX-25: who serves, and under whom. Raises `Refused`, naming the field."""
    grid = open_for_parts(session, Grid, assignment.grid_id, S.in_force, field="grid")
    assignment.region_id = grid.region_id
    be_sound(assignment)
    if assignment.role is R.commissioner and not _posted(session, grid, assignment, RoleName.township_head):
        raise Refused(
            N_("A community commissioner is a leader of the township or street: name the account of one."),
            field="worker",
        )
    if assignment.role is R.assistant and not _posted(session, grid, assignment):
        raise Refused(
            N_("A grid assistant is of the staff of the township or street: name the account."), field="worker"
        )
    _serves_under(session, grid, assignment)
    if assignment.is_responsible:
        _refuse_second_responsible(session, assignment)


def _posted(session: Session, grid: Grid, assignment: GridAssignment, *roles: RoleName) -> bool:
    """Whether the person has a post in the township or street on the first day; in one of those roles, if any."""
    above = select(Unit.parent_id).where(Unit.id == grid.village_id).scalar_subquery()
    posted = select(Posting.id).join(Role, Role.id == Posting.role_id)
    posted = posted.where(Posting.user_id == assignment.worker_id, Posting.unit_id == above)
    posted = posted.where(_holds(Posting.from_on, Posting.to_on, assignment.from_on, assignment.from_on))
    if roles:
        posted = posted.where(Role.name.in_(roles))
    return session.scalar(posted.limit(1)) is not None


def _serves_under(session: Session, grid: Grid, assignment: GridAssignment) -> None:
    """LX-25: an assistant is of the staff that the commissioner of the same community is in charge of."""
    leader = session.get(GridAssignment, assignment.commissioner_id) if assignment.commissioner_id else None
    if assignment.role is not R.assistant:
        if leader is not None:
            raise Refused(N_("Only an assistant serves under a commissioner. Leave this empty."), field="commissioner")
        return
    if leader is None or leader.role is not R.commissioner or leader.grid.village_id != grid.village_id:
        raise Refused(
            N_("Name the commissioner of this community: the leader whose staff the assistant is of."),
            field="commissioner",
        )


def _refuse_second_responsible(session: Session, assignment: GridAssignment) -> None:
    """Many serve in a grid, and one of them answers for it."""
    other = select(GridAssignment.post).where(
        GridAssignment.grid_id == assignment.grid_id,
        GridAssignment.is_responsible,
        _holds(GridAssignment.from_on, GridAssignment.until_on, assignment.from_on, assignment.until_on),
    )
    if assignment.id is not None:
        other = other.where(GridAssignment.id != assignment.id)
    if post := session.scalar(other.limit(1)):
        raise Refused(
            N_("%(post)s is responsible for this grid at that time. End that first."), field="is_responsible", post=post
        )


def _holds(begins: Any, ends: Any, first: date, last: date | None) -> ColumnElement[bool]:
    """Whether one term meets another."""
    met: ColumnElement[bool] = or_(ends.is_(None), ends >= first)
    return met if last is None else met & (begins <= last)


# Mergers


def special_ones(grid: Grid, actor: Actor) -> ColumnElement[bool]:
    """Special grids of the same village."""
    here = (Grid.village_id == grid.village_id) & (Grid.state == S.in_force)
    return here & (Grid.is_comprehensive == false()) & (Grid.id != grid.id)


def _merged(grid: Grid, step: Step) -> None:
    """TA-44: this one becomes comprehensive and takes over places, tasks and people; the others end."""
    session, others = step.session, step.answers["grid_ids"]
    ids = [other.id for other in others]
    own = select(GridArea.name).where(GridArea.grid_id == grid.id)
    known = set(session.scalars(own))
    added = set(session.scalars(select(GridArea.name).where(GridArea.grid_id.in_(ids)))) - known
    session.add_all(GridArea(region_id=grid.region_id, grid_id=grid.id, name=name) for name in sorted(added))
    grid.is_comprehensive, grid.speciality = True, None
    today = step.now.astimezone(SHANGHAI).date()
    serving = or_(GridAssignment.until_on.is_(None), GridAssignment.until_on >= today)
    staff = session.scalars(select(GridAssignment).where(GridAssignment.grid_id.in_(ids), serving)).all()
    for assignment in staff:
        assignment.grid_id, assignment.is_responsible = grid.id, False
    for task in session.scalars(select(GridTask).where(GridTask.grid_id.in_(ids))).all():
        task.grid_id = grid.id
    session.flush()
    for other in others:
        other.merged_into_id = grid.id
        follow(step, other, "end")
    _refuse_overlap(session, grid, known | added, field="grid_ids")


def _ended(grid: Grid, step: Step) -> None:
    grid.ended_on = step.now.astimezone(SHANGHAI).date()
    serving = or_(GridAssignment.until_on.is_(None), GridAssignment.until_on > grid.ended_on)
    for assignment in step.session.scalars(select(GridAssignment).where(GridAssignment.grid_id == grid.id, serving)):
        assignment.until_on = max(assignment.from_on, grid.ended_on)


GRID = Workflow(
    Grid,
    Transition(
        name="merge",
        label=N_("Merge special grids into this one"),
        source=frozenset({S.in_force}),
        target=S.in_force,
        by=township,
        asks=(
            Ask(
                name="grid_ids",
                label=N_("Special grids"),
                kind="rows",
                model=Grid,
                among=special_ones,
                help=N_("In force, of the same village. If none is offered, there is none."),
            ),
        ),
        effect=_merged,
        tone="active",
        help=N_("This one becomes comprehensive and takes over their places, tasks and people; they end."),
    ),
    Transition(
        name="end",
        label=N_("End the grid"),
        source=frozenset({S.in_force}),
        target=S.ended,
        by=township,
        effect=_ended,
        wants_note=True,
        tone="danger",
    ),
)
