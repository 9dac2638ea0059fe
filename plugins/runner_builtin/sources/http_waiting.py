"""When to ask a server again, how long to wait before, and when to stop asking."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from runner.errors import DataError

Result = TypeVar("Result")

#: The global generator belongs to the experiment.
_CHANCE = random.SystemRandom()
#: No server is waited for longer than this, in seconds, whatever it asks for.
LONGEST_ASKED = 120.0
#: No wait of our own is longer than this, in seconds.
_LONGEST = 30.0
#: Statuses that say "not now": a later try may be answered.
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class TryAgain(Exception):
    """One try failed in a way that the next may not. after: the seconds that the server asks to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class Patience:
    """How often and how long one source is asked, all of its requests, waits and pages together.

    subject: how messages call what is fetched. tries: per request. first_wait: seconds before the second try, doubled
    for each further one up to 30. total: seconds for everything. per_second: the most requests in a second.
    clock, sleep, draw: monotonic seconds, waiting, chance from 0 to 1.
    """

    def __init__(
        self,
        subject: str,
        *,
        tries: int,
        first_wait: float,
        total: float,
        per_second: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = _CHANCE.random,
    ) -> None:
        self._subject, self._tries, self._first_wait, self._total = subject, tries, first_wait, total
        self._clock, self._sleep, self._draw = clock, sleep, draw
        self._began = self._free = clock()
        self._pause = 0.0 if per_second is None else 1.0 / per_second

    def within(self, seconds: float) -> float:
        """Shorten a time limit to what is left of all the time. Raises DataError where nothing is left."""
        left = self._began + self._total - self._clock()
        if left <= 0:
            raise DataError(
                f"{self._subject}: not finished within {self._total:g} s. If so long is right, set total higher."
            )
        return min(seconds, left)

    def pace(self) -> None:
        """Wait until one more request is due."""
        early = self._free - self._clock()
        if early > 0:
            self._sleep(self.within(early))
        self._free = max(self._free, self._clock()) + self._pause

    def through(self, attempt: Callable[[], Result]) -> Result:
        """Return what an attempt gives, tried again after each TryAgain. Raises DataError after the last one."""
        began = self._clock()
        for number in range(1, self._tries + 1):
            try:
                return attempt()
            except TryAgain as failed:
                last = failed
            if number < self._tries:
                self._wait(number, last)
        raise DataError(
            f"{self._subject}: gave up after {self._tries} {'try' if self._tries == 1 else 'tries'} ({last.reason}), "
            f"{self._clock() - began:.0f} s."
        )

    def _wait(self, number: int, failed: TryAgain) -> None:
        if failed.after is not None and failed.after > LONGEST_ASKED:
            raise DataError(
                f"{self._subject}: the server asks to come back in {failed.after:,.0f} s ({failed.reason}); more "
                f"than {LONGEST_ASKED:g} s are not waited for. Run again later, or ask less often (per_second)."
            )
        # half of the wait is left to chance, so that many clients do not come back at once
        # (exponential back-off with equal jitter: Brooker, 2015)
        own = min(_LONGEST, self._first_wait * 2.0 ** (number - 1)) * (1 + self._draw()) / 2
        wait = own if failed.after is None else failed.after
        if self.within(wait) < wait:
            raise DataError(
                f"{self._subject}: {failed.reason}; the next try, in {wait:.0f} s, would be past the "
                f"{self._total:g} s that all may take (total)."
            )
        self._sleep(wait)


def asked_wait(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds that a header Retry-After asks for; None where there is none, or none that can be read.

    >>> asked_wait("2", datetime.now(UTC)), asked_wait("soon", datetime.now(UTC))
    (2.0, None)
    """
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,12}", retry_after.strip()):
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return seconds if seconds > 0 else None
