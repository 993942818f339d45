"""How a file comes in: checked, a photo freed of what the camera wrote, kept, then written down for who sent it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import N_
from models.door import by_rule
from models.files import Attachment
from models.rules.contents import content_type, file_name
from models.rules.photos import photo_of
from models.store import Store
from models.workflow import Refused


def keep_file(session: Session, store: Store, name: str, content: bytes, actor: Actor, now: datetime) -> Attachment:
    """A new file of the actor's unit. Raises `Refused`. If the caller rolls back, its bytes are swept away later."""
    if actor.region_id is None or actor.unit_id is None:
        raise Refused(N_("Switch to a unit of a county first: a file belongs to one."))
    name = file_name(name)
    kind = content_type(name, content)
    photo = photo_of(content, kind)
    content = photo.content if photo else content
    with by_rule(session):
        kept = Attachment(
            region_id=actor.region_id,
            key=store.put(content),
            name=name,
            content_type=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            thumbnail_key=store.put(photo.thumbnail) if photo else None,
            taken_at=photo.taken_at if photo else None,
            latitude=photo.latitude if photo else None,
            longitude=photo.longitude if photo else None,
            unit_id=actor.unit_id,
            user_id=actor.user_id,
            created_at=now,
        )
        session.add(kept)
    return kept


def nameable(actor: Actor) -> ColumnElement[bool]:
    """The files of one's own units: what was only shown to somebody is not theirs to show to others."""
    return Attachment.unit_id.in_(actor.unit_ids)
