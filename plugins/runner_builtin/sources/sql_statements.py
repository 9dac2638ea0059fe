"""What a source asks a database: a query with bound values, or a table that the database's catalogue knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sqlalchemy import Connection, Executable, bindparam, column, inspect, select, table, text

from runner.errors import ConfigError, DataError, did_you_mean
from runner.secrets import Secrets
from runner_builtin.column_roles import ColumnRoles, check_columns
from runner_builtin.sources.sql_guards import check_query, is_ordered


class Question(Protocol):
    """Something that a database can be asked."""

    @property
    def ordered(self) -> bool:
        """Say whether it states the order of the rows."""
        ...

    @property
    def ordering(self) -> str:
        """Return what would state it."""
        ...

    @property
    def identity(self) -> Mapping[str, Any]:
        """Return what tells it from other questions, as it was declared."""
        ...

    def statement(self, connection: Connection, secrets: Secrets) -> Executable:
        """Return it for this database. Raises ConfigError, DataError."""
        ...


@dataclass(frozen=True)
class Query:
    """One SELECT; each `:name` in it is bound to the value of that name, a list to `IN :name`."""

    query: str
    params: Mapping[str, Any]

    ordering: ClassVar[str] = "ORDER BY"

    @property
    def ordered(self) -> bool:
        """Say whether it ends in an ORDER BY."""
        return is_ordered(self.query)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Return the text and the values; secrets stay references."""
        return {"query": self.query, "params": dict(self.params)}

    def statement(self, connection: Connection, secrets: Secrets) -> Executable:
        """Return the query with its values bound."""
        del connection
        check_query(self.query, "query")
        asked = text(self.query)
        self._check_names(list(asked.compile().params))
        return asked.bindparams(
            *(
                bindparam(name, _revealed(value, secrets), expanding=isinstance(value, list | tuple))
                for name, value in self.params.items()
            )
        )

    def _check_names(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.params:
                raise ConfigError(
                    f"params: the query has a place :{name}, but no value of that name is given. Give it, or write "
                    f"\\:{name} if the colon is part of the text."
                )
        for name in self.params:
            if name not in names:
                raise ConfigError(f"params: the query has no place :{name}. {did_you_mean(name, names)}")


@dataclass(frozen=True)
class WholeTable:
    """All rows of a table or view. roles: which of its columns are read; order_by: columns, the first one first."""

    name: str
    schema: str | None
    roles: ColumnRoles
    order_by: Sequence[str]

    ordering: ClassVar[str] = "order_by"

    @property
    def ordered(self) -> bool:
        """Say whether columns give the order."""
        return bool(self.order_by)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Return the names."""
        return {"table": self.name, "schema": self.schema, "order_by": list(self.order_by)}

    def statement(self, connection: Connection, secrets: Secrets) -> Executable:
        """Return a SELECT of names that the catalogue holds, each quoted."""
        del secrets
        catalogue = inspect(connection)
        self._check_table(catalogue)
        offered = [str(entry["name"]) for entry in catalogue.get_columns(self.name, schema=self.schema)]
        names = self.roles.needed(offered, f"table {self.name!r}")
        check_columns(self.order_by, offered, f"order_by of table {self.name!r}")
        rows = table(self.name, *map(column, offered), schema=self.schema)
        return select(*(rows.c[name] for name in names)).order_by(*(rows.c[name] for name in self.order_by))

    def _check_table(self, catalogue: Any) -> None:
        if self.schema is not None and self.schema not in (schemas := catalogue.get_schema_names()):
            raise DataError(f"schema: there is no schema {self.schema!r}. {did_you_mean(self.schema, schemas)}")
        if not catalogue.has_table(self.name, schema=self.schema):
            names = [*catalogue.get_table_names(schema=self.schema), *catalogue.get_view_names(schema=self.schema)]
            raise DataError(f"table: there is no table or view {self.name!r}. {did_you_mean(self.name, names)}")


def _revealed(value: Any, secrets: Secrets) -> Any:
    return secrets.reveal(value) if isinstance(value, str) else value
