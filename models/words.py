"""The words that several nouns share: the scope of a call, how strongly it binds the caller, and misconduct."""

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


class Misconduct(Word):
    """The four kinds of misconduct that an order or a case may name (TC-47)."""

    shirking = "shirking", N_("Kicks the ball away"), "danger"
    slow = "slow", N_("Acts slowly"), "warn"
    idle = "idle", N_("Does not act"), "danger"
    sham = "sham", N_("Acts for show"), "danger"


_MODALITY = {
    CallScope.complex: Modality.may,
    CallScope.key: Modality.should,
    CallScope.emergency: Modality.must,
}


def modality(scope: CallScope) -> Modality:
    """How strongly a call of this scope is expected."""
    return _MODALITY[scope]


class Level(Word):
    """On which of the three levels something stands."""

    county = "county", N_("County level")
    township = "township", N_("Township level")
    village = "village", N_("Village level")
