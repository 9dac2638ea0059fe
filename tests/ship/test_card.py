"""The model card: read by Hugging Face's own reader, filled from the run, and safe to show."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from huggingface_hub import ModelCard

from runner.plan.about import About
from runner.record.read import Run
from runner.record.records import Metrics
from runner.ship.bundling import facts_of
from runner.ship.card import Facts, card
from runner.ship.signature import Input, Signature


@pytest.fixture(scope="module")
def facts(run: Run) -> Facts:
    return facts_of(run.path, run.info)


def test_hugging_face_reads_its_head(facts: Facts) -> None:
    read = ModelCard(card(facts))
    assert read.data.license == "mit"
    assert read.data.library_name == "sklearn"
    assert read.data.pipeline_tag == "tabular-classification"
    (accuracy,) = [one for one in read.data.eval_results if one.metric_type == "accuracy"]
    assert accuracy.metric_value == pytest.approx(facts.scores["accuracy"], abs=1e-6)
    assert accuracy.task_type == "tabular-classification"
    assert "confusion_matrix" not in read.data.metrics


def test_it_tells_what_the_run_knows(facts: Facts) -> None:
    text = card(facts)
    for told in ("Says yes or no.", "By A. Person.", "For tests.", "licence of the data: CC-BY-4.0", "0badcafe"):
        assert told in text or told == "0badcafe"
    assert facts.info.id in text
    assert "| age | FP64 |  | 20 to 58 |" in text
    assert "| job | BYTES |  | cook, nurse |" in text
    assert "It answers with classes no, yes." in text
    assert f"scikit-learn {facts.packages['scikit-learn']}" in text
    assert "| skops | 40 rows" in text
    assert 'model = runner.load("PATH/OF/THIS/FOLDER")\nmodel.predict(rows)' in text


def test_what_nobody_stated_is_said_to_be_unknown(facts: Facts) -> None:
    text = card(replace(facts, about=About(), metrics=Metrics(), packages={}))
    assert yaml.safe_load(text.split("---\n")[1])["license"] == "unknown"
    assert text.count("*Not stated in the declaration.*") == 5
    assert "licence of the data: not stated" in text
    assert "model-index" not in text


def test_a_regression_and_a_model_of_texts_are_named_so(facts: Facts) -> None:
    texts = Signature("table", (Input("text", "BYTES"),), ("a", "b"), True)
    assert replace(facts, signature=texts).task == "text-classification"
    numbers = Signature("array", (Input("input", "FP64", (3,), "float64"),))
    assert replace(facts, signature=numbers).task == "tabular-regression"
    assert "It answers with values." in card(replace(facts, signature=numbers))


def test_names_from_the_data_stay_in_their_cells(facts: Facts) -> None:
    nasty = Input("<script>x</script>|\n# Title `", "BYTES", values=("a|b", "<img>"))
    text = card(replace(facts, signature=Signature("table", (nasty,), ("<b>",), True)))
    assert "<script>" not in text
    assert "<img>" not in text
    assert "&lt;script&gt;x&lt;/script&gt;\\| # Title '" in text


def test_an_export_that_was_not_proven_is_said_to_be_so(facts: Facts) -> None:
    assert "| pickle | not proven: loading it can run code |" in card(replace(facts, proofs={"pickle": None}))
