"""Streams of numbers by name, integer apportionment and organisation codes: what the demo data is made with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.demo.apportion import apportion
from subgraphs.demo.draw import Draw
from subgraphs.demo.uscc import is_uscc, make_uscc


def test_a_stream_depends_on_nothing_but_its_name() -> None:
    """These numbers are the same on every machine: they are what `printf tea#0 | sha256sum` gives, eight bytes at a time from the end."""
    draw = Draw("tea")
    assert [draw.below(1000) for _ in range(6)] == [42, 506, 320, 241, 369, 728]


@given(st.lists(st.integers(1, 1000), min_size=1), st.integers(0, 2**62))
def test_drawing_some_never_draws_one_twice(weights: list[int], seed: int) -> None:
    """Some of the choices are that many different ones; a weighted pick is one of them."""
    choices = list(range(len(weights)))
    assert sorted(Draw(str(seed)).pick_some(choices, len(choices) + 1)) == choices
    assert Draw(str(seed)).pick_weighted(choices, weights) in choices


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_parts_add_up_to_the_whole_and_are_fair(total: int, weights: list[int]) -> None:
    """Every part is its exact share, rounded up or down, and no fen is lost."""
    parts = apportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_nothing_cannot_be_split_by_nothing(weights: list[int]) -> None:
    """Weights must say how to split."""
    with pytest.raises(ValueError, match="Weights must be non-negative"):
        apportion(1, weights)


def test_a_published_code_is_right_and_every_slip_of_one_character_is_caught() -> None:
    """The standard's check finds each wrong character and each swap of neighbours in this code."""
    code = "91350100M000100Y43"
    assert is_uscc(code)
    for at in range(18):
        assert not is_uscc(code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :])
    assert not is_uscc("91350100M000100Y4")
    assert not is_uscc("91350100M000100Y4O")


@given(st.integers(0, 31**6 - 1))
def test_made_codes_are_right(number: int) -> None:
    """Whatever its number, a synthetic organisation has right check characters and a prefix that is nobody's."""
    code = make_uscc("91", "330106", number)
    assert is_uscc(code)
    assert code.startswith("91330106DM")
