"""What a person hears at the end, and what at once."""

import logging

from runner.execute.run_log import log, noted, told_now


def test_warnings_are_notes_and_some_are_told_at_once():
    told = []
    with noted(told.append) as notes:
        log.warning("a tracker was left out")
        log.warning("%s workers are there", "no", extra={"at_once": True})
        log.error("this is told on its own")
    assert notes == ["a tracker was left out"]
    assert told == ["no workers are there"]


def test_where_nobody_looks_all_are_notes():
    with noted() as notes:
        log.warning("no workers are there", extra={"at_once": True})
    assert notes == ["no workers are there"]


def test_nothing_is_heard_afterwards():
    with noted() as notes:
        pass
    log.log(logging.WARNING, "later")
    assert notes == []


def test_what_is_told_at_once_stands_beside_the_output(capsys):
    told_now("no workers are there")
    assert capsys.readouterr() == ("", "no workers are there\n")
