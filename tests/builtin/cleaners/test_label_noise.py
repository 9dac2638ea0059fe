from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.label_noise import LabelNoise

SMS = Path(__file__).parents[4] / "shared" / "data" / "sms-spam" / "SMSSpamCollection"
TRUTH = np.repeat(["cat", "dog", "eel"], 100)
OTHER = {"cat": "dog", "dog": "eel", "eel": "cat"}


def rows(seed=0):
    return np.random.default_rng(seed).normal(size=(300, 2)) * 0.3 + np.repeat([[0, 0], [4, 0], [0, 4]], 100, axis=0)


def wrong(seed=0):
    return np.random.default_rng(seed).choice(300, 30, replace=False)


def noisy(features, seed=0):
    given = TRUTH.copy()
    given[wrong(seed)] = [OTHER[label] for label in TRUTH[wrong(seed)]]
    return Dataset.of(features, given)


def cleaned(dataset, **options):
    return LabelNoise(random_state=0, **options).fit(dataset).clean(dataset)


def gone(after):
    return np.setdiff1d(np.arange(300), after.row_ids)


@pytest.mark.parametrize("seed", range(4))
def test_most_wrong_labels_are_found_and_no_right_one_is_doubted(seed):
    found = gone(cleaned(noisy(rows(seed), seed), action="drop"))
    assert np.isin(found, wrong(seed)).all()
    assert len(found) >= 24


def test_wrong_labels_are_reported_with_pairs_and_rows_and_stay():
    after = cleaned(noisy(rows()))
    found = gone(cleaned(noisy(rows()), action="drop")).tolist()
    assert after.n_rows == 300
    (note,) = after.notes
    assert note.startswith(f"{len(found)} of 300 labels look wrong: ")
    assert "'dog' likely 'cat'" in note
    assert "'cat' likely 'dog'" not in note
    assert note.endswith(f"; rows {', '.join(map(str, found[:20]))}, …")


def test_dropped_rows_are_counted_and_known_by_their_ids():
    dataset = noisy(rows())
    after = cleaned(dataset, action="drop")
    assert dict(after.dropped) == {"label likely wrong": 300 - after.n_rows}
    turned = cleaned(dataset.take(np.arange(299, -1, -1)), action="drop")
    assert np.isin(gone(turned), wrong()).all()
    assert len(gone(turned)) >= 24


def test_right_labels_are_left_in_peace():
    after = cleaned(Dataset.of(rows(), TRUTH), action="drop")
    assert after.n_rows == 300
    assert after.notes == ("none of 300 labels looks wrong",)


def test_texts_are_judged_too():
    words = {"cat": "purr milk mouse", "dog": "bark bone walk", "eel": "swim river fish"}
    rng = np.random.default_rng(0)
    texts = [f"it is the {' '.join(rng.choice(words[animal].split(), 2))} again" for animal in TRUTH]
    found = gone(cleaned(noisy(pd.DataFrame({"text": texts})), action="drop"))
    assert np.isin(found, wrong()).all()
    assert len(found) >= 15


def test_it_runs_on_training_rows_only():
    assert LabelNoise().learns
    assert not getattr(LabelNoise(), "keeps_rows", False)


def test_a_class_with_fewer_rows_than_folds_is_named():
    given = TRUTH.copy()
    given[:2] = "yak"
    with pytest.raises(
        DataError, match="5 folds need at least two classes of 5 rows each; there are 4, and 'yak' has 2"
    ):
        cleaned(Dataset.of(rows(), given))
    with pytest.raises(DataError, match="there is 1"):
        cleaned(Dataset.of(rows(), np.zeros(300, dtype=int)))


def test_a_target_of_values_is_refused():
    with pytest.raises(DataError, match="found a target of fractions"):
        cleaned(Dataset.of(rows(), rows()[:, 0]))
    with pytest.raises(DataError, match="found no target"):
        cleaned(Dataset.of(rows()))


@pytest.mark.skipif(not SMS.is_file(), reason="the SMS spam collection is not here")
def test_few_messages_are_doubted_and_a_joke_labelled_spam_is_among_them():
    lines = [line.split("\t", 1) for line in SMS.read_text("utf-8").rstrip("\n").split("\n")]
    dataset = Dataset.of(pd.DataFrame({"text": [text for _, text in lines]}), np.array([label for label, _ in lines]))
    doubted = LabelNoise(random_state=0).fit(dataset).suspects_
    assert 0 < len(doubted) < 60
    assert any("Divorce Barbie" in lines[row][1] for row in doubted)
