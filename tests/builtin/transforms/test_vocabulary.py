"""Which option leaves no term is told by the transforms that learn terms."""

import pytest

from runner.errors import DataError
from runner_builtin.transforms.character_text import Characters
from runner_builtin.transforms.count_text import Counts

TEXTS = ["the cat sat", "the dog sat", "the end"]


@pytest.mark.fault("F83")
@pytest.mark.parametrize(
    ("transform", "texts", "told"),
    [
        (Counts(), [], "transform 'counts': there are no texts to learn from"),
        (Counts(), ["a", "?"], "no term is left of 2 texts; they hold nothing that {'analyzer': 'word'.*takes for"),
        (
            Counts(stop_words=["the", "end"]),
            ["the end"],
            "of 2 terms, stop_words removed 2. The most frequent stands",
        ),
        (Counts(min_df=4), TEXTS, "at least 4 and at most 3 of 3 texts .min_df: 4, max_df: 1.0"),
        (Counts(min_df=2), ["aa bb", "cc"], "of 3 terms, min_df 2 removed 3. The most frequent stands in 1 texts"),
        (
            Counts(min_df=2, max_df=2, stop_words=["sat"]),
            TEXTS,
            "stop_words removed 1, min_df 2 removed 3, max_df 2 r",
        ),
        (Counts(max_df=0.1), TEXTS, "at least 1 and at most 0.3 of 3 texts .min_df: 1, max_df: 0.1"),
        (Counts(min_df=3, max_df=2), TEXTS, "at least 3 and at most 2 of 3 texts"),
        (Characters(analyzer="char", ngram_range=(9, 9)), ["ab"], "'characters': no term is left of 1 texts"),
        (Characters(min_df=2), ["ab", "cd"], "transform 'characters'.*min_df 2 removed"),
    ],
)
def test_texts_that_leave_no_term_are_refused_with_the_option_that_did_it(transform, texts, told):
    with pytest.raises(DataError, match=told):
        transform.fit(texts)


def test_an_option_that_makes_no_sense_keeps_scikit_learns_message():
    with pytest.raises(ValueError, match="ngram_range"):
        Counts(ngram_range=(3, 1)).fit(TEXTS)
