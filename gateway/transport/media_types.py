"""Which media type to answer with, and which one has come."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

JSON: Final = "application/json"
GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
HTML: Final = "text/html"

QUALITY: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
UTF_8: Final = ("utf-8", "utf8")


@lru_cache(maxsize=256)
def choose_media_type(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that an Accept header likes best (RFC 9110, section 12.5.1), or None if it takes none of them.

    Of equally liked ones the one it names more exactly wins, then the one it names first, then the one offered first.
    """
    ranges = tuple(read_ranges(accept))
    ranked = [(*liking(media_type, ranges), -index, media_type) for index, media_type in enumerate(offered)]
    quality, *_, best = max(ranked)
    return str(best) if quality > 0 else None


def read_ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges of an Accept header in their order, each with its quality. What is malformed is left out."""
    for item in accept.split(","):
        media_range, *parameters = (part.strip().lower() for part in item.split(";"))
        weights = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
        weight = weights[0] if weights else "1"
        if media_range.count("/") == 1 and QUALITY.fullmatch(weight):
            yield media_range, float(weight)


def liking(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int, int]:
    """How much the ranges like a media type: quality, exactness of the range, and how early it stands."""
    for exactness, media_range in ((2, media_type), (1, media_type.partition("/")[0] + "/*"), (0, "*/*")):
        for position, (candidate, quality) in enumerate(ranges):
            if candidate == media_range:
                return quality, exactness, -position
    return 0.0, 0, 0


@lru_cache(maxsize=256)
def essence(content_type: str) -> str:
    """``application/json`` of ``Application/JSON; charset=utf-8``."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def is_utf_8(content_type: str) -> bool:
    """Whether a Content-Type names no other encoding than UTF-8, which is what JSON is in (RFC 8259, section 8.1)."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in UTF_8
    return True
