"""Numbers that look drawn by lot and depend on nothing but a name: SHA-256 of "name#counter".

Every row draws from a stream of its own (``Draw("achievement:330300-A-000123")``), so it can be made alone, in any order, and
is the same on every machine and every version of Python. Neither ``random`` nor the clock is asked.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of numbers. Two streams of one name give the same numbers in the same order."""

    __slots__ = ("_block", "_name", "_numbers")

    def __init__(self, name: str) -> None:
        self._name = name
        self._block = 0
        self._numbers: list[int] = []

    def below(self, limit: int) -> int:
        """A number from 0 up to, not including, the limit."""
        if not self._numbers:
            digest = sha256(f"{self._name}#{self._block}".encode()).digest()
            self._numbers = [int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8)]
            self._block += 1
        return self._numbers.pop() % limit

    def between(self, least: int, most: int) -> int:
        """A number from the least to the most, both included."""
        return least + self.below(most - least + 1)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely as the others."""
        return choices[self.below(len(choices))]

    def pick_weighted(self, choices: Sequence[T], weights: Sequence[int]) -> T:
        """One of the choices, as likely as its weight."""
        totals = list(accumulate(weights))
        point = self.below(totals[-1])
        return next(choice for choice, total in zip(choices, totals, strict=True) if point < total)

    def pick_some(self, choices: Sequence[T], count: int) -> list[T]:
        """So many different choices (all of them where there are fewer), in the order drawn."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]


def rank(name: str) -> bytes:
    """A sort key that shuffles: sorting things by the rank of their names orders them as if by lot."""
    return sha256(name.encode()).digest()
