"""The words that several nouns share: the scope of a call, and how strongly a scope binds the caller."""

from __future__ import annotations

from models.base import N_, Word


class Modality(Word):
    """Whether a township may, should or must call (TA-24)."""

    may = "may", N_("May call"), "muted"
    should = "should", N_("Should call"), "warn"
    must = "must", N_("Must call"), "danger"


class CallScope(Word):
    """What kind of matter a call is about; it decides how strongly the call is expected and which limits run."""

    complex = "complex", N_("Complex: may call"), "muted"
    key = "key", N_("Key: should call"), "warn"
    emergency = "emergency", N_("Emergency: must call"), "danger"


_MODALITY = {
    CallScope.complex: Modality.may,
    CallScope.key: Modality.should,
    CallScope.emergency: Modality.must,
}


def modality(scope: CallScope) -> Modality:
    """How strongly a call of this scope is expected."""
    return _MODALITY[scope]
