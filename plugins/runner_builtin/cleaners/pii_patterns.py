"""Personal data in texts: what it looks like, and by which check digits it is told from other numbers.

A pattern only proposes; e-mail addresses and phone numbers are believed by their form, cards by Luhn's check (ISO/IEC
7812), IBANs by the length of their country and the remainder modulo 97 (ISO 13616), IP addresses by the standard
library. All patterns are bounded, so that a long text costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address


@dataclass(frozen=True)
class Kind:
    """One kind of personal data. name: how a mask calls it; told: how a note counts it.

    pattern: what may be one; holds: whether it is one; plain: the same value in every spelling.
    """

    name: str
    told: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    plain: Callable[[str], str]


def luhn(digits: str) -> bool:
    """Say whether the last digit of a card number is right.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits), start=1)]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def mod_97(iban: str) -> bool:
    """Say whether the check digits of an IBAN without spaces, in capitals, are right.

    >>> mod_97("GB82WEST12345698765432"), mod_97("GB83WEST12345698765432")
    (True, False)
    """
    return int("".join(str(int(symbol, 36)) for symbol in iban[4:] + iban[:4])) % 97 == 1


def found(text: str, kinds: Mapping[str, Kind]) -> list[tuple[int, int, Kind]]:
    """Return (start, end, kind) of what a text holds, in its order; what could be two kinds is the first."""
    held: list[tuple[int, int, Kind]] = []
    taken = bytearray(len(text))
    for kind in kinds.values():
        for match in kind.pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]) and kind.holds(match[0]):
                held.append((start, end, kind))
                taken[start:end] = b"\x01" * (end - start)
    return sorted(held, key=lambda one: one[0])


def _digits(text: str) -> str:
    return "".join(symbol for symbol in text if symbol.isdigit())


def _is_card(text: str) -> bool:
    digits = _digits(text)
    return digits[0] in "23456" and luhn(digits)


def _joined(text: str) -> str:
    return text.replace(" ", "").upper()


def _is_iban(text: str) -> bool:
    return mod_97(_joined(text))


def _is_address(text: str) -> bool:
    try:
        IPv6Address(text) if ":" in text else IPv4Address(text)
    except AddressValueError:
        return False
    return any(symbol.isalnum() for symbol in text)


_DATE = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?!\d)")


def _is_phone(text: str) -> bool:
    digits = _digits(text)
    if text.startswith(("+", "00")):
        digits = digits.removeprefix("00")
        return 8 <= len(digits) <= 15 and digits[0] != "0"  # no country has a code that begins with 0
    if _DATE.match(text):
        return False
    grouped = re.fullmatch(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}", text) is not None
    return grouped or (digits[0] == "0" and 9 <= len(digits) <= 12)


#: How many letters and digits follow the country and its check digits -> countries (SWIFT's registry of IBANs).
_IBAN_COUNTRIES = {
    11: "NO",
    12: "BE",
    14: "DK|FI|FK|FO|GL|NL|SD",
    15: "MK|SI",
    16: "AT|BA|EE|KZ|LT|LU|MN|XK",
    17: "CH|HR|LI|LV",
    18: "BG|BH|CR|DE|GB|GE|IE|ME|RS|VA",
    19: "AE|GI|IL|IQ|OM|SO|TL",
    20: "AD|CZ|ES|MD|PK|RO|SA|SE|SK|TN|VG",
    21: "LY|PT|ST",
    22: "IS|TR",
    23: "BI|DJ|FR|GR|IT|MC|MR|SM",
    24: "AL|AZ|BY|CY|DO|GT|HN|HU|LB|NI|PL|SV",
    25: "BR|EG|PS|QA|UA",
    26: "JO|KW|MU|YE",
    27: "MT|SC",
    28: "LC",
    29: "RU",
}
_IBAN = "|".join(rf"(?:{countries})\d\d(?: ?[A-Z0-9]){{{length}}}" for length, countries in _IBAN_COUNTRIES.items())

EMAIL = r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_CARD = r"(?<!\d)(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?!\d)"
_IPV4 = r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)"
_IPV6 = r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{1,4})?(?![\w:])"
_PHONE = r"(?<![\w+])(?:\+ ?)?\(?\d(?:[ ./-]?\(?\d\)?){6,16}(?!\w)"

#: By name, those with check digits before those that are believed by their form.
KINDS: Mapping[str, Kind] = {
    "email": Kind("EMAIL", "e-mail addresses", re.compile(EMAIL), lambda text: True, str.casefold),
    "iban": Kind("IBAN", "IBANs", re.compile(rf"(?<!\w)(?:{_IBAN})(?!\w)", re.IGNORECASE), _is_iban, _joined),
    "card": Kind("CARD", "card numbers", re.compile(_CARD), _is_card, _digits),
    "ip": Kind("IP", "IP addresses", re.compile(f"{_IPV4}|{_IPV6}"), _is_address, str.casefold),
    "phone": Kind("PHONE", "phone numbers", re.compile(_PHONE), _is_phone, _digits),
}
