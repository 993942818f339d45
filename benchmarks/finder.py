"""`python -m benchmarks.finder`: how often the finder's first answers are right, and how long one takes.

`complaints.csv` holds matters as people write them, each with the category that we hold for right and, where the lists
have one, the items that cover it. Its source says where the matter is from: shortened, told in our words, without names
and places. `composed`: written by us, before the items were read. `tune` may be looked at while words are taught;
`test` is of the same hand; `fresh` was gathered after the words were taught, and never answered to.
"""

from __future__ import annotations

import csv
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.queries.finder import WEIGHTS, Document, Index
from models.seeds import rows

SPLITS = ("tune", "test", "fresh")
MANY = 500
COLUMNS = {
    "title": "title_label",
    "category": "category",
    "department_duties": "county_department_duties",
    "township_duties": "township_duties",
    "legal_basis": "legal_basis",
}


def figures() -> Iterator[dict[str, Any]]:
    """A line for each split, then one for the time that a search takes."""
    statutes, taught = rows("statute_duty_items.csv"), words()
    documents = [_document(place, row) for place, row in enumerate(statutes)]
    index, codes = Index(documents), [row["code"] for row in statutes]
    for split in SPLITS:
        yield {"figure": f"finder: {split}"} | quality(index, codes, taught, complaints(split))
    large = Index(Document(place, documents[place % len(documents)].texts) for place in range(MANY))
    taken = [_milliseconds(large, taught, row["text"]) for split in SPLITS for row in complaints(split)]
    yield {
        "figure": f"finder: search of {MANY} items",
        "median_ms": round(statistics.median(taken), 2),
        "worst_ms": round(max(taken), 2),
    }


def quality(
    index: Index, codes: list[str], taught: list[tuple[str, str]], matters: list[dict[str, str]]
) -> dict[str, Any]:
    """The shares of right answers: categories at the first place and in the first three, items in the first five."""
    first = third = covered = 0
    for row in matters:
        found = index.rank(row["text"], taught)
        categories = [name for name, _ in found.categories]
        first += categories[:1] == [row["category"]]
        third += row["category"] in categories[:3]
        covered += not {codes[key] for key, _ in found.hits[:5]}.isdisjoint(row["item"].split())
    labelled = sum(bool(row["item"]) for row in matters)
    return {
        "matters": len(matters),
        "from_public_sources": sum(row["source"] != "composed" for row in matters),
        "category_first": round(first / len(matters), 3),
        "category_in_three": round(third / len(matters), 3),
        "item_in_five": round(covered / labelled, 3),
    }


def complaints(split: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / "complaints.csv").open(encoding="utf-8", newline="") as table:
        return [row for row in csv.DictReader(table) if row["split"] == split]


def words() -> list[tuple[str, str]]:
    return [(row["word"], row["means"]) for row in rows("plain_words.csv")]


def _document(key: int, row: dict[str, str]) -> Document:
    return Document(key, {name: row[COLUMNS[name]] for name in WEIGHTS})


def _milliseconds(index: Index, taught: list[tuple[str, str]], question: str) -> float:
    started = time.perf_counter()
    index.rank(question, taught)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    for figure in figures():
        print(json.dumps(figure, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
