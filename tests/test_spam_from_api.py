"""The experiment `spam_from_api` as a person runs it, against an API on loopback that wants a token."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

import runner
from runner.testing import Outcome, Project
from tests.servers.fault_server import Exchange, FaultServer

SMS = Path(__file__).parents[2] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"
TOKEN = 'sp4m+t0k/en="of=many"&parts'
PAGE = 500


def messages() -> list[dict[str, str]]:
    """The SMS spam collection; where it is not here, made-up messages that can be told apart."""
    if SMS.is_file():
        lines = SMS.read_text(encoding="utf-8").splitlines()
        return [dict(zip(("label", "text"), line.split("\t", 1), strict=True)) for line in lines]
    chance = random.Random(0)
    words = {
        "spam": ["WIN", "free", "prize", "call", "claim", "cash"],
        "ham": ["home", "later", "ok", "lunch", "bus"],
    }
    kinds = ["spam" if chance.random() < 0.2 else "ham" for _ in range(1200)]
    return [
        {"label": kind, "text": " ".join(chance.choices([*words[kind], "you", "now", str(number)], k=8))}
        for number, kind in enumerate(kinds)
    ]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return messages()


@pytest.fixture
def server(rows: list[dict[str, str]]) -> Iterator[FaultServer]:
    """Gives pages to whoever has the token; every page has a validator, and the third fails at first."""

    def act(exchange: Exchange) -> None:
        start = int(exchange.query.get("after", 0))
        if exchange.headers.get("authorization") != f"Bearer {TOKEN}":
            exchange.answer(json.dumps({"sent": exchange.headers.get("authorization")}), "401 Unauthorized")
        elif exchange.headers.get("if-none-match") == f'"{start}"':
            exchange.answer("", "304 Not Modified", ETag=f'"{start}"')
        elif exchange.number == 2:
            exchange.answer("", "429 Too Many Requests", Retry_After="1")
        else:
            more = start + PAGE if start + PAGE < len(rows) else None
            body = {"data": {"messages": rows[start : start + PAGE], "next": more}}
            exchange.answer(json.dumps(body), Content_Type="application/json", ETag=f'"{start}"')

    with FaultServer({"/messages": act}) as server:
        yield server


def run(folder: Path, server: FaultServer, *words: str, token: str = TOKEN) -> Outcome:
    """Run the experiment in a folder."""
    url = f"source.url={server.url('/messages')}"
    project = Project(folder, environment={"SPAM_TOKEN": token})
    return project.run("+experiment=spam_from_api", url, "source.allow_http=true", *words)


def holding(token: str, outcome: Outcome) -> list[str]:
    """Name where a token is found, in any form: what was printed, and every file below the folder."""
    bare = base64.b64encode(token.encode()).rstrip(b"=")[:-1]
    sent = base64.b64encode(f"Bearer {token}".encode()).rstrip(b"=")[12:-1]
    texts = (
        token,
        quote(token),
        quote(token, safe=""),
        quote_plus(token),
        json.dumps(token)[1:-1],
        repr(token)[1:-1],
    )
    forms = [*(text.encode() for text in texts), bare, sent]
    places = {"stdout": outcome.out.encode(), "stderr": outcome.err.encode()}
    files = [path for path in outcome.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    places |= {str(path): path.read_bytes() for path in files}
    return [place for place, content in places.items() if any(form in content for form in forms)]


@pytest.mark.fault("F46")
def test_an_experiment_on_an_api_is_run_and_nothing_tells_its_token(
    tmp_path: Path, server: FaultServer, rows: list[dict[str, str]]
) -> None:
    outcome = run(tmp_path, server, "hydra.verbose=true").assert_success()
    score = outcome.run.scores.total["f1"].mean
    assert isinstance(score, float)
    assert score > 0.9
    assert f"{len(rows):,} rows" in outcome.out
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}
    assert holding(TOKEN, outcome) == []
    assert "${secret:env:SPAM_TOKEN}" in (outcome.run.path / "config" / "resolved.yaml").read_text()
    loaded = runner.load(outcome.run.path)
    assert loaded.predict(["WIN a free prize! call now to claim your cash", "ok, lunch later at home?"]).tolist() == [
        "spam",
        "ham",
    ]


def test_a_second_run_takes_what_has_not_changed_from_the_first(tmp_path: Path, server: FaultServer) -> None:
    first = run(tmp_path, server, "model.epochs=2").assert_success()
    before = len(server.requests)
    second = run(tmp_path, server, "model.epochs=2").assert_success()
    assert {request.headers.get("if-none-match") is not None for request in server.requests[before:]} == {True}
    assert second.run.scores == first.run.scores


@pytest.mark.fault("F46")
def test_a_wrong_token_ends_the_run_with_what_the_server_says_of_it(tmp_path: Path, server: FaultServer) -> None:
    wrong = 'wr0ng+t0k/en="of=many"&parts'
    outcome = run(tmp_path, server, "hydra.verbose=true", token=wrong).assert_code(3)
    assert "the server answers 401" in outcome.err
    assert "Is the secret in headers or params the right one?" in outcome.err
    assert holding(wrong, outcome) == []
    assert len(server.requests) == 1


def test_the_address_has_to_be_given(tmp_path: Path) -> None:
    outcome = Project(tmp_path, environment={"SPAM_TOKEN": TOKEN}).run("+experiment=spam_from_api")
    outcome.assert_code(2)
    assert "source.url" in outcome.err


def test_a_token_that_is_not_there_is_asked_for(tmp_path: Path, server: FaultServer) -> None:
    project = Project(tmp_path)
    words = (f"source.url={server.url('/messages')}", "source.allow_http=true")
    outcome = project.run("+experiment=spam_from_api", *words).assert_code(2)
    assert "SPAM_TOKEN" in outcome.err
    assert server.requests == []
