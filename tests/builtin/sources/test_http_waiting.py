import time
from datetime import UTC, datetime

import pytest

from runner.errors import DataError
from runner_builtin.sources.http_waiting import Patience, TryAgain, asked_wait
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import context_of, http

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TABLE = "a,y\n1,0\n2,1\n"


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now = 100.0
        self.waits = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def patience(clock, draw=lambda: 1.0, **limits):
    given = {"tries": 5, "first_wait": 1.0, "total": 3600.0, **limits}
    return Patience("https://a.org/x", clock=clock, sleep=clock.sleep, draw=draw, **given)


def failing(times, after=None):
    """An attempt that fails so often before it succeeds."""
    tries = iter([*[TryAgain("503", after)] * times, "done"])

    def attempt():
        outcome = next(tries)
        if isinstance(outcome, TryAgain):
            raise outcome
        return outcome

    return attempt


def test_each_wait_is_twice_the_one_before_up_to_30_seconds(clock):
    assert patience(clock, tries=8).through(failing(7)) == "done"
    assert clock.waits == [1, 2, 4, 8, 16, 30, 30]


def test_half_of_each_wait_is_left_to_chance(clock):
    patience(clock, draw=lambda: 0.0).through(failing(3))
    assert clock.waits == [0.5, 1, 2]


def test_the_last_failure_is_told_with_the_count_and_the_seconds(clock):
    with pytest.raises(DataError, match=r"https://a.org/x: gave up after 5 tries \(503\), 15 s\.") as caught:
        patience(clock).through(failing(5))
    assert caught.value.__context__ is None


def test_one_try_waits_for_nothing(clock):
    with pytest.raises(DataError, match=r"gave up after 1 try \(503\), 0 s"):
        patience(clock, tries=1).through(failing(1))
    assert clock.waits == []


def test_what_the_server_asks_for_is_waited_for_exactly(clock):
    patience(clock).through(failing(1, after=2.0))
    assert clock.waits == [2.0]


def test_a_wait_of_a_day_is_refused_at_once(clock):
    with pytest.raises(DataError, match=r"asks to come back in 86,400 s \(503\); more than 120 s are not waited for"):
        patience(clock).through(failing(1, after=86400.0))
    assert clock.waits == []


def test_a_wait_past_the_total_is_not_begun(clock):
    with pytest.raises(DataError, match=r"503; the next try, in 8 s, would be past the 10 s that all may take"):
        patience(clock, total=10.0).through(failing(5))
    assert clock.waits == [1, 2, 4]


def test_a_limit_is_shortened_to_what_is_left(clock):
    limits = patience(clock, total=10.0)
    assert limits.within(60.0) == 10.0
    clock.now += 7
    assert limits.within(60.0) == 3.0
    assert limits.within(1.0) == 1.0
    clock.now += 3
    with pytest.raises(DataError, match="not finished within 10 s"):
        limits.within(60.0)


def test_requests_keep_the_pace_that_is_allowed(clock):
    limits = patience(clock, per_second=4.0)
    for _ in range(3):
        limits.pace()
    clock.now += 10
    limits.pace()
    assert clock.waits == [0.25, 0.25]


@pytest.mark.fault("F70")
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("2", 2.0),
        ("86400", 86400.0),
        (" 7 ", 7.0),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30.0),
        ("Sat, 31 Jan 2026 12:00:30 -0000", 30.0),
        ("Sat, 31 Jan 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 5000, None),
        ("", None),
        ("Sat, 31 Jan 99999 12:00:30 GMT", None),
        ("Sat, 31 Jan 2026 12:00:30 +99999999999", None),
    ],
)
def test_what_a_server_asks_for_is_read_or_ignored(header, seconds):
    assert asked_wait(header, NOON) == seconds


@pytest.mark.fault("F69")
def test_three_failures_of_a_server_are_got_over(tmp_path):
    def act(exchange):
        if exchange.number < 3:
            exchange.answer("out of order", "500 Internal Server Error")
        else:
            exchange.answer(TABLE)

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 2
        assert len(server.requests) == 4


@pytest.mark.fault("F69")
def test_a_server_that_stays_down_is_given_up_and_nothing_is_kept(tmp_path):
    with FaultServer({"/t.csv": lambda exchange: exchange.answer("", "503 Service Unavailable")}) as server:
        with pytest.raises(DataError, match=r"/t\.csv: gave up after 5 tries \(503\), 0 s\.") as caught:
            http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))
        assert len(server.requests) == 5
    assert caught.value.exit_code == 3
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    assert list((tmp_path / "cache" / "http").iterdir()) == []


def test_a_server_that_is_not_there_is_given_up(tmp_path):
    with FaultServer({}) as server:
        url = server.url("/t.csv")
    with pytest.raises(DataError, match=r"gave up after 2 tries \(.*Connection refused\)"):
        http(url, tries=2).load(context_of(tmp_path))


@pytest.mark.fault("F70")
def test_a_server_that_asks_for_a_second_gets_it(tmp_path):
    def act(exchange):
        if exchange.number == 0:
            exchange.answer("", "429 Too Many Requests", Retry_After="1")
        else:
            exchange.answer(TABLE)

    with FaultServer({"/t.csv": act}) as server:
        began = time.monotonic()
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 2
        assert 1.0 <= time.monotonic() - began < 3.0


@pytest.mark.fault("F70")
def test_a_server_that_asks_for_a_day_is_given_up_at_once(tmp_path):
    act = lambda exchange: exchange.answer("", "429 Too Many Requests", Retry_After="86400")  # noqa: E731
    with FaultServer({"/t.csv": act}) as server:
        with pytest.raises(DataError, match=r"asks to come back in 86,400 s \(429\)"):
            http(server.url("/t.csv")).load(context_of(tmp_path))
        assert len(server.requests) == 1


@pytest.mark.fault("F70")
def test_a_wish_that_cannot_be_read_is_ignored(tmp_path):
    def act(exchange):
        if exchange.number == 0:
            exchange.answer("", "429 Too Many Requests", Retry_After="whenever")
        else:
            exchange.answer(TABLE)

    with FaultServer({"/t.csv": act}) as server:
        assert http(server.url("/t.csv")).load(context_of(tmp_path)).n_rows == 2
