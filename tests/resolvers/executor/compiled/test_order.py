"""The order in which fetches run: one after the other only where two can never be under way at once."""

import pytest

from gateway.resolvers.executor.compiled.order import chain_of, dependants_of
from gateway.resolvers.query_plan import Fetch
from gateway.types import OperationKind


def fetches(*depends_on: tuple[int, ...]) -> list[Fetch]:
    return [
        Fetch(number, "shop", OperationKind.QUERY, "", None, (), (), needed) for number, needed in enumerate(depends_on)
    ]


@pytest.mark.parametrize(
    ("depends_on", "chain"),
    [
        ([()], [0]),
        ([(), (0,), (1,)], [0, 1, 2]),
        ([(), (0,), (0, 1)], [0, 1, 2]),
        ([(1,), ()], [1, 0]),
        ([(), ()], []),
        ([(), (0,), (0,)], []),
        ([(), (), (0, 1)], []),
        ([], []),
    ],
)
def test_a_chain_is_what_never_goes_side_by_side(depends_on: list[tuple[int, ...]], chain: list[int]) -> None:
    """Whoever waits for one waits, through others, for all before."""
    assert list(chain_of(fetches(*depends_on))) == chain


def test_dependants_are_those_that_wait() -> None:
    """Directly."""
    assert dict(dependants_of(fetches((), (0,), (0, 1)))) == {0: (1, 2), 1: (2,), 2: ()}
