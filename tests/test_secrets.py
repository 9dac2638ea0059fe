"""What is named in a declaration is known only where it is needed, and never written down."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from runner.errors import ConfigError
from runner.secrets import Secrets, holds_plain_secret, masked

VALUE = "s3cr&t/=+Ünicode"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    monkeypatch.setenv("ACME_SECRET", VALUE)
    return Secrets()


def test_a_reference_is_replaced_wherever_it_stands(secrets: Secrets, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{VALUE}\n", encoding="utf-8")
    text = f"u:${{secret:env:ACME_SECRET}}@h?k=${{secret:file:{tmp_path / 'password'}}}"
    assert secrets.reveal(text) == f"u:{VALUE}@h?k={VALUE}"
    assert secrets.reveal("nothing to hide") == "nothing to hide"


@pytest.mark.fault("F46")
def test_what_was_revealed_is_masked_in_every_form_by_the_whole_process(secrets: Secrets) -> None:
    secrets.reveal("${secret:env:ACME_SECRET}")
    for form in (VALUE, quote(VALUE), quote(VALUE, safe=""), json.dumps(VALUE), repr(VALUE)):
        assert VALUE not in masked(f"before {form} after")
        assert form.strip("\"'") not in masked(f"before {form} after")


@pytest.mark.fault("F46")
@pytest.mark.parametrize("before", ["", "u:", "us:", "usr:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz"])
def test_base64_is_masked_whatever_stands_beside_the_secret(secrets: Secrets, before: str, after: str) -> None:
    secrets.reveal("${secret:env:ACME_SECRET}")
    encoded = base64.b64encode(f"{before}{VALUE}{after}".encode()).decode()
    left = masked(encoded).replace("[REDACTED]", "")
    assert len(left) <= 8 + len(before) + len(after)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("${secret:env:ACME_MISSING}", "the environment has no variable 'ACME_MISSING'"),
        ("${secret:env:ACME_EMPTY}", "is empty"),
        ("${secret:file:/nowhere/at/all}", "the file cannot be read: No such file"),
    ],
)
def test_a_secret_that_is_not_there_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, reference: str, message: str
) -> None:
    monkeypatch.setenv("ACME_EMPTY", "")
    with pytest.raises(ConfigError, match=message):
        Secrets().reveal(reference)


@pytest.mark.parametrize(
    ("key", "value", "is_plain"),
    [
        ("password", "hunter2", True),
        ("password", "${secret:env:DB}", False),
        ("password", "", False),
        ("Authorization", "Bearer ${secret:env:TOKEN}", False),
        ("Authorization", "Bearer abc", True),
        ("token_pattern", r"\w+", False),
        ("url", "postgresql://ann:hunter2@db/sales", True),
        ("url", "postgresql://ann:${secret:env:DB}@db/sales", False),
        ("url", "postgresql://${secret:env:USER}:${secret:env:DB}@db/sales", False),
        ("url", "postgresql://ann@db/sales", False),
        ("url", "https://host:8443/a@b", False),
    ],
)
def test_a_secret_that_is_written_out_is_known_by_its_key_or_its_place_in_a_url(
    key: str, value: str, is_plain: bool
) -> None:
    assert holds_plain_secret(key, value) is is_plain
