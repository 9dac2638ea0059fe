from __future__ import annotations

import pytest

from runner.record.redaction import holds_secret, redact_command, redact_text


@pytest.mark.parametrize(
    ("word", "redacted"),
    [
        ("source.password=hunter2", "source.password=[REDACTED]"),
        ("+db.API_KEY=abc=def", "+db.API_KEY=[REDACTED]"),
        ("++tracker.authToken='a b'", "++tracker.authToken=[REDACTED]"),
        ("source.dbpasswd=x", "source.dbpasswd=[REDACTED]"),
        ("--token=abc", "--token=[REDACTED]"),
        ("source={user: bob, password: hunter2}", "source={user: bob, password: [REDACTED]}"),
        ("source={password: 'a b, c', rows: 3}", "source={password: [REDACTED], rows: 3}"),
        ("source.url=https://bob:hunter2@host/x", "source.url=https://[REDACTED]@host/x"),
        ("source.url=https://host/x?token=abc&rows=3", "source.url=https://host/x?token=[REDACTED]&rows=3"),
        ("source={password: ${secret:env:DB}, token: abc}", "source={password: ${secret:env:DB}, token: [REDACTED]}"),
        ("note=ghp_" + "a" * 36, "note=[REDACTED]"),
    ],
)
def test_values_of_keys_that_sound_like_secrets_are_replaced(word: str, redacted: str) -> None:
    assert redact_command(["runner", word]) == ["runner", redacted]


@pytest.mark.parametrize(
    "word",
    [
        "model.l2=1e-5",
        "transforms.tfidf.token_pattern=\\w+",
        "transforms.tfidf.tokenizer=null",
        "transforms.columns.remainder=passthrough",
        "source.password=${secret:env:DB_PASSWORD}",
        "source.password=",
        "cleaners=[drop_duplicates,drop_missing]",
        "source.path=/data/a:b=c",
    ],
)
def test_what_is_no_secret_stays_readable(word: str) -> None:
    assert redact_command(["runner", word]) == ["runner", word]


def test_the_word_after_a_secret_flag_is_replaced_but_not_the_next_flag() -> None:
    words = ["runner", "--token", "abc", "x=1", "--auth", "--debug"]
    assert redact_command(words) == ["runner", "--token", "[REDACTED]", "x=1", "--auth", "--debug"]


def test_text_keeps_everything_else() -> None:
    assert redact_text('{"secret": "abc", "n": 3}') == '{"secret": [REDACTED], "n": 3}'


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "aws = AKIAABCDEFGHIJKLMNOP",
        'DB_PASSWORD = "hunter2!"',
        "url = postgres://bob:hunter2@host/db",
    ],
)
def test_source_text_with_a_secret_is_recognised(text: str) -> None:
    assert holds_secret(f"some code\n+{text}\n")


@pytest.mark.parametrize("text", ["key = lambda row: row.id", "token = next(tokens)", "password = read(path)"])
def test_ordinary_code_is_no_secret(text: str) -> None:
    assert not holds_secret(text)
