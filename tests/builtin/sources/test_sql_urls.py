import pytest

from runner.errors import ConfigError
from runner_builtin.sources.sql_urls import checked_url, driver_of, shown


def refusal(url):
    with pytest.raises(ConfigError) as caught:
        checked_url(url)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "driver", "extra"),
    [
        ("sqlite:///data/x.db", "sqlite+pysqlite", "sql"),
        ("postgresql://ann:${secret:env:PW}@host:5433/sales?sslmode=require", "postgresql+psycopg", "postgresql"),
        ("postgresql+psycopg://ann@host/sales", "postgresql+psycopg", "postgresql"),
        ("mysql://ann:${secret:file:/run/secrets/db}@host/sales", "mysql+pymysql", "mysql"),
        ("mariadb://ann@host/sales?charset=utf8mb4", "mariadb+pymysql", "mysql"),
    ],
)
def test_each_database_has_its_driver(url, driver, extra):
    checked = checked_url(url)
    assert checked.drivername == driver
    assert driver_of(checked).extra == extra


def test_a_password_is_not_shown():
    url = checked_url("postgresql+psycopg://ann:${secret:env:PW}@host/sales")
    assert shown(url) == "postgresql://ann:***@host/sales"


@pytest.mark.fault("F46")
@pytest.mark.parametrize("password", ["hunter2", "hunter2@x", "hun:ter2", "hun/ter2"])
def test_a_password_in_the_declaration_is_refused_and_not_repeated(password):
    told = refusal(f"postgresql://ann:{password}@host/sales")
    assert "ter2" not in told
    assert "${secret:env:NAME}" in told


def test_only_the_password_may_be_a_secret():
    assert "only the password may be a secret" in refusal("postgresql://${secret:env:USER}@host/sales")
    assert "only the password may be a secret" in refusal("${secret:env:DATABASE_URL}")


@pytest.mark.fault("F77")
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://host/x?plugin=evil", "'plugin' is no option"),
        ("postgresql://host/x?options=-c%20default_transaction_read_only=off", "'options' is no option"),
        ("postgresql://host/x?passfile=/etc/shadow", "'passfile' is no option"),
        ("postgresql://host/x?sslmod=require", "Did you mean 'sslmode'?"),
        ("mysql://host/x?local_infile=1", "'local_infile' is no option"),
        ("mysql://host/x?init_command=DROP%20TABLE%20x", "'init_command' is no option"),
        ("mysql://host/x?read_default_file=/etc/my.cnf", "'read_default_file' is no option"),
        ("sqlite:///x.db?mode=rw&uri=true", "'mode' is no option"),
        ("oracle://host/x", "databases of the kind 'oracle' are not read. Offered: mariadb"),
        ("postgresql+psycopg2://host/x", "not by 'postgresql+psycopg2'"),
        ("x.db", "'x.db' is not the address of a database"),
        ("postgresql://host:port/x", "is not the address of a database"),
    ],
)
def test_what_could_load_code_or_files_is_refused(url, told):
    assert told in refusal(url)
