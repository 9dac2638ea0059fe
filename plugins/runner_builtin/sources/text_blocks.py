"""Text as a stream of blocks of valid UTF-8: whatever the encoding, no byte gets through that is none."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from runner.errors import ConfigError, DataError

_LINE_FEED = 10
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
#: How files begin that are often taken for text, and what they are.
_OTHER_FORMATS = {
    b"\x1f\x8b": "is compressed with gzip: unpack it first",
    b"PK\x03\x04": "is a zip archive: unpack it first",
    b"PAR1": "is a parquet file: use the source 'parquet'",
    b"\xd0\xcf\x11\xe0": "is an old Excel or Word file: save it as .xlsx or .csv",
}
#: The start of a page that was saved in place of the data: a login form, an error of a file store.
_PAGES = {b"<!doctype html": "HTML", b"<html": "HTML", b"<head": "HTML", b"<?xml": "XML"}


def utf8_blocks(blocks: Iterable[bytes], encoding: str, origin: str) -> Iterator[bytes]:
    """Recode blocks of bytes; characters stay whole and a byte order mark is left out. origin: the file's name.

    Raises DataError for bytes that are not of the encoding (line, byte, offset), for NUL, for pages of the web and
    other formats; ConfigError for an encoding that is none.
    """
    decode = _decoding(encoding)
    done, line, first = 0, 1, True
    rest = b""
    for block, last in with_last(blocks):
        data = rest + block if rest else block
        if not done:
            _refuse_other_formats(data, origin)
        try:
            text, used = decode(data, last)
        except UnicodeDecodeError as error:
            raise _undecodable(error, done + len(data) - len(error.object), line, encoding, origin) from None
        _refuse_nul(text, done, line, origin)
        done, line, rest = done + used, line + count_of(text, _LINE_FEED), data[used:]
        if first:
            text, first = text.removeprefix(codecs.BOM_UTF8), not text
        if text:
            yield text


def _decoding(encoding: str) -> Callable[[bytes, bool], tuple[bytes, int]]:
    """Return what turns bytes of an encoding into UTF-8 and says how many it used."""
    try:
        "a".encode(encoding)  # some codecs are of bytes to bytes; they fail here like those that do not exist
    except LookupError:
        raise ConfigError(
            f"encoding: {encoding!r} is no encoding Python knows. Write for example 'utf-8' or 'latin-1'."
        ) from None
    name = codecs.lookup(encoding).name
    if name in ("utf-8", "utf-8-sig", "ascii"):
        return _checked_ascii if name == "ascii" else _checked_utf8
    decoder = codecs.getincrementaldecoder(encoding)()
    return lambda data, last: (decoder.decode(data, last).encode(), len(data))


def _checked_utf8(data: bytes, last: bool) -> tuple[bytes, int]:
    if data.isascii():
        return data, len(data)
    _, used = codecs.utf_8_decode(data, "strict", last)
    return data[:used], used


def _checked_ascii(data: bytes, last: bool) -> tuple[bytes, int]:
    if not data.isascii():
        data.decode("ascii")
    return data, len(data)


def count_of(text: bytes, byte: int) -> int:
    """Count a byte; where there are many of it this is much faster than `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == byte))


def with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Say with each block whether it is the last one."""
    stream = iter(blocks)
    block = next(stream, b"")
    for following in stream:
        yield block, False
        block = following
    yield block, True


def _undecodable(error: UnicodeDecodeError, offset: int, line: int, encoding: str, origin: str) -> DataError:
    data = error.object
    byte = data[min(error.start, len(data) - 1)]
    likely = "utf-16" if not offset and data.startswith(_BYTE_ORDER_MARKS) else "latin-1"
    line += data.count(b"\n", 0, error.start)
    return DataError(
        f"{origin}, line {line}: byte 0x{byte:02X} (offset {offset + error.start}) is not {encoding}. "
        f"If the file is {likely}, set encoding: {likely}."
    )


def _refuse_other_formats(start: bytes, origin: str) -> None:
    for mark, meaning in _OTHER_FORMATS.items():
        if start.startswith(mark):
            raise DataError(f"{origin} is no text; it {meaning}.")
    head = start[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    page = next((name for mark, name in _PAGES.items() if head.startswith(mark)), None)
    if page is not None:
        raise DataError(f"{origin} looks like {page}: a web page was saved in place of the data.")


def _refuse_nul(text: bytes, done: int, line: int, origin: str) -> None:
    position = text.find(b"\0")
    if position >= 0:
        line += text.count(b"\n", 0, position)
        raise DataError(
            f"{origin}, line {line}: NUL character at offset {done + position}; "
            f"the file is damaged (a crashed writer leaves such a tail), is no text, or is utf-16."
        )
