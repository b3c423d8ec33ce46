"""Which tags were invalidated, and when: an entry counts only if its fetch began after the last invalidation of each of its tags.

Nothing is searched for and deleted. A fetch that was under way when something was invalidated, here or on another replica, can
therefore never bring back what it read before: its entry knows the last invalidation that it had seen.
"""

from collections.abc import Iterable
from typing import Final

from gateway.resolvers.cache.entry import Entry

KEPT_MARKS: Final = 50_000


class Ledger:
    """Numbered invalidations. ``latest`` is the last number; entries that had not seen ``floor`` are invalid whatever their tags.

    While ``changes`` is the same, what counted counts.
    """

    def __init__(self, *, kept: int = KEPT_MARKS) -> None:
        self.latest = 0
        self.floor = 0
        self.changes = 0
        self._kept = kept
        self._marks: dict[str, int] = {}
        self._suspects: set[str] = set()

    def __len__(self) -> int:
        """How many tags are marked."""
        return len(self._marks)

    def mark(self, number: int, tags: Iterable[str]) -> None:
        """Note an invalidation. Numbers may come in any order."""
        self.changes += 1
        for tag in tags:
            newest = max(number, self._marks.pop(tag, 0))
            self._marks[tag] = newest
        self.latest = max(self.latest, number)
        if len(self._marks) > self._kept:
            self._forget_oldest()

    def raise_floor(self, number: int) -> None:
        """Whatever had not seen this number is invalid."""
        if number > self.floor:
            self.changes += 1
            self.floor = number
            self.latest = max(self.latest, number)
            self._marks = {tag: mark for tag, mark in self._marks.items() if mark > number}

    def suspect(self, tags: Iterable[str]) -> None:
        """Entries with these tags do not count: their invalidation has no number yet."""
        self.changes += 1
        self._suspects.update(tags)

    def trust_all_but(self, tags: Iterable[str]) -> None:
        """Only these tags are suspected from now on."""
        self._suspects = set(tags)

    def holds(self, entry: Entry) -> bool:
        """Whether an entry counts."""
        if self._suspects and not self._suspects.isdisjoint(entry.tags):
            return False
        if entry.seen >= self.latest:
            return True
        if entry.seen < self.floor:
            return False
        marks = self._marks
        return all(marks.get(tag, 0) <= entry.seen for tag in entry.tags)

    def _forget_oldest(self) -> None:
        """Forget half of the marks; what they would have called back is called back now."""
        numbers = sorted(self._marks.values())
        self.raise_floor(numbers[len(numbers) // 2])
