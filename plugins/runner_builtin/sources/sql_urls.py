"""Where a database is: a URL in the declaration, which may name a database and nothing that runs.

SQLAlchemy hands what stands behind the `?` to the driver, and `plugin=` to its own loader. Drivers read files, send
commands and load libraries on request there, so only options that merely connect are let through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from runner.errors import ConfigError, did_you_mean
from runner.secrets import holds_plain_secret


@dataclass(frozen=True)
class Driver:
    """How SQLAlchemy calls a database's driver, what installs it, and which options its URL may have."""

    name: str
    extra: str
    options: frozenset[str]


_POSTGRESQL = Driver(
    "postgresql+psycopg",
    "postgresql",
    frozenset({"host", "port", "sslmode", "sslrootcert", "channel_binding", "target_session_attrs"}),
)
_MYSQL = Driver(
    "mysql+pymysql",
    "mysql",
    frozenset({"charset", "unix_socket", "ssl_ca", "ssl_verify_cert", "ssl_verify_identity"}),
)
DRIVERS: Mapping[str, Driver] = {
    "sqlite": Driver("sqlite+pysqlite", "sql", frozenset()),
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": Driver("mariadb+pymysql", "mysql", _MYSQL.options),
}


def checked_url(text: str) -> URL:
    """Read a declared URL; its driver is the one used here, its password still a reference to a secret.

    Raises ConfigError, which never shows the password.
    """
    url = _parsed(text)
    driver = _driver(url.drivername)
    if url.password and holds_plain_secret("password", url.password):
        raise ConfigError(
            "url: its password is written in the declaration, where everyone can read it. Put it into an environment "
            "variable and write ${secret:env:NAME} in its place, or ${secret:file:PATH} for one in a file."
        )
    wrong = [name for name in url.query if name not in driver.options]
    if wrong:
        allowed = did_you_mean(wrong[0], driver.options) if driver.options else "None can be given."
        raise ConfigError(
            f"url: {wrong[0]!r} is no option for a connection that only reads; drivers may load files or code by "
            f"such options. {allowed}"
        )
    return url.set(drivername=driver.name)


def shown(url: URL) -> str:
    """Write a URL for messages, without its driver and password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def driver_of(url: URL) -> Driver:
    """Return the driver of a checked URL."""
    return DRIVERS[url.get_backend_name()]


def _parsed(text: str) -> URL:
    forms = "'sqlite:///data/x.db' or 'postgresql://user:${secret:env:PW}@host/db'"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if "${" in (text if url is None else f"{url.username} {url.host} {url.database}"):
        raise ConfigError(f"url: only the password may be a secret; write the address like {forms}.")
    if url is None:
        told = "" if "@" in text else f" {text!r}"
        raise ConfigError(f"url:{told} is not the address of a database; write it like {forms}.")
    return url


def _driver(drivername: str) -> Driver:
    database = drivername.partition("+")[0]
    driver = DRIVERS.get(database)
    if driver is None:
        raise ConfigError(f"url: databases of the kind {database!r} are not read. {did_you_mean(database, DRIVERS)}")
    if drivername not in (database, driver.name):
        raise ConfigError(f"url: {database} is read by the driver {driver.name!r}, not by {drivername!r}.")
    return driver
