"""The converters built in, by the very class they are for. Names only, so that nothing is imported to look one up."""

from __future__ import annotations

_HERE = "runner_builtin.onnx."

_TEXTS = {
    "runner_builtin.transforms.tfidf:Tfidf": "texts:tfidf",
    "runner_builtin.transforms.character_text:Characters": "texts:tfidf",
    "runner_builtin.transforms.count_text:Counts": "texts:counted",
    "runner_builtin.transforms.tfidf_parts:TermCounts": "texts:counted",
    "runner_builtin.transforms.tfidf_parts:WeightedTerms": "texts:chosen_and_weighed",
    "runner_builtin.transforms.hashing_text:Hashing": "texts:hashed",
    "sklearn.feature_extraction.text:CountVectorizer": "texts:counted",
    "sklearn.feature_extraction.text:HashingVectorizer": "texts:hashed",
    "sklearn.feature_extraction.text:TfidfTransformer": "texts:weighed",
    "sklearn.feature_extraction.text:TfidfVectorizer": "texts:tfidf",
}

CONVERTERS: dict[str, str] = {known: f"{_HERE}{converter}" for known, converter in {**_TEXTS}.items()}
