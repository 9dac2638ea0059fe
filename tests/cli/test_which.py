from __future__ import annotations

import pytest

from runner.cli.which import sweep_of, the_sweep, trial_of
from runner.errors import ConfigError, IntegrityError


def test_words_that_mean_no_sweep_are_left_to_the_runs(make_sweep, make_run) -> None:
    root = make_sweep([]).parents[1]
    assert sweep_of(root, make_run().name) is None
    assert sweep_of(root, "") is None
    assert sweep_of(root, "sweep-ffff") is None
    assert sweep_of(root, "5eed") is None, "the beginning of hex digits is a run's"


@pytest.mark.parametrize("words", ["sweep-5eed5eed5eed", "sweep-5", "digits/sweep-5eed5eed5eed"])
def test_a_sweep_is_found_by_its_id_the_beginning_of_it_or_with_its_experiment(make_sweep, words: str) -> None:
    path = make_sweep([])
    assert the_sweep(path.parents[1], words).path == path


def test_the_sweep_a_trial_belongs_to_is_above_its_folder(make_sweep, tmp_path) -> None:
    path = make_sweep([{"settings": {"a": 1}}])
    sweep, number = trial_of(str(path / "trials" / "0017"))
    assert (sweep.path, number) == (path, 17)
    assert trial_of(str(path)) is None
    assert trial_of(str(tmp_path / "trials" / "0017")) is None


def test_no_sweep_at_all_says_where_it_looked(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"in '.*'\. Nothing is offered\. 'runner ls' lists the sweeps\."):
        the_sweep(tmp_path, "sweep-1")


def test_a_damaged_sweep_tells_so_when_it_is_opened(make_sweep) -> None:
    path = make_sweep([])
    (path / "sweep.json").write_text("[]")
    with pytest.raises(IntegrityError, match=r"sweep\.json"):
        the_sweep(path.parents[1], str(path))
