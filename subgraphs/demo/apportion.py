"""Split a whole into integer parts by weights, so that the parts add up exactly and no part is "the rest"."""

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of the total, one per weight, by the method of largest remainders; equal remainders go to the earlier part.

    Raises ``ValueError`` where the weights are not positive: there is nothing to split by.
    """
    whole = sum(weights)
    if not weights or min(weights) < 0 or whole <= 0:
        raise ValueError(f"Weights must be non-negative and add up to more than nothing, not {list(weights)}.")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts
