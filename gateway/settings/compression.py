"""Settings of compressed responses."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.settings.section import Count, Section


class Compression(Section):
    """Whether and how responses are compressed for clients that ask for it."""

    enabled: bool = True
    codings: tuple[Literal["zstd", "br", "gzip"], ...] = ("zstd", "br", "gzip")
    """Those that are offered; of those that a client likes equally the first is taken."""
    min_bytes: Count = 1_024
    zstd_level: Annotated[int, Field(ge=1, le=19)] = 3
    br_level: Annotated[int, Field(ge=0, le=11)] = 4
    gzip_level: Annotated[int, Field(ge=1, le=9)] = 5
