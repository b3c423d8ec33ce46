"""The gateway answers as one undivided server would: made-up worlds, made-up splits, made-up operations."""

import pytest

from tests.oracle.running import check_seeds, make_setting

WORLDS = 100
CHUNK = 10
OPERATIONS = 25


@pytest.mark.parametrize("first", range(0, WORLDS, CHUNK))
def test_the_gateway_answers_like_one_server(first: int) -> None:
    """Data is equal, and so is where errors made it null; every request is valid where it is sent; clients see the same schema."""
    tally = check_seeds(range(first, first + CHUNK), OPERATIONS)
    told = [f"seed {seed}: {failure.kind}: {failure.text}\n{failure.case.print()}" for seed, failure in tally.failures]
    assert told == []
    assert tally.operations >= OPERATIONS * CHUNK * 0.8


def test_nearly_every_split_composes() -> None:
    """At most one in twenty is rejected; more would mean that the composer, or the splitter, refuses good splits."""
    rejected = [seed for seed in range(WORLDS, WORLDS + 100) if make_setting(seed)[0].supergraph is None]
    assert len(rejected) <= 5
