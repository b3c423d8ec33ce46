"""Holding the garbage collector."""

import gc

import pytest

from gateway.collection import held_collection


def fail_inside() -> None:
    with held_collection():
        raise ValueError("free" if gc.isenabled() else "held")


def test_the_collector_is_held_inside_and_goes_on_afterwards() -> None:
    """Also when what is inside fails."""
    with pytest.raises(ValueError, match="held"):
        fail_inside()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """Somebody else's choice is left alone."""
    gc.disable()
    try:
        with held_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
