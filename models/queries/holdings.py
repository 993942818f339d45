"""What is counted of turns: those that last."""

from __future__ import annotations

from models.holdings import Holding

IS_IN_HAND = Holding.until.is_(None)
