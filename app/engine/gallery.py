"""Several files in one cell: their small pictures, or clips, with what is known of each; each leads to the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from app.engine.declare import World

NONE = Markup('<span class="none">–</span>')
CLIP = Markup('<i class="fa-solid fa-paperclip fa-fw" aria-hidden="true"></i>')
PICTURE = Markup('<img src="{}" alt="" loading="lazy">')
ENTRY = Markup('<li><a href="{}">{}<span>{}</span></a>{}</li>')
ABOUT = Markup("<small>{}</small>")


def gallery(world: World, files: Sequence[Any], address: Callable[..., str]) -> Markup:
    """`address(file, size)` → where it is fetched."""

    def entry(file: Any) -> Markup:
        small, about = world.files.find_small(file), world.files.about(file)
        picture = PICTURE.format(address(file, "small")) if small else CLIP
        return ENTRY.format(address(file), picture, str(file), ABOUT.format(about) if about else "")

    return Markup('<ul class="gallery">{}</ul>').format(Markup("").join(map(entry, files))) if files else NONE
