"""Which items of a duty list a matter in plain words is about: BM25 over runs of two and three characters.

Chinese is written without spaces, so a word is found by the runs of characters in it: no dictionary is needed, and none
has to be kept up to date. What people say and the law does not (臭水, 工钱) is taught by the county's plain words.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST = 400
"""Characters of a question that are read: as many as fit, encoded, into the first line of a request."""

WEIGHTS = {"title": 3.0, "category": 2.0, "department_duties": 1.0, "township_duties": 1.0, "legal_basis": 0.5}
"""How much a word counts in each column of an item."""

LONE = 0.3
"""How much a plain word of one character counts, which is part of many others; a longer one counts 1."""

SATURATION, LENGTH = 1.2, 0.4
"""BM25's k1 and b: how soon a repeated word counts no more, and how far a long item is held back."""

CLEAR = 0.12
"""Up to which share of the items a run of characters tells them apart, so that it is worth marking."""

TOP = 3
"""How many of its best items speak for a category."""

_WRITTEN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")

Span = tuple[int, int]
Taught = tuple[str, str]  # a plain word, and what it stands for


@dataclass(frozen=True, slots=True)
class Document:
    """One item, as far as it is searched: its key, and its texts by column."""

    key: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found, best first."""

    hits: Sequence[tuple[int, float]]
    """(key of an item, score)"""
    categories: Sequence[tuple[str, float]]
    understood: Sequence[Taught]
    """The plain words in the question."""
    marks: frozenset[str]
    """Runs of characters worth marking where they stand."""

    def spans(self, text: str) -> list[Span]:
        """Where in a text the words stand that matched: in order, none touching the next."""
        merged: list[Span] = []
        for start, end in sorted(span for term, span in terms(text) if term in self.marks):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return merged


def terms(text: str) -> Iterator[tuple[str, Span]]:
    """Runs of two and three Chinese characters, and whole words of the Latin script, each with its place."""
    for written in _WRITTEN.finditer(text.lower()):
        word, start = written.group(), written.start()
        if word.isascii():
            yield word, (start, start + len(word))
        else:
            for size in (2, 3):
                for at in range(len(word) - size + 1):
                    yield word[at : at + size], (start + at, start + at + size)


class Index:
    """The items of one county. Built once, then only read, by any number of threads."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = list(documents)
        counts = [_counted(document.texts) for document in self._documents]
        lengths = [sum(count.values()) for count in counts]
        usual = sum(lengths) / len(lengths) if any(lengths) else 1.0
        spread = Counter(term for count in counts for term in count)
        self._clear = max(1, int(len(counts) * CLEAR))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            held_back = SATURATION * (1 - LENGTH + LENGTH * length / usual)
            for term, times in count.items():
                rare = math.log(1 + (len(counts) - spread[term] + 0.5) / (spread[term] + 0.5))
                self._postings[term].append((place, rare * times * (SATURATION + 1) / (times + held_back)))

    def rank(self, question: str, taught: Iterable[Taught]) -> Ranking:
        """The items that the question speaks of, in its own words or in those that its plain words stand for."""
        question = question[:LONGEST].lower()
        understood = _understood(question, taught)
        asked = _asked(question, understood)
        scores: dict[int, float] = defaultdict(float)
        for term, weight in asked.items():
            for place, score in self._postings.get(term, ()):
                scores[place] += weight * score
        order = sorted(scores, key=lambda place: (-scores[place], place))
        return Ranking(
            hits=[(self._documents[place].key, scores[place]) for place in order],
            categories=self._categories(order, scores),
            understood=understood,
            marks=frozenset(term for term in asked if 0 < len(self._postings.get(term, ())) <= self._clear),
        )

    def _categories(self, order: Iterable[int], scores: Mapping[int, float]) -> list[tuple[str, float]]:
        """By their best items: the first counts whole, each further one half of the one before."""
        best: dict[str, list[float]] = defaultdict(list)
        for place in order:
            best[self._documents[place].texts["category"]].append(scores[place])
        told = {name: sum(score / 2**n for n, score in enumerate(found[:TOP])) for name, found in best.items()}
        return sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))


def _understood(question: str, taught: Iterable[Taught]) -> list[Taught]:
    """The plain words in the question; but one within a longer one says nothing more than that."""
    met = [(word, means) for word, means in taught if word.lower() in question]
    return [(word, means) for word, means in met if not any(word in longer and word != longer for longer, _ in met)]


def _asked(question: str, understood: Iterable[Taught]) -> dict[str, float]:
    """How much each term counts. Plain words that stand for the same confirm each other."""
    asked: dict[str, float] = dict.fromkeys((term for term, _ in terms(question)), 1.0)
    for word, means in understood:
        for term in {term for term, _ in terms(means)}:
            asked[term] = asked.get(term, 0.0) + (1.0 if len(word) > 1 else LONE)
    return asked


def _counted(texts: Mapping[str, str]) -> dict[str, float]:
    """How often each term occurs, weighted by the column."""
    counted: dict[str, float] = defaultdict(float)
    for name, weight in WEIGHTS.items():
        for term, _ in terms(texts[name]):
            counted[term] += weight
    return counted
