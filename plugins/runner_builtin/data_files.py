"""Files on their way to a source: read whole, so that the fingerprint is of exactly the bytes used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner.errors import ConfigError, DataError, did_you_mean
from runner_builtin.fingerprints import bytes_fingerprint

#: How files begin that are often taken for text, and what they are.
_OTHER_FORMATS = {
    b"\x1f\x8b": "is compressed with gzip: unpack it first",
    b"PK\x03\x04": "is a zip archive: unpack it first",
    b"PAR1": "is a parquet file: use the source 'parquet'",
}
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class DataFile:
    """A file as it was at the moment of reading. path: absolute."""

    path: Path
    content: bytes

    @property
    def fingerprint(self) -> str:
        """The sha256 of the content."""
        return bytes_fingerprint(self.content)

    def text(self, encoding: str) -> str:
        """Decode; a UTF-8 byte order mark is left out. Raises DataError (line, byte), ConfigError (encoding)."""
        self._refuse_other_formats()
        try:
            text = self.content.decode(encoding)
        except LookupError:
            raise ConfigError(
                f"encoding: {encoding!r} is no encoding Python knows. Write for example 'utf-8' or 'latin-1'."
            ) from None
        except UnicodeDecodeError as error:
            raise self._undecodable(error, encoding) from None
        return self._without_nul(text.removeprefix("\ufeff"))

    def _refuse_other_formats(self) -> None:
        for start, meaning in _OTHER_FORMATS.items():
            if self.content.startswith(start):
                raise DataError(f"{self.path} is no text; it {meaning}.")
        head = self.content[:200].lstrip().lower()
        if head.startswith((b"<!doctype html", b"<html")):
            raise DataError(f"{self.path} looks like HTML: a web page was saved in place of the data.")

    def _undecodable(self, error: UnicodeDecodeError, encoding: str) -> DataError:
        line = self.content.count(b"\n", 0, error.start) + 1
        byte = self.content[error.start] if error.start < len(self.content) else self.content[-1]
        likely = "utf-16" if self.content.startswith(_BYTE_ORDER_MARKS) else "latin-1"
        return DataError(
            f"{self.path}, line {line}: byte 0x{byte:02X} (offset {error.start}) is not {encoding}. "
            f"If the file is {likely}, set encoding: {likely}."
        )

    def _without_nul(self, text: str) -> str:
        position = text.find("\0")
        if position >= 0:
            line = text.count("\n", 0, position) + 1
            raise DataError(
                f"{self.path}, line {line}: NUL character at offset {position}; "
                f"the file is damaged (a crashed writer leaves such a tail) or is no text."
            )
        return text


def read_data_file(path: str, folder: Path) -> DataFile:
    """Read a file. path: relative to `folder`, or absolute. Raises DataError for what is no readable file."""
    place = (folder / Path(path).expanduser()).absolute()
    if not place.exists():
        raise DataError(_missing(place, path, folder))
    if not place.is_file():
        what = "a folder" if place.is_dir() else "neither a file nor a folder"
        raise DataError(f"path: {place} is {what}; give the path of one data file.")
    try:
        content = place.read_bytes()
    except OSError as error:
        raise DataError(f"{place} cannot be read: {error.strerror}.") from error
    if not content:
        raise DataError(f"{place} is empty (0 bytes).")
    return DataFile(place, content)


def _missing(place: Path, path: str, folder: Path) -> str:
    text = f"There is no file {place}"
    if not Path(path).expanduser().is_absolute():
        text += f" (path {path!r} in {folder.absolute()})"
    if not place.parent.is_dir():
        return f"{text}; the folder {place.parent} does not exist either."
    siblings = [entry.name for entry in place.parent.iterdir() if entry.is_file()]
    return f"{text}. {did_you_mean(place.name, siblings)}"
