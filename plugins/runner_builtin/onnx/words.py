"""A stream of characters -> a stream of words, each known one by its number.

A word is found by a sum of its characters' codes, each times a number of its place; the numbers are chosen so that
the sums of all known words differ, and what is found is compared with the word character by character. So nothing
rests on chance: a word that is not known is never taken for one that is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runner_builtin.onnx.alphabets import BREAK, Alphabet
from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.streams import Stream, added_up, after, before, length, places, sums, whole


def words(stream: Stream, alphabet: Alphabet, known: Sequence[str], shortest: int, graph: Graph) -> Stream:
    """Read words of at least `shortest` characters: their places in `known` counted from 1, 0 for any other."""
    table = _Known(alphabet, known)
    inside = graph.node("Greater", stream.codes, graph.constant(BREAK))
    inner = whole(inside, graph)
    begins = graph.node("And", inside, graph.node("Equal", before(inner, graph), graph.constant(0)))
    letters, starts = places(inside, graph), places(begins, graph)
    ends = places(graph.node("And", inside, graph.node("Equal", after(inner, graph), graph.constant(0))), graph)
    lengths = graph.node("Add", graph.node("Sub", ends, starts), graph.constant(1))
    owner = graph.node("Sub", graph.taken(added_up(whole(begins, graph), graph), letters), graph.constant(1))
    place = graph.node("Sub", letters, graph.taken(starts, owner))
    found = table.found(graph.taken(stream.codes, letters), owner, place, lengths, graph)
    rows = graph.taken(stream.rows, starts)
    if shortest > 1:
        enough = places(graph.node("Greater", lengths, graph.constant(shortest - 1)), graph)
        found, rows = graph.taken(found, enough), graph.taken(rows, enough)
    return Stream(found, rows, rows)


def without(stream: Stream, stopped: Sequence[int], n_known: int, graph: Graph) -> Stream:
    """Leave words out, as if they had not been written. stopped: their numbers."""
    if not stopped:
        return stream
    stays = np.ones(n_known + 1, dtype=bool)
    stays[list(stopped)] = False
    kept = places(graph.taken(graph.constant(stays), stream.codes), graph)
    rows = graph.taken(stream.rows, kept)
    return Stream(graph.taken(stream.codes, kept), rows, rows)


class _Known:
    """The known words, in their characters' codes. Number 0 is the word that is none."""

    def __init__(self, alphabet: Alphabet, known: Sequence[str]) -> None:
        self.spelled = [[alphabet.codes[character] for character in word] for word in known]
        self.longest = max(map(len, self.spelled), default=1)
        self.sums, self.weights = self._told_apart(max(alphabet.codes.values(), default=1))

    def _told_apart(self, largest: int) -> tuple[list[int], list[int]]:
        """Draw numbers of places until the sums of all words differ; sums stay below 2**62."""
        room = 62 - largest.bit_length() - self.longest.bit_length()
        for seed in range(100):
            drawn = np.random.default_rng(seed).integers(1, 1 << max(room, 8), self.longest).tolist()
            totals = [sum(code * weight for code, weight in zip(word, drawn, strict=False)) for word in self.spelled]
            if len(set(totals)) == len(totals):
                return totals, [*drawn, 0]
        raise AssertionError(f"{len(self.spelled)} words cannot be told apart")

    def found(self, codes: str, owner: str, place: str, lengths: str, graph: Graph) -> str:
        """Return each word's number. codes, owner, place: of each letter; lengths: of each word."""
        count = length(lengths, graph)
        capped = graph.node("Min", place, graph.constant(self.longest))
        weighed = graph.node("Mul", codes, graph.taken(graph.constant(self.weights), capped))
        number = graph.looked_up(
            sums(weighed, owner, count, graph), {total: word for word, total in enumerate(self.sums, 1)}
        )
        sizes = [0, *map(len, self.spelled)]
        starts = [0, *(1 + sum_ for sum_ in _running(sizes[1:]))]
        letters = graph.constant([-1, *(code for word in self.spelled for code in word)])
        begun = graph.taken(graph.taken(graph.constant(starts), number), owner)
        due = graph.node("Min", graph.node("Add", begun, place), graph.constant(sum(sizes)))
        wrong = whole(graph.node("Not", graph.node("Equal", graph.taken(letters, due), codes)), graph)
        alike = graph.node("Equal", sums(wrong, owner, count, graph), graph.constant(0))
        as_long = graph.node("Equal", graph.taken(graph.constant(sizes), number), lengths)
        return graph.node("Where", graph.node("And", alike, as_long), number, graph.constant(0))


def _running(sizes: Sequence[int]) -> list[int]:
    """Return where each begins when they stand one behind the other."""
    ends = np.cumsum(sizes).tolist()
    return [0, *ends[:-1]] if ends else []
