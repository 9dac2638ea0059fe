import time

import pytest

from runner_builtin.cleaners.pii_patterns import KINDS, found, luhn, mod_97


def held(text):
    return [(text[start:end], kind.name) for start, end, kind in found(text, KINDS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to bob.smith+x@acme.co.uk.", [("bob.smith+x@acme.co.uk", "EMAIL")]),
        ("jürgen@exämple.de", [("jürgen@exämple.de", "EMAIL")]),
        ("not@one, @two, three@", []),
        ("pay 4111 1111 1111 1111 or 4111-1111-1111-1112", [("4111 1111 1111 1111", "CARD")]),
        ("1 5500005555555559", [("5500005555555559", "CARD")]),
        ("amex 3782 822463 10005", [("3782 822463 10005", "CARD")]),
        ("0000000000000000 +0123456789", []),
        ("to GB82 WEST 1234 5698 7654 32 NOW", [("GB82 WEST 1234 5698 7654 32", "IBAN")]),
        ("de89370400440532013000", [("de89370400440532013000", "IBAN")]),
        ("DE88370400440532013000", []),
        ("from 10.0.0.1. to 999.1.1.1 in v1.2.3.4.5", [("10.0.0.1", "IP")]),
        ("fe80::1 and 2001:db8::ff00:42:8329", [("fe80::1", "IP"), ("2001:db8::ff00:42:8329", "IP")]),
        ("at 12:30:45 std::vector a :: b", []),
        ("call 08712460324", [("08712460324", "PHONE")]),
        ("+44 (0)20 7946 0958", [("+44 (0)20 7946 0958", "PHONE")]),
        ("0049 30 1234567", [("0049 30 1234567", "PHONE")]),
        ("(555) 123-4567 or 555.123.4567", [("(555) 123-4567", "PHONE"), ("555.123.4567", "PHONE")]),
        ("on 2024-01-31, 01.02.2024 12:00, order 1234567890", []),
        ("bob@a.org, 4111111111111111", [("bob@a.org", "EMAIL"), ("4111111111111111", "CARD")]),
    ],
)
def test_personal_data_are_found(text, expected):
    assert held(text) == expected


@pytest.mark.parametrize(
    "number",
    ["378282246310005", "371449635398431", "5555555555554444", "6011111111111117", "4222222222222", "30569309025904"],
)
def test_the_check_digit_of_cards(number):
    assert luhn(number)
    for place, digit in enumerate(number):
        assert not luhn(number[:place] + str((int(digit) + 1) % 10) + number[place + 1 :])


@pytest.mark.parametrize(
    "iban",
    [
        "BE68539007547034", "NL91ABNA0417164300", "CH9300762011623852957", "FR1420041010050500013M02606",
        "ES9121000418450200051332", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
        "LC55HEMM000100010012001200023015",
    ],
)  # fmt: skip
def test_the_ibans_of_the_registry_are_found(iban):
    assert mod_97(iban)
    assert held(f"account {iban}.") == [(iban, "IBAN")]
    assert held(f"account {iban}0.") == []


def test_one_value_has_one_plain_form():
    assert KINDS["card"].plain("4111 1111-1111 1111") == "4111111111111111"
    assert KINDS["iban"].plain("gb82 WEST 1234") == "GB82WEST1234"
    assert KINDS["email"].plain("Bob@A.org") == "bob@a.org"


@pytest.mark.parametrize(
    "piece", ["a", "a@", "1 ", "1", "1-", ":", "a:", "(1", "DE89 A ", "1.1.", "+", "b@c.d ", "00 "]
)
def test_long_texts_cost_no_more_than_their_length(piece):
    began = time.perf_counter()
    found(piece * (100_000 // len(piece)), KINDS)
    assert time.perf_counter() - began < 3
