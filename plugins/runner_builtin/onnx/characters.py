"""Texts taken apart into the codes of their characters, as one stream for the whole batch."""

from __future__ import annotations

from runner_builtin.onnx.alphabets import (
    BREAK,
    FINAL_SIGMA,
    OTHER,
    SIGMA,
    SPACE,
    Alphabet,
    as_class,
    ranges,
    sigma_classes,
)
from runner_builtin.onnx.graph import Graph
from runner_builtin.onnx.streams import (
    Stream,
    added_up,
    after,
    before,
    length,
    numbers_below,
    places,
    spread,
    whole,
)

#: Put behind every text, so that none is empty: a code point that Unicode keeps from ever being a character.
END = "\ufdd1"
#: In the table of a character that is not listed.
_UNLISTED = -1


def characters(texts: str, alphabet: Alphabet, graph: Graph) -> Stream:
    """Read texts. texts: (n,) or (n, 1). Words are parted by BREAK, also at the end of each text."""
    flat = graph.node("Reshape", texts, graph.constant([-1]))
    ended = graph.node("StringConcat", flat, graph.constant([END], dtype=object))
    grid = graph.node("Tokenizer", ended, domain="com.microsoft", mark=0, mincharnum=1, pad_value="", separators=[""])
    signs = graph.node("Reshape", grid, graph.constant([-1]))
    rows = graph.node("Unsqueeze", numbers_below(length(flat, graph), graph), graph.constant([1]))
    rows = graph.node("Reshape", graph.node("Expand", rows, graph.node("Shape", grid)), graph.constant([-1]))
    spelling = _Spelling(alphabet)
    places_of = spelling.looked_up(signs, graph)
    item, offset = spread(graph.taken(graph.constant(spelling.lengths), places_of), graph)
    first = graph.taken(graph.taken(graph.constant(spelling.starts), places_of), item)
    codes = graph.taken(graph.constant(spelling.codes), graph.node("Add", first, offset))
    of_row = graph.taken(rows, item)
    return Stream(codes, of_row, of_row)


class _Spelling:
    """The characters listed, and the codes that each becomes, one after the other."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        words = alphabet.word is not None
        listed = alphabet.spelled()
        listed[""] = ()  # what fills a short text up to the longest
        listed[END] = (BREAK,) if words else ()
        distinct = sorted({(BREAK,), (OTHER,), *listed.values()})
        if alphabet.heeds_sigma:
            distinct.append((alphabet.code_of(FINAL_SIGMA),))
        self.table = {character: distinct.index(spelled) for character, spelled in listed.items()}
        self.none, self.other, self.final = distinct.index((BREAK,)), distinct.index((OTHER,)), len(distinct) - 1
        self.codes = [code for spelled in distinct for code in spelled]
        self.lengths = [len(spelled) for spelled in distinct]
        self.starts = [sum(self.lengths[:place]) for place in range(len(distinct))]

    def looked_up(self, signs: str, graph: Graph) -> str:
        """Return each character's place in the tables."""
        if self.alphabet.word is None:
            found = graph.numbered(signs, self.table, self.other)
        else:
            found = self._with_unlisted(signs, graph.numbered(signs, self.table, _UNLISTED), graph)
        return self._with_sigmas(signs, found, graph) if self.alphabet.heeds_sigma else found

    def _with_unlisted(self, signs: str, found: str, graph: Graph) -> str:
        """Ask of the characters that are not listed whether they are part of a word."""
        assert self.alphabet.word is not None
        unlisted = places(graph.node("Equal", found, graph.constant(_UNLISTED)), graph)
        asked = graph.taken(signs, unlisted)
        in_word = graph.node("RegexFullMatch", asked, pattern=as_class(ranges(self.alphabet.word)))
        told = graph.node("Where", in_word, graph.constant(self.other), graph.constant(self.none))
        return graph.node("ScatterElements", found, unlisted, told, axis=0)

    def _with_sigmas(self, signs: str, found: str, graph: Graph) -> str:
        """Give a capital sigma its other lower case at the end of a word, as Unicode wants it (3.13)."""
        cased, passed = sigma_classes()
        seen = places(graph.node("Not", graph.node("RegexFullMatch", signs, pattern=passed)), graph)
        near = graph.taken(signs, seen)
        letters = whole(graph.node("RegexFullMatch", near, pattern=cased), graph)
        follows = graph.cast(before(letters, graph), "bool")
        leads = graph.cast(after(letters, graph), "bool")
        is_sigma = graph.node("Equal", near, graph.constant([SIGMA], dtype=object))
        final = graph.node("And", graph.node("And", is_sigma, follows), graph.node("Not", leads))
        told = graph.node("Where", final, graph.constant(self.final), graph.taken(found, seen))
        return graph.node("ScatterElements", found, seen, told, axis=0)


def is_space(codes: str, alphabet: Alphabet, graph: Graph) -> str:
    """Say which characters are white space, as a mask."""
    spaces = {SPACE, *(code for character, code in alphabet.codes.items() if character.isspace())}
    table = [code in spaces for code in range(max(alphabet.codes.values(), default=SPACE) + 1)]
    return graph.taken(graph.constant(table), codes)


def spaces_joined(stream: Stream, alphabet: Alphabet, graph: Graph) -> Stream:
    """Make one space of several white spaces in a row; a single one stays what it is."""
    space = whole(is_space(stream.codes, alphabet, graph), graph)
    same = graph.node("Equal", stream.rows, before(stream.rows, graph))
    follows = graph.node("And", graph.node("Equal", before(space, graph), graph.constant(1)), same)
    goes_on = graph.node("And", graph.cast(space, "bool"), follows)
    again = graph.cast(after(whole(goes_on, graph), graph), "bool")
    blank = graph.constant(alphabet.code_of(" "))
    codes = graph.node("Where", again, blank, stream.codes)
    kept = places(graph.node("Not", goes_on), graph)
    rows = graph.taken(stream.rows, kept)
    return Stream(graph.taken(codes, kept), rows, rows)


def words_edged(stream: Stream, alphabet: Alphabet, graph: Graph) -> Stream:
    """Part texts at white space and put a space before and behind each word; each is a group of its own."""
    letters = places(graph.node("Not", is_space(stream.codes, alphabet, graph)), graph)
    codes, rows = graph.taken(stream.codes, letters), graph.taken(stream.rows, letters)
    apart = graph.node("Sub", letters, before(letters, graph))
    adjacent = graph.node(
        "And", graph.node("Equal", apart, graph.constant(1)), graph.node("Equal", rows, before(rows, graph))
    )
    # the very first letter has nothing before it
    number = numbers_below(length(codes, graph), graph)
    begins = graph.node("Or", graph.node("Not", adjacent), graph.node("Equal", number, graph.constant(0)))
    start = whole(begins, graph)
    last = graph.node("Equal", number, graph.node("Sub", length(codes, graph), graph.constant(1)))
    end = whole(graph.node("Or", graph.cast(after(start, graph), "bool"), last), graph)
    word = graph.node("Sub", added_up(start, graph), graph.constant(1))
    lengths = graph.node("Add", graph.node("Add", start, end), graph.constant(1))
    item, offset = spread(lengths, graph)
    own = graph.taken(start, item)  # where the letter itself stands among its places
    blank = graph.constant(alphabet.code_of(" "))
    spelled = graph.node("Where", graph.node("Equal", offset, own), graph.taken(codes, item), blank)
    return Stream(spelled, graph.taken(rows, item), graph.taken(word, item))
