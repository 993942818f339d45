"""The files that one's units have sent, for programs: they send one here, and then name it by its id."""

from app.engine.declare import Console
from models.base import N_
from models.files import Attachment

attachments = Console(
    model=Attachment,
    name=N_("Files"),
    category=N_("Records"),
    icon="fa-paperclip",
    listed=("name", "content_type", "size", "taken_at", "unit", "created_at"),
    form=(),
    searched=("name", "unit", "taken_at", "created_at"),
    in_menu=False,
)
