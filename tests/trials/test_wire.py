"""Messages over a socket."""

from __future__ import annotations

import socket

import pytest

from runner.trials.wire import Wire, encoded


@pytest.fixture
def pair() -> tuple[Wire, socket.socket]:
    ours, theirs = socket.socketpair()
    return Wire(ours), theirs


def test_messages_arrive_whole_however_they_are_cut(pair: tuple[Wire, socket.socket]) -> None:
    wire, other = pair
    data = encoded({"a": 1}) + encoded({"text": "line\nbreak"})
    other.sendall(data[:5])
    assert wire.receive() == ([], True)
    other.sendall(data[5:])
    assert wire.receive() == ([{"a": 1}, {"text": "line\nbreak"}], True)
    other.close()
    assert wire.receive() == ([], False)
    wire.close()


def test_a_reader_that_is_slow_blocks_nobody(pair: tuple[Wire, socket.socket]) -> None:
    wire, other = pair
    long = {"text": "x" * 5_000_000}
    wire.send(long)
    assert wire.unsent
    other_wire, messages = Wire(other), []
    while not messages:
        wire.flush()
        messages, _ = other_wire.receive()
    assert messages == [long]
    assert not wire.unsent
    wire.close()
    other_wire.close()


def test_sending_to_a_closed_end_is_told_by_its_end_of_file(pair: tuple[Wire, socket.socket]) -> None:
    wire, other = pair
    other.close()
    wire.send({"a": 1})
    assert not wire.unsent
    assert wire.receive() == ([], False)
    wire.close()


@pytest.mark.parametrize("line", [b"\xff\x00\n", b"{\n", b"[1]\n"])
def test_what_is_no_message_is_an_error(pair: tuple[Wire, socket.socket], line: bytes) -> None:
    wire, other = pair
    other.sendall(line)
    with pytest.raises(ValueError, match=r".+"):
        wire.receive()
    wire.close()
    other.close()
