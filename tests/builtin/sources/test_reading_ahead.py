import threading

import pytest

from runner_builtin.sources.reading_ahead import ahead


def test_one_piece_is_made_ahead_and_no_more():
    made = []
    second = threading.Event()

    def pieces():
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    stream = ahead(pieces())
    assert next(stream) == 0
    assert second.wait(5)
    assert len(made) <= 2
    assert list(stream) == [1, 2, 3, 4]


def test_an_error_comes_where_the_piece_would_have_been():
    def pieces():
        yield 1
        raise ValueError("broken")

    stream = ahead(pieces())
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken"):
        next(stream)


def test_who_stops_early_leaves_no_thread_behind():
    stream = ahead(iter(range(100)))
    next(stream)
    stream.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading-ahead")]
