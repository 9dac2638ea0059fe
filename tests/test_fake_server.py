from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from runner.fake_server import Answer


def test_it_answers_what_it_is_told_and_remembers_what_it_was_asked(runner_http):
    url = runner_http.answers("/rows.csv", "a\n1\n", Content_Type="text/csv")
    with urlopen(Request(f"{url}?page=2", data=b"more", headers={"X-Key": "k"})) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"a\n1\n", "text/csv")
    (asked,) = runner_http.asked
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/rows.csv", {"page": "2"}, b"more")
    assert asked.headers["x-key"] == "k"


def test_several_answers_are_given_in_turn_and_the_last_again(runner_http):
    runner_http.answers("/", b"no", 503, Retry_After="1")
    url = runner_http.answers("/", b"yes")
    with pytest.raises(HTTPError, match="503") as first:
        urlopen(url)
    assert first.value.headers["Retry-After"] == "1"
    first.value.close()
    assert [urlopen(url).read() for _ in range(2)] == [b"yes", b"yes"]


def test_an_answer_may_depend_on_the_request(runner_http):
    url = runner_http.answers("/echo", lambda asked: Answer(asked.query["say"].encode()))
    assert urlopen(f"{url}?say=hello").read() == b"hello"


def test_a_path_it_knows_nothing_of_is_not_found(runner_http):
    with pytest.raises(HTTPError, match="404") as error:
        urlopen(runner_http.url("/elsewhere"))
    error.value.close()
