"""From an address to a whole file: asked for again where that helps, from the cache where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from runner.errors import DataError, IntegrityError
from runner_builtin.sources.http_addresses import shown
from runner_builtin.sources.http_bodies import Arrival, check_expected, unpacked
from runner_builtin.sources.http_cache import Cache, Kept, key_of, sha256_of
from runner_builtin.sources.http_requests import Asking
from runner_builtin.sources.http_waiting import Patience


@dataclass(frozen=True)
class Fetched:
    """A file that is whole, and what is known of it."""

    path: Path
    kept: Kept
    from_cache: bool


class Fetching:
    """Fetches addresses into files of one workplace.

    header_names: of the declared headers, part of what a kept file is known by. max_bytes: of one file. mask: takes
    secrets out of a text.
    """

    def __init__(
        self,
        asking: Asking,
        patience: Patience,
        cache: Cache,
        workplace: Path,
        *,
        header_names: Sequence[str],
        max_bytes: int,
        mask: Callable[[str], str],
    ) -> None:
        self._asking, self._patience, self._cache, self._workplace = asking, patience, cache, workplace
        self._header_names, self._max_bytes, self._mask = sorted(map(str.lower, header_names)), max_bytes, mask

    def fetch(self, url: httpx.URL, name: str, *, published: str | None = None, is_json: bool = False) -> Fetched:
        """Fetch an address into a new file of this name.

        published: the sha256 that the file must have; a kept file with it is not asked for again. is_json: the body
        shows by itself where it is cut. Raises DataError; IntegrityError where the hash is another.
        """
        path = self._workplace / name
        key = key_of(self._mask(str(url)), *self._header_names)
        kept = self._cache.copy(key, path)
        if kept is not None and kept.sha256 == published:
            return Fetched(path, kept, from_cache=True)
        known = kept.conditions if kept is not None and published is None else {}
        arrival = Arrival(path.with_name(f"arriving-{name}"), self._max_bytes, published is None and not is_json)
        has_changed = self._patience.through(lambda: self._has_come(arrival, url, known))
        if kept is not None and not has_changed:
            return Fetched(path, kept, from_cache=True)
        self._accepted(arrival, url, published).replace(path)
        kept = Kept.of(path, arrival.headers)
        if (kept.conditions or published) and self._mask(kept.link or "") == (kept.link or ""):
            self._cache.keep(key, path, kept)
        return Fetched(path, kept, from_cache=False)

    def _has_come(self, arrival: Arrival, url: httpx.URL, known: Mapping[str, str]) -> bool:
        """Ask once; say False where the file is still the one that is known."""
        missing = arrival.conditions
        with self._asking.answer(url, missing or known) as answer:
            if answer.status == 304:
                if missing or not known:
                    raise DataError(
                        f"{shown(url)}: the server answers 304, not changed, though nothing is known of it."
                    )
                return False
            arrival.take(answer)
        return True

    def _accepted(self, arrival: Arrival, url: httpx.URL, published: str | None) -> Path:
        """Return the file that was asked for, its encoding undone. Raises DataError, IntegrityError."""
        # Some servers call a file that is packed by itself an encoded one; the published hash is of the packed file.
        if published is not None and sha256_of(arrival.path) == published:
            return arrival.path
        try:
            plain = unpacked(arrival.path, arrival.headers, self._max_bytes)
        except DataError as error:
            raise DataError(str(error).replace(str(arrival.path), shown(url))) from None
        check_expected(plain, arrival.headers, url, self._mask)
        if published is None or sha256_of(plain) == published:
            return plain
        raise IntegrityError(
            f"{shown(url)}: the file has sha256 {sha256_of(plain)}, not the published {published}. Either it was "
            "changed, by its authors or on the way, or the hash is of another version: do not use it before you know."
        )
