from __future__ import annotations

from runner.report.html.overfitting import verdict


def test_a_loss_that_rises_on_rows_put_aside_is_overfitting_with_its_epochs() -> None:
    found = verdict({"fold 1": {"loss": [1.0, 0.5, 0.25, 0.1], "validation_loss": [0.9, 0.4, 0.5, 0.75]}})
    assert found.answer == "yes"
    for told in ("lowest after epoch 2, 0.4", "rose to 0.75 by epoch 4", "training rows went to 0.1"):
        assert told in found.text


def test_the_worst_of_several_trainings_speaks_for_all() -> None:
    fine = {"loss": [1.0, 0.5], "validation_loss": [1.0, 0.6]}
    found = verdict({"fold 1": fine, "fold 2": {"loss": [1.0, 0.1], "validation_loss": [0.5, 2.0]}})
    assert "1 of 2 trainings, most of all 'fold 2'," in found.text


def test_a_gap_that_does_not_grow_is_told_as_one() -> None:
    found = verdict({"refit": {"loss": [1.0, 0.1], "validation_loss": [1.0, 0.3]}})
    assert found.answer == "a gap"
    assert "3.0 times the 0.1" in found.text


def test_losses_that_fall_together_are_no_sign_of_it() -> None:
    found = verdict({"refit": {"loss": [1.0, 0.5], "validation_loss": [1.0, 0.55]}})
    assert found.answer == "no"
    assert "0.55" in found.text


def test_a_rise_within_the_noise_is_none() -> None:
    assert verdict({"refit": {"loss": [1.0, 0.9], "validation_loss": [1.0, 1.02]}}).answer == "no"


def test_without_rows_put_aside_it_says_how_to_have_an_answer() -> None:
    found = verdict({"refit": {"loss": [1.0, 0.5]}})
    assert found.answer == "unknown"
    assert "model.validation_share=0.1" in found.text


def test_losses_that_are_not_finite_are_not_judged() -> None:
    assert verdict({"refit": {"loss": [1.0, float("nan")], "validation_loss": [1.0, 2.0]}}).answer == "unknown"
