"""What the law divides between county departments and townships, read with the departments' names of today."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from models.seeds import rows
from models.words import CallScope

NATIONWIDE = "全国"
SIGNS = str.maketrans(",;()", "，；（）")
"""The extract has its signs from a keyboard; people read Chinese ones."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter. Departments are words of `departments.csv`; the scope of calls is composed, and not the law's."""

    code: str
    title: str
    category: str
    lead: str
    cooperating: tuple[str, ...]
    department_duties: str
    township_duties: str
    legal_basis: str
    time_limit: str
    source: str
    call_scope: CallScope


def matters(places: Collection[str]) -> Iterator[Matter]:
    """The matters of the laws in force in these places: a county, its city and province; the nation's always."""
    glossary = Glossary()
    scopes = {row["code"]: CallScope(row["call_scope"]) for row in rows("call_scopes.csv")}
    supplements = {row["code"]: row for row in rows("duty_supplements.csv")}
    for row in rows("statute_duty_items.csv"):
        if row["territorial_scope"] not in {NATIONWIDE, *places}:
            continue
        # Some articles bind the township only: the department's share is in another article of the same law.
        row |= supplements.get(row["code"], {})
        lead = glossary.lead(row)
        yield Matter(
            code=row["code"],
            title=row["title_label"].translate(SIGNS),
            category=row["category"],
            lead=lead,
            cooperating=tuple(word for word in glossary.cooperating(row) if word != lead),
            department_duties=row["county_department_duties"].translate(SIGNS),
            township_duties=row["township_duties"].translate(SIGNS),
            legal_basis=row["legal_basis"].translate(SIGNS),
            time_limit=row["time_limit_in_law"].translate(SIGNS),
            source=row["source"],
            call_scope=scopes.get(row["code"], CallScope.complex),
        )


class Glossary:
    """The law's names of departments, many of them older than the reform of 2018, and today's bureaus."""

    def __init__(self) -> None:
        names = rows("department_names.csv")
        self.departments = {row["pattern"]: row["bureau"] for row in names if row["reads"] == "department"}
        self.titles = {row["pattern"]: row["bureau"] for row in names if row["reads"] == "title"}
        self.categories = {row["statute_category"]: row["bureau"] for row in rows("department_mapping.csv")}

    def lead(self, row: dict[str, str]) -> str:
        """The department that the law names; where it names the government, the one for the matter or category."""
        named = self._department(row["lead_department_as_in_law"])
        return named or _first(self.titles, row["title_label"]) or self.categories[row["category"]]

    def cooperating(self, row: dict[str, str]) -> Iterator[str]:
        """Each department once, in the law's order. A name that nobody has mapped is an error, not a gap."""
        found: dict[str, None] = {}
        for name in filter(None, row["cooperating_departments_as_in_law"].split(";")):
            bureau = self._department(name)
            if bureau is None:
                raise LookupError(f"department_names.csv has no pattern for {name}")
            found[bureau] = None
        return filter(None, found)

    def _department(self, name: str) -> str | None:
        return _first(self.departments, name.replace("人民政府", ""))  # which has 民政, civil affairs, in its middle


def _first(patterns: dict[str, str], text: str) -> str | None:
    return next((bureau for pattern, bureau in patterns.items() if pattern in text), None)
