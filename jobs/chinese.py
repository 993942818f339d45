"""The language of what jobs write for people to read outside the console."""

from __future__ import annotations

import gettext
from functools import cache

from config import ROOT


def chinese(message: str) -> str:
    return _translations().gettext(message)


@cache
def _translations() -> gettext.NullTranslations:
    return gettext.translation("messages", ROOT / "translations", languages=["zh"], fallback=True)
