"""Data sets of OpenML (openml.org), fetched by scikit-learn and kept for the next run."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from urllib.error import URLError

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner.options import Count
from runner_builtin.column_roles import ColumnRoles
from runner_builtin.sources.fingerprints import content_fingerprint

#: Seconds without a byte after which the site counts as unreachable.
_STALL = 60.0


@dataclass(frozen=True, kw_only=True)
class OpenmlSource:
    """Fetch a data set by its name and version, or by its number; what was fetched once is read from the cache.

    version: a number, or `active` for the oldest that is in use, which may change: state the number for replay.
    target: None takes the column that OpenML names. features: columns to keep, None for all but target and groups;
    drop: columns to leave out instead. Columns that OpenML marks as row numbers or to be ignored are left out. A
    sparse data set comes as a CSR matrix, without names. Raises DataError, ConfigError.
    """

    name: str | None = None
    version: Count | Literal["active"] = "active"
    data_id: Count | None = None
    target: str | None = None
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False

    draws: ClassVar[bool] = False

    def load(self, context: SourceContext) -> Dataset:
        """Return the rows in OpenML's order."""
        self._check_options()
        fetched = self._fetched(context)
        if fetched.frame is None:
            return self._sparse(fetched)
        roles = ColumnRoles(self._target_of(fetched), self.features, self.drop, self.groups, self.drop_missing_target)
        rows = roles.part(fetched.frame, self._origin, content_fingerprint(fetched.frame))
        return rows.noting(*self._notes(fetched))

    def _check_options(self) -> None:
        if (self.name is None) == (self.data_id is None):
            raise ConfigError("name, data_id: give one of them; OpenML knows a data set by either.")
        if self.data_id is not None and self.version != "active":
            raise ConfigError(f"version: a number ({self.data_id}) means one version already; leave 'version' out.")

    def _fetched(self, context: SourceContext) -> Any:
        from sklearn.datasets import fetch_openml  # 0.2 s beyond the rest of scikit-learn

        try:
            with _patience(_STALL):
                return fetch_openml(
                    self.name,
                    version=self.version,
                    data_id=self.data_id,
                    data_home=context.cache,
                    cache=context.cache is not None,
                )
        except (URLError, OSError) as error:
            kept = "nothing is kept here" if context.cache is None else f"it is not in {context.cache / 'openml'}"
            raise DataError(
                f"{self._origin} cannot be fetched ({error}), and {kept}. Connect to the network once, or save the "
                f"data as a file and read that."
            ) from error
        except ValueError as error:
            raise DataError(f"{self._origin}: {error}") from error

    def _target_of(self, fetched: Any) -> str | None:
        if self.target is not None or not fetched.target_names:
            return self.target
        if len(fetched.target_names) > 1:
            raise ConfigError(f"target: {self._origin} names several: {', '.join(map(repr, fetched.target_names))}.")
        return str(fetched.target_names[0])

    def _sparse(self, fetched: Any) -> Dataset:
        """Make a dataset of a matrix, whose columns cannot be chosen by name."""
        given = {"target": self.target, "features": self.features, "drop": self.drop, "groups": self.groups}
        named = [option for option, value in given.items() if value is not None]
        if named:
            raise ConfigError(f"{', '.join(named)}: {self._origin} is a sparse matrix without names; leave it out.")
        fingerprint = content_fingerprint(fetched.data, fetched.target)
        return Dataset.of(fetched.data, fetched.target, fingerprint=fingerprint).noting(*self._notes(fetched))

    def _notes(self, fetched: Any) -> list[str]:
        if self.version != "active" or self.data_id is not None:
            return []
        return [f"{self._origin}: the version in use is {fetched.details['version']}; state it for replay"]

    @property
    def _origin(self) -> str:
        return f"OpenML data set {self.name or self.data_id!r}"


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Let no connection that is made meanwhile keep silent for longer; scikit-learn would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
