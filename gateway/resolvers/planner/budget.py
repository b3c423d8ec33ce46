"""A budget: how much work one operation may make before planning gives up."""

from gateway.errors import PlanningError


class Budget:
    """Counts down, and raises PlanningError at the end. Counting work, not time, keeps plans and refusals the same on every machine."""

    __slots__ = ("_left",)

    def __init__(self, amount: int) -> None:
        self._left = amount

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise PlanningError("Planning this operation takes too long; ask for less, or in several requests.")
