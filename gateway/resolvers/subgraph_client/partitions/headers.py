"""What several members' headers say of one answer: how long it may be kept, and what it varies by."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.resolvers.cache.cache_control import age_of, read_policy, write_cache_control
from gateway.resolvers.cache.policy import strictest

NO_STORE: Final = "no-store"


def merge_headers(headers: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The headers of the whole: the strictest word counts, where all members say something. Where only some do, nothing is kept."""
    saying = [each for each in headers if "cache-control" in each]
    merged = {}
    if saying:
        policy = strictest([read_policy(each) for each in saying])
        oldest = max(map(age_of, saying))
        is_said_by_all = len(saying) == len(headers)
        merged["cache-control"] = write_cache_control(policy, oldest) if is_said_by_all else NO_STORE
        if oldest:
            merged["age"] = str(int(oldest))
    vary = sorted(
        {name.strip().lower() for each in headers for name in each.get("vary", "").split(",") if name.strip()}
    )
    return {**merged, "vary": ", ".join(vary)} if vary else merged
