"""A clock that tests turn, forward and back."""

from datetime import UTC, datetime, timedelta


class TestClock:
    """Stands still until it is turned."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)
