"""A cursor in a list that several members share: for each of them, its own cursors of what stands before and after that place."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import compress, decompress
from zlib import error as BadDeflate  # noqa: N812 - zlib names its only exception so

import msgspec

from gateway.errors import TongfenError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.members import PartitionName

_MARK: Final = "~1"
"""How these cursors begin: no base64 does."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in one member's own list.

    ``last`` is its cursor of the last item that is not behind the place, None where there is none: what follows it comes after the
    place. ``next`` is that of the first item that is not before the place, None where there is none. Where ``is_known`` is false, the
    member did not answer, and nothing is before.
    """

    last: str | None = None
    next: str | None = None
    is_known: bool = True


Spots = Mapping[PartitionName, Spot]
NOWHERE: Final[Spots] = {}


class CursorError(TongfenError):
    """A text that is no cursor of a gathered list."""

    code = codes.PARTITION_CURSOR_INVALID


def print_cursor(spots: Spots) -> str:
    """The cursor as clients see it: opaque, and short where members' cursors are alike."""
    entries = [[name, *_write_spot(spot)] for name, spot in spots.items()]
    return _MARK + urlsafe_b64encode(compress(msgspec.json.encode(entries), 9)).decode().rstrip("=")


def parse_cursor(text: str | None) -> Spots:
    """Read what :func:`print_cursor` wrote; no cursor is no place. Raises ``CursorError``."""
    if text is None:
        return NOWHERE
    if not isinstance(text, str) or not text.startswith(_MARK):
        raise CursorError(f"{text!r} is no cursor of this list; give one that a page of it named.")
    body = text.removeprefix(_MARK)
    try:
        entries = msgspec.json.decode(
            decompress(urlsafe_b64decode(body + "=" * (-len(body) % 4))), type=list[list[str | int | None]]
        )
        return {str(name): _read_spot(rest) for name, *rest in entries}
    except (ValueError, BadBase64, BadDeflate, msgspec.MsgspecError) as error:
        raise CursorError(f"{text!r} is no cursor of this list; give one that a page of it named.") from error


def _write_spot(spot: Spot) -> Sequence[str | int | None]:
    last, next_ = (None if each is None else shorten(each) for each in (spot.last, spot.next))
    if not spot.is_known:
        return (last, 0)
    return (last,) if last == next_ else (last, next_)


def _read_spot(entry: Sequence[str | int | None]) -> Spot:
    last, next_ = entry if len(entry) > 1 else (*entry, *entry)
    if isinstance(next_, int):
        return Spot(_lengthen(last), None, is_known=False)
    return Spot(_lengthen(last), _lengthen(next_))


def shorten(cursor: str) -> str:
    """A cursor without its base64, if it is text in that: it can be compressed far better then."""
    try:
        plain = urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, BadBase64):
        return f"-{cursor}"
    return f"={plain}" if urlsafe_b64encode(plain.encode()).decode() == cursor else f"-{cursor}"


def _lengthen(text: str | int | None) -> str | None:
    if text is None:
        return None
    mark, rest = str(text)[:1], str(text)[1:]
    return urlsafe_b64encode(rest.encode()).decode() if mark == "=" else rest
