"""Settings of partitioned subgraphs: their members, and how many of them are asked at once."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.settings.section import Count, FilePath, Seconds, Section, Url


def read_partition(name: object) -> object:
    """YAML reads ``3301`` as a number; it is a name."""
    return str(name) if isinstance(name, int) and not isinstance(name, bool) else name


Partition = Annotated[str, BeforeValidator(read_partition), Field(min_length=1)]


class MemberSource(Section):
    """One member of a partitioned subgraph."""

    urls: Annotated[tuple[Url, ...], Field(min_length=1)]
    """Where its servers are: one, or several with the same data."""
    sdl: FilePath | None = None
    """Its own schema, where it lacks something of its subgraph's."""


class FanOut(Section):
    """How many members are asked at once, and when they are asked again."""

    in_flight: Count = 256
    """How many requests to members may be under way in each worker."""
    hedge_after: Seconds | None = None
    """After which time a second server of a member is asked as well; null never."""
    resubscribe: Seconds = 5.0
    """After which time a member is subscribed to again whose events broke off."""
