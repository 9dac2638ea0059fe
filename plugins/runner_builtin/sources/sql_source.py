"""Tables and queries of databases: SQLite in a file, PostgreSQL and MySQL on a server.

Whatever the declaration says, the source can only read: values are bound, names are looked up in the database's
catalogue, and the transaction refuses every write. The surest wall is a user of the database that may read and
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, PluginError
from runner.options import Count, Positive
from runner_builtin.column_roles import ColumnRoles

if TYPE_CHECKING:
    from runner_builtin.sources.sql_columns import BlockTable
    from runner_builtin.sources.sql_reading import Answer
    from runner_builtin.sources.sql_statements import Question


@dataclass(frozen=True, kw_only=True)
class SqlSource:
    """Read rows by a query or from a table; SQLite, PostgreSQL, MySQL or MariaDB, for reading only.

    url: "sqlite:///PATH" relative to the folder of the run, or "postgresql://USER:${secret:env:NAME}@HOST/DATABASE".
    query: one SELECT in which `:name` stands for `params[name]` (`IN :name` for a list). table: a table or view
    instead, of `schema`, in the order of the columns `order_by`. types: how to read columns, where not as their
    values are. timeout: seconds for one statement, or for the next block of rows. max_rows: more are an error.
    fetch: how many rows come at a time. features: columns to keep, None for all but target and groups; drop:
    columns to leave out instead. Decimals are read as floats and times with a zone as times of UTC, which is noted.
    Raises DataError, ConfigError; PluginError where a library is missing.
    """

    url: str
    query: str | None = None
    params: dict[str, Any] | None = None
    table: str | None = None
    schema: str | None = None
    order_by: list[str] | None = None
    target: str | None = None
    features: list[str] | None = None
    drop: list[str] | None = None
    groups: str | None = None
    drop_missing_target: bool = False
    types: dict[str, Literal["string", "integer", "number", "boolean", "date", "category"]] | None = None
    timeout: Positive = 600.0
    max_rows: Count = 100_000_000
    fetch: Count = 10_000

    draws: ClassVar[bool] = False

    def fingerprint(self, context: SourceContext) -> str:
        """Return what `load` would give as fingerprint: that of the question and its rows, in their order."""
        with self._answer(context) as answer:
            for _ in answer.blocks:
                pass
            return answer.fingerprint

    def load(self, context: SourceContext) -> Dataset:
        """Return all rows, in the order in which the database gives them."""
        with self._answer(context) as answer:
            table = self._table(answer)
            for block in answer.blocks:
                table.add(block)
            rows = replace(self._roles, drop=None).part(table.whole(), answer.origin, answer.fingerprint)
            return rows.noting(*answer.notes, *table.notes)

    def batches(self, context: SourceContext) -> Iterator[Dataset]:
        """Give the same rows block by block; a first run of the query settles the types and the fingerprint."""
        with self._answer(context) as answer:
            table = self._table(answer)
            for block in answer.blocks:
                table.look(block)
        roles, notes, first_row = replace(self._roles, drop=None), [*answer.notes, *table.notes], 0
        roles.check_rows(answer.n_rows, answer.origin, target_empty=table.is_empty(self.target))
        with self._answer(context) as again:
            for block in again.blocks:
                rows = roles.part_batch(table.frame(block), answer.origin, answer.fingerprint, first_row=first_row)
                yield rows if first_row else rows.noting(*notes)
                first_row += len(block)
            again.check_same(answer)

    def _answer(self, context: SourceContext) -> AbstractContextManager[Answer]:
        try:
            from runner_builtin.sources.sql_reading import Bounds, answer  # SQLAlchemy, which is an extra
            from runner_builtin.sources.sql_urls import checked_url
        except ImportError as error:
            raise PluginError(
                "source 'sql' needs SQLAlchemy, which is not installed or too old: pip install 'runner-ml[sql]'"
            ) from error
        bounds = Bounds(self.timeout, self.max_rows, self.fetch)
        return answer(checked_url(self.url), self._question(), context.folder, bounds, context.secrets)

    def _question(self) -> Question:
        """Return what is asked. Raises ConfigError for options that exclude each other."""
        from runner_builtin.sources.sql_statements import Query, WholeTable  # SQLAlchemy, which is an extra

        if (self.query is None) == (self.table is None):
            found = "neither is" if self.query is None else "both are"
            raise ConfigError(f"query, table: {found} given; a source reads either what a query selects or a table.")
        if self.query is not None:
            self._check_left_out("table", schema=self.schema, order_by=self.order_by)
            return Query(self.query, self.params or {})
        self._check_left_out("query", params=self.params)
        return WholeTable(str(self.table), self.schema, self._roles, tuple(self.order_by or ()))

    def _check_left_out(self, owner: str, **options: Any) -> None:
        for name, value in options.items():
            if value is not None:
                raise ConfigError(f"{name}: it goes with {owner!r}, which is not given. Leave it out.")

    @property
    def _roles(self) -> ColumnRoles:
        return ColumnRoles(self.target, self.features, self.drop, self.groups, self.drop_missing_target)

    def _table(self, answer: Answer) -> BlockTable:
        """Return an empty table for those of the answer's columns that play a role."""
        from runner_builtin.sources.sql_columns import BlockTable  # pandas, which a fingerprint does without

        needed = answer.names if self.query is None else self._roles.needed(answer.names, answer.origin)
        return BlockTable(answer.names, answer.origin, self.types or {}, needed)
