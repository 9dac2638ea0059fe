import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from runner.errors import DataError
from runner_builtin.sources.http_cache import Cache, Kept, key_of
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

TABLE = "a,y\n1,0\n2,1\n"
KEY = key_of("https://a.org/t.csv")
ROOT = Path(__file__).parents[3]


def kept_file(cache, content=b"abc"):
    """Keep a file, and return what is known of it."""
    with cache.workplace() as place:
        path = place / "t.csv"
        path.write_bytes(content)
        kept = Kept.of(path, httpx.Headers({"etag": '"v1"', "last-modified": "today"}))
        cache.keep(KEY, path, kept)
    return kept


def copied(cache):
    with cache.workplace() as place:
        kept = cache.copy(KEY, place / "copy")
        return kept, (place / "copy").read_bytes() if kept else None


def test_a_kept_file_is_given_back_with_what_is_known_of_it(tmp_path):
    cache = Cache(tmp_path)
    kept = kept_file(cache)
    assert copied(cache) == (kept, b"abc")
    assert kept.conditions == {"If-None-Match": '"v1"'}
    assert Kept("x", 1, modified="today").conditions == {"If-Modified-Since": "today"}
    assert Kept("x", 1).conditions == {}


def test_the_older_file_of_a_key_is_removed(tmp_path):
    cache = Cache(tmp_path)
    kept_file(cache)
    kept_file(cache, b"defg")
    assert copied(cache)[1] == b"defg"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_is_being_read_outlives_its_removal(tmp_path):
    cache = Cache(tmp_path)
    kept_file(cache)
    with cache.workplace() as place:
        cache.copy(KEY, place / "copy")
        kept_file(cache, b"defg")
        assert (place / "copy").read_bytes() == b"abc"


def damage(folder, how):
    (about,) = folder.glob("*.json")
    (file,) = folder.glob(f"{about.stem}-*")
    if how == "flipped bit":
        file.write_bytes(b"abd")
    elif how == "cut":
        os.truncate(file, 1)
    elif how == "gone":
        file.unlink()
    elif how == "no JSON":
        about.write_text("{")
    elif how == "other JSON":
        about.write_text("[]")
    elif how == "unknown field":
        about.write_text(json.dumps({"sha256": "x", "size": 1, "colour": "red"}))
    elif how == "path":
        about.write_text(json.dumps({"sha256": "../../secret", "size": 3}))


DAMAGES = ["flipped bit", "cut", "gone", "no JSON", "other JSON", "unknown field", "path"]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_entry_is_none(tmp_path, how):
    cache = Cache(tmp_path)
    kept_file(cache)
    damage(tmp_path, how)
    assert copied(cache) == (None, None)
    kept = kept_file(cache)
    assert copied(cache) == (kept, b"abc")


def test_without_a_folder_nothing_is_kept():
    with Cache.opened(None) as cache:
        kept = kept_file(cache)
        assert copied(cache) == (kept, b"abc")
        folder = cache._folder
    assert not folder.exists()


def test_what_killed_processes_left_is_removed_after_a_week(tmp_path):
    old, fresh = tmp_path / "runner-http-old", tmp_path / "runner-http-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "x").write_text("x")
    os.utime(old, (0, 0))
    with Cache(tmp_path).workplace():
        assert not old.exists()
        assert fresh.exists()


def answering(exchange):
    """Answer like a server that knows validators."""
    if exchange.headers.get("if-none-match") == '"v1"':
        exchange.answer("", "304 Not Modified", ETag='"v1"')
    else:
        exchange.answer(TABLE, ETag='"v1"')


def test_a_file_that_has_not_changed_is_not_sent_again(tmp_path):
    context = context_of(tmp_path, cache=True)
    with FaultServer({"/t.csv": answering}) as server:
        source = http(server.url("/t.csv"))
        fingerprint = source.fingerprint(context)
        dataset = source.load(context)
        assert dataset.fingerprint == fingerprint
        assert [request.headers.get("if-none-match") for request in server.requests] == [None, '"v1"']
        assert dataset.notes == (f"{server.url('/t.csv')}: 12 bytes, the same as when it was fetched before.",)


def test_a_file_that_has_changed_is_fetched_anew(tmp_path):
    context = context_of(tmp_path, cache=True)
    contents = ["a,y\n1,0\n", "a,y\n1,0\n2,1\n"]
    act = lambda exchange: exchange.answer(contents[exchange.number], Last_Modified=f"day {exchange.number}")  # noqa: E731
    with FaultServer({"/t.csv": act}) as server:
        source = http(server.url("/t.csv"))
        assert [source.load(context).n_rows for _ in range(2)] == [1, 2]
        assert server.requests[1].headers["if-modified-since"] == "day 0"


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_copy_is_fetched_anew(tmp_path, how):
    context = context_of(tmp_path, cache=True)
    with FaultServer({"/t.csv": answering}) as server:
        source = http(server.url("/t.csv"))
        source.load(context)
        damage(tmp_path / "cache" / "http", how)
        assert source.load(context).n_rows == 2
        assert "if-none-match" not in server.requests[1].headers


@pytest.mark.fault("F75")
def test_not_changed_is_no_answer_where_nothing_is_kept(tmp_path):
    act = lambda exchange: exchange.answer("", "304 Not Modified")  # noqa: E731
    with (
        FaultServer({"/t.csv": act}) as server,
        pytest.raises(DataError, match="answers 304, not changed, though nothing is known of it"),
    ):
        http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))


def test_a_file_without_validators_is_not_kept(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server:
        http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))
    assert list((tmp_path / "cache" / "http").iterdir()) == []


def test_addresses_with_other_queries_or_headers_are_kept_apart(tmp_path):
    context = context_of(tmp_path, cache=True)
    with FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE, ETag='"v1"')}) as server:
        for options in ({}, {"params": {"n": 1}}, {"headers": {"X-Part": "a"}}):
            http(server.url("/t.csv"), **options).load(context)
        assert [request.headers.get("if-none-match") for request in server.requests] == [None] * 3


FETCH_OFTEN = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from tests.servers.fetching import context_of, http
source = http(sys.argv[1])
context = context_of(Path(sys.argv[2]), cache=True)
for _ in range(40):
    rows = source.load(context)
    assert set(rows.features["a"]) == {len(rows.features)}, rows
"""


def test_processes_that_keep_one_address_at_once_read_whole_files_only(tmp_path):
    def act(exchange):
        size = 1000 + exchange.number % 7  # each version says in every row how long it is
        exchange.answer("a,y\n" + f"{size},0\n" * size, ETag=f'"{exchange.number}"')

    with FaultServer({"/t.csv": act}) as server:
        command = [sys.executable, "-c", FETCH_OFTEN, server.url("/t.csv"), str(tmp_path), str(ROOT)]
        workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        told = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], told
    assert len(list((tmp_path / "cache" / "http").glob("*.json"))) == 1
