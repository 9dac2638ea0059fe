import hashlib
import hmac

import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.mask_pii import MaskPii

FRAME = pd.DataFrame({"text": ["ask bob@acme.org or 08712460324", "nothing here", None, "card 4111 1111 1111 1111"]})
KEY = "${secret:env:PII_KEY}"


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv("PII_KEY", "correct horse battery staple")
    return b"correct horse battery staple"


def texts(cleaner, frame=FRAME):
    return cleaner.clean(Dataset.of(frame)).features["text"].tolist()


def test_what_is_found_is_masked_by_kind():
    masked = texts(MaskPii())
    assert masked[:2] == ["ask <EMAIL> or <PHONE>", "nothing here"]
    assert pd.isna(masked[2])
    assert masked[3] == "card <CARD>"


def test_kinds_can_be_chosen():
    assert texts(MaskPii(kinds=["email"]))[0] == "ask <EMAIL> or 08712460324"


def test_what_is_found_is_counted_and_never_shown():
    (note,) = MaskPii().clean(Dataset.of(FRAME)).notes
    assert note == "took out of 'text': 1 e-mail addresses, 1 phone numbers, 1 card numbers"


def test_rows_are_dropped_by_the_first_kind_they_hold():
    cleaned = MaskPii(action="drop").clean(Dataset.of(FRAME, [0, 1, 2, 3]))
    assert cleaned.target.tolist() == [1, 2]
    assert dict(cleaned.dropped) == {"personal data: e-mail addresses": 1, "personal data: card numbers": 1}
    assert not MaskPii(action="drop").keeps_rows
    assert MaskPii().keeps_rows


def test_equal_values_have_equal_hashes_in_every_spelling(secret):
    frame = pd.DataFrame({"text": ["Bob@acme.org, 4111-1111-1111-1111", "bob@ACME.org", "4111111111111111"]})
    first, second, third = texts(MaskPii(action="hash", key=KEY), frame)
    digest = hmac.new(secret, b"EMAIL:bob@acme.org", hashlib.sha256).hexdigest()[:16]
    assert second == f"<EMAIL:{digest}>"
    assert first == f"{second}, {third}"


def test_another_key_gives_other_hashes(secret, monkeypatch):
    before = texts(MaskPii(action="hash", key=KEY))
    monkeypatch.setenv("PII_KEY", "another key, as long as the first")
    assert texts(MaskPii(action="hash", key=KEY))[0] != before[0]


def test_the_key_is_kept_nowhere(secret):
    cleaner = MaskPii(action="hash", key=KEY)
    cleaned = cleaner.clean(Dataset.of(FRAME))
    saved = skops.io.dumps(cleaner)
    told = repr(cleaner) + repr(vars(cleaner)) + repr(cleaned.notes) + repr(cleaned.features.to_dict())
    for form in (secret, secret.hex().encode(), b"battery"):
        assert form not in saved
        assert form.decode() not in told
    loaded = skops.io.loads(saved, trusted=["runner_builtin.cleaners.mask_pii.MaskPii"])
    assert texts(loaded)[:2] == texts(cleaner)[:2]


def test_new_rows_need_the_key_as_well(monkeypatch):
    monkeypatch.delenv("PII_KEY", raising=False)
    with pytest.raises(ConfigError, match="the environment has no variable 'PII_KEY'"):
        texts(MaskPii(action="hash", key=KEY))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"action": "hash"}, "action 'hash' with no key"),
        ({"key": KEY}, "action 'mask' with a key"),
        ({"action": "hash", "key": "hunter2hunter2hunter2"}, "the key stands in the declaration"),
    ],
)
def test_a_key_goes_with_hashes_and_is_never_written_down(options, told, secret):
    with pytest.raises(ConfigError, match=told) as caught:
        texts(MaskPii(**options))
    assert "hunter2" not in str(caught.value)


def test_a_key_that_can_be_guessed_is_refused(monkeypatch):
    monkeypatch.setenv("PII_KEY", "swordfish")
    with pytest.raises(ConfigError, match="has 9 characters") as caught:
        texts(MaskPii(action="hash", key=KEY))
    assert "swordfish" not in str(caught.value)


def test_arrays_of_texts_are_masked_and_numbers_refused():
    assert MaskPii().clean(Dataset.of(np.array(["a@b.cd"]))).features.tolist() == ["<EMAIL>"]
    with pytest.raises(DataError, match="texts are needed"):
        MaskPii().clean(Dataset.of(np.eye(2)))
