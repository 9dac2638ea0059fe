from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runner.report.html.figures import drawn
from runner.report.html.run_facts import reported
from runner.report.html.run_training import training_section
from runner.report.html.sections import Figures, Words

CURVES = """training,epoch,learning_rate,loss,validation_loss
fold 1,1,0.2,1.0,0.9
fold 1,2,0.1,0.5,0.6
fold 1,3,0.05,0.1,0.9
"""


def test_curves_schedule_and_range_test_are_drawn_and_overfitting_is_told(
    make_run: Callable[..., Path], tmp_path: Path
) -> None:
    test = '{"fold 1": {"learning_rates": [0.001, 0.01, 0.1], "losses": [0.9, 0.2, null]}}'
    run = reported(make_run(files={"curves.csv": CURVES, "range_test.json": test}))
    words, figures = training_section(run).parts
    assert isinstance(words, Words)
    assert words.text.startswith("Is it overfitting? Yes")
    assert isinstance(figures, Figures)
    pictures = {picture.name: picture for picture in drawn(figures.figures, tmp_path / "figures")}
    assert list(pictures) == ["learning_curve", "learning_rate_schedule", "learning_rate_range"]
    assert pictures["learning_rate_schedule"].text.endswith("from 0.05 to 0.2.")
    assert "Dashed, on rows put aside: 0.9." in pictures["learning_curve"].text


def test_one_epoch_many_trainings_and_losses_of_no_finite_number_are_drawn(
    make_run: Callable[..., Path], tmp_path: Path
) -> None:
    lines = [f"fold {place},1,0.1,{10.0**-place}" for place in range(1, 12)]
    run = reported(
        make_run(files={"curves.csv": "\n".join(["training,epoch,learning_rate,loss", *lines, "refit,1,0.1,nan"])})
    )
    (figures,) = [part for part in training_section(run).parts if isinstance(part, Figures)]
    assert len(drawn(figures.figures, tmp_path / "figures")) == 2


def test_a_model_that_was_not_trained_by_gradients_has_no_section(make_run: Callable[..., Path]) -> None:
    assert training_section(reported(make_run())).parts == []
    assert training_section(reported(make_run(minutes=1, files={"curves.csv": "training,epoch\n"}))).parts == []
