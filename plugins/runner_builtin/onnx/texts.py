"""Converters of the transforms that count terms of texts: by words, by characters, weighted or not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from runner_builtin.onnx.alphabets import FIRST, Alphabet
from runner_builtin.onnx.characters import characters, spaces_joined, words_edged
from runner_builtin.onnx.features import Features, NotConvertible, Tensor, filled, matrix, one_text
from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.ngrams import term_counts
from runner_builtin.onnx.streams import length
from runner_builtin.onnx.words import without, words

#: `\b\w\w+\b` and what says the same of other lengths and other characters: a class, and how often at least.
_TOKEN = re.compile(
    r"(?:\(\?u\))?(?:\\b)?(?P<atom>\\w|\[[^\[\]]+\])(?P<more>(?P=atom)*)(?P<times>\+|\{\d+,\})?(?P<edge>\\b)?"
)


def counted(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a CountVectorizer."""
    texts = filled(one_text(features), graph)
    for option in ("preprocessor", "tokenizer"):
        if getattr(step, option, None) is not None:
            raise NotConvertible(f"its {option} is a function of Python, which a graph cannot call")
    counts = _by_words(step, texts, graph) if step.analyzer == "word" else _by_characters(step, texts, graph)
    if step.binary:
        counts = graph.cast(graph.node("Greater", counts, graph.constant(0, np.float32)), "float")
    return Tensor(counts, "float", (len(step.vocabulary_),))


def weighed(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a TfidfTransformer: counts -> weights."""
    counts = matrix(features, graph)
    if counts.kind != "float":
        counts = Tensor(graph.cast(counts.name, "float"), "float", counts.shape)
    made, one, none = counts.name, graph.constant(1, np.float32), graph.constant(0, np.float32)
    if step.sublinear_tf:
        there = graph.node("Greater", made, none)
        made = graph.node(
            "Where", there, graph.node("Add", graph.node("Log", graph.node("Max", made, one)), one), none
        )
    if step.use_idf:
        made = graph.node("Mul", made, graph.constant(step.idf_, np.float32))
    if step.norm is not None:
        size = graph.node("ReduceL2" if step.norm == "l2" else "ReduceL1", made, graph.constant([1]), keepdims=1)
        made = graph.node("Div", made, graph.node("Where", graph.node("Equal", size, none), one, size))
    return Tensor(made, "float", counts.shape)


def tfidf(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert a TfidfVectorizer."""
    return weighed(step._tfidf, counted(step, features, graph), graph)


def chosen_and_weighed(step: Any, features: Features, graph: Graph) -> Tensor:
    """Convert `WeightedTerms`, the second half of TF-IDF."""
    counts = matrix(features, graph)
    chosen = graph.taken(counts.name, graph.constant(step.columns_, np.int64), 1)
    if step.binary:
        chosen = graph.cast(graph.node("Greater", chosen, graph.constant(0, np.float32)), "float")
    return weighed(step.weighting_, Tensor(chosen, "float", (len(step.columns_),)), graph)


def hashed(step: Any, features: Features, graph: Graph) -> Tensor:
    """Refuse a HashingVectorizer."""
    del step, features, graph
    raise NotConvertible("a graph has no operation for the hashes of texts; 'tfidf' and 'counts' can be converted")


def _by_words(step: Any, texts: Tensor, graph: Graph) -> str:
    atom, shortest = _token(step.token_pattern)
    terms = {tuple(term.split(" ")): column for term, column in step.vocabulary_.items()}
    stopped = step.get_stop_words() or frozenset()
    known = sorted({word for term in terms for word in term} | set(stopped))
    known = [word for word in known if re.fullmatch(f"(?:{atom})+", word)]  # no other can ever be met
    alphabet = Alphabet(
        tuple(sorted({sign for word in known for sign in word})), step.lowercase, step.strip_accents, atom
    )
    numbers = {word: number for number, word in enumerate(known, 1)}
    met = words(characters(texts.name, alphabet, graph), alphabet, known, shortest, graph)
    met = without(met, [numbers[word] for word in stopped if word in numbers], len(known), graph)
    spelled = {
        tuple(numbers[word] for word in term): column for term, column in terms.items() if set(term) <= set(numbers)
    }
    return term_counts(met, spelled, step.ngram_range, len(known) + 1, _rows(texts, graph), graph, n_terms=len(terms))


def _token(pattern: str) -> tuple[str, int]:
    """Return what a token is made of, and of how many at least. Raises NotConvertible for other patterns."""
    found = _TOKEN.fullmatch(pattern)
    edged = "\\b" in pattern
    if found is None or (edged and found["atom"] != r"\w") or not found["times"]:
        raise NotConvertible(
            f"token_pattern {pattern!r} is none that a graph can follow; a class of characters and how many at "
            "least, such as '[a-z]+' or '\\\\w{3,}', is"
        )
    written = 1 + len(found["more"]) // len(found["atom"])
    least = 1 if found["times"] == "+" else int(found["times"][1:-2])
    return found["atom"], written - 1 + least


def _by_characters(step: Any, texts: Tensor, graph: Graph) -> str:
    signs = {sign for term in step.vocabulary_ for sign in term}
    alphabet = Alphabet(tuple(sorted(signs | {" "})), step.lowercase, step.strip_accents, None)
    stream = spaces_joined(characters(texts.name, alphabet, graph), alphabet, graph)
    if step.analyzer == "char_wb":
        stream = words_edged(stream, alphabet, graph)
    terms = {tuple(alphabet.codes[sign] for sign in term): column for term, column in step.vocabulary_.items()}
    return term_counts(
        stream, terms, step.ngram_range, FIRST + len(alphabet.known), _rows(texts, graph), graph,
        n_terms=len(terms), whole_groups=step.analyzer == "char_wb",
    )  # fmt: skip


def _rows(texts: Tensor, graph: Graph) -> str:
    return length(graph.node("Reshape", texts.name, graph.constant([-1])), graph)
