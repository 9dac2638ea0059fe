"""The shipped experiment `spam_from_sql`, against a SQLite file and a PostgreSQL whose password must stay secret."""

from __future__ import annotations

import base64
import random
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from runner.testing import Outcome, Project
from tests.servers.postgres import PASSWORD, Postgres, postgres_server  # noqa: F401 - the fixture 'postgres'

SMS = Path(__file__).parents[2] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"
WRONG = f"{PASSWORD}x"  # holds the right one, so that looking for that finds both
TABLE = "CREATE TABLE messages (id INTEGER PRIMARY KEY, label TEXT, body TEXT)"
MINE = """\
# @package _global_
defaults: [spam_from_sql]
source: {{url: "{url}"}}
"""


def messages() -> list[tuple[int, str, str]]:
    """Give real messages where they are, else some that are put together by chance."""
    if SMS.is_file():
        lines = SMS.read_text(encoding="utf-8").split("\n")[:1500]
        return [(number, *line.split("\t", 1)) for number, line in enumerate(lines)]  # type: ignore[misc]
    rng = random.Random(0)
    words = {"ham": ["home", "later", "love", "see", "you", "ok"], "spam": ["win", "prize", "free", "call", "now"]}
    labels = [rng.choice(["ham", "ham", "spam"]) for _ in range(400)]
    return [
        (number, label, " ".join(rng.choices([*words[label], "the", "a", str(number)], k=8)))
        for number, label in enumerate(labels)
    ]


def check_learned(outcome: Outcome, rows: int) -> None:
    outcome.assert_success()
    assert f"{rows:,} rows" in outcome.out
    total = outcome.run.scores.total["f1"].mean
    assert isinstance(total, float)
    assert total > 0.75


def test_the_messages_of_a_file_are_learned_from(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    rows = messages()
    with closing(sqlite3.connect(tmp_path / "data" / "spam.db")) as database:
        database.execute(TABLE)
        database.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
        database.commit()
    outcome = Project(tmp_path).run("+experiment=spam_from_sql", "source.url=sqlite:///data/spam.db")
    check_learned(outcome, len(rows))


@pytest.fixture
def project(tmp_path: Path, postgres: Postgres) -> Project:
    postgres.execute("DROP TABLE IF EXISTS messages", TABLE)
    postgres.execute("INSERT INTO messages VALUES (%s, %s, %s)", values=messages())
    here = postgres.url("${secret:env:SPAM_DB_PASSWORD}")
    nobody = here.replace(f":{postgres.port}/", ":1/")
    files = {
        "conf/experiment/mine.yaml": MINE.format(url=here),
        "conf/experiment/nobody.yaml": MINE.format(url=nobody),
    }
    return Project(tmp_path, files, {"SPAM_DB_PASSWORD": PASSWORD, "XDG_CACHE_HOME": str(tmp_path / "cache")})


@pytest.mark.fault("F46", "F78")
def test_a_password_is_nowhere_but_in_the_environment(project: Project) -> None:
    told = ["hydra.verbose=true", "exporters=[skops,pickle]"]
    works = project.run("+experiment=mine", *told)
    check_learned(works, len(messages()))
    unreached = project.run("--debug", "+experiment=nobody", *told)
    assert "Connection refused" in unreached.err
    project.environment = {**project.environment, "SPAM_DB_PASSWORD": WRONG}
    refused = project.run("+experiment=mine", *told).assert_code(3)
    assert "password authentication failed" in refused.err
    swept = project.run("-m", "+experiment=mine", "model.l2=0,1", *told).assert_code(3)
    assert "password authentication failed" in swept.err
    written = list(contents(project.folder))
    assert any("run.log" in name for name, _ in written)
    printed = [
        (" ".join(outcome.command), (outcome.out + outcome.err).encode())
        for outcome in (works, unreached, refused, swept)
    ]
    assert [name for name, content in [*written, *printed] if holds(content, PASSWORD)] == []


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file, and what is in every archive."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}:{name}", archive.read(name)) for name in archive.namelist())


def holds(content: bytes, secret: str) -> bool:
    return any(form in content for form in forms(secret))


def forms(secret: str) -> Iterable[bytes]:
    """List how a text may be written: as it is, in a URL, in JSON, in base64 at any place of a longer text."""
    yield from (secret.encode(), quote(secret).encode(), quote(secret, safe="").encode(), quote_plus(secret).encode())
    yield secret.replace('"', '\\"').encode()
    yield ascii(secret)[1:-1].encode()
    for before in range(3):
        encoded = base64.b64encode(b" " * before + secret.encode())
        yield encoded[4 if before else 0 : -4]


@pytest.mark.fault("F46")
def test_the_forms_of_a_password_are_found() -> None:
    url = quote(PASSWORD, safe="")
    for text in (PASSWORD, f"postgresql://owner:{url}@host", base64.b64encode(f"owner:{PASSWORD}".encode()).decode()):
        assert holds(f"while connecting to {text} …".encode(), PASSWORD)
    assert not holds(b"while connecting", PASSWORD)
