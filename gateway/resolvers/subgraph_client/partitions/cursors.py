"""A cursor in a list that several members share: for each of them, its own cursors of what stands before and after that place."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from os.path import commonprefix
from typing import Final
from zlib import DEFLATED, compressobj, decompressobj
from zlib import error as BadDeflate  # noqa: N812 - zlib names its only exception so

from gateway.errors import TongfenError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.members import PartitionName

_MARK: Final = "~1"
"""How these cursors begin: no base64 does."""

OWN, NONE, UNKNOWN, SAME, CELL, PART = "\x00", "\x01", "\x02", "\x03", "\x1f", "\x1e"
"""A partition's own name; no place; a member that did not answer; the same place as before; what parts cells and columns."""

NAMED: Final = "\x04"
"""Names follow, and no numbers."""

MOST_DIGITS: Final = 18
SPECIAL: Final = frozenset((NONE, UNKNOWN, SAME))
RAW_WINDOW: Final = -15
MOST_CHARACTERS: Final = 200_000
"""A cursor that is longer when it is unpacked was not made here."""


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
    """The cursor as clients see it: opaque, and short where members' cursors are alike. What all of them have in common stands there once."""
    lasts = [_cell(spot.last, name) for name, spot in spots.items()]
    nexts = [
        (SAME if spot.next == spot.last else _cell(spot.next, name)) if spot.is_known else UNKNOWN
        for name, spot in spots.items()
    ]
    texts = [cell for cell in (*lasts, *nexts) if cell not in SPECIAL]
    head = commonprefix(texts)  # noqa: RUF071  # of texts, as is wanted
    tail = commonprefix([text[len(head) :][::-1] for text in texts])[::-1]  # noqa: RUF071  # of texts
    rows = [CELL.join(_cut(cell, head, tail) for cell in column) for column in (lasts, nexts)]
    body = PART.join((head, tail, CELL.join(_write_names(list(spots))), *rows))
    deflating = compressobj(9, DEFLATED, RAW_WINDOW)
    return _MARK + urlsafe_b64encode(deflating.compress(body.encode()) + deflating.flush()).decode().rstrip("=")


def parse_cursor(text: str | None) -> Spots:
    """Read what :func:`print_cursor` wrote; no cursor is no place. Raises ``CursorError``."""
    if text is None:
        return NOWHERE
    try:
        return dict(_read(text))
    except (ValueError, TypeError, AttributeError, BadBase64, BadDeflate) as error:
        raise CursorError(f"{text!r} is no cursor of this list; give one that a page of it named.") from error


def _read(text: str) -> Iterator[tuple[PartitionName, Spot]]:
    if not text.startswith(_MARK):
        raise ValueError(text)
    packed = urlsafe_b64decode(text.removeprefix(_MARK) + "=" * (-len(text.removeprefix(_MARK)) % 4))
    body = decompressobj(RAW_WINDOW).decompress(packed, MOST_CHARACTERS).decode()
    head, tail, *columns = body.split(PART)
    written, lasts, nexts = (column.split(CELL) for column in columns)
    names = _read_names(written)
    for name, last, next_ in zip(names, lasts, nexts, strict=True):
        before = _whole(last, name, head, tail)
        after = before if next_ == SAME else _whole(next_, name, head, tail)
        yield name, Spot(before, after, is_known=next_ != UNKNOWN)


def _write_names(names: Sequence[PartitionName]) -> list[str]:
    """The names; numbers of one length as what each adds to the one before it, which is mostly the same."""
    width = len(names[0]) if names else 0
    if not all(name.isascii() and name.isdecimal() and len(name) == width <= MOST_DIGITS for name in names):
        return [NAMED, *names]
    numbers = [int(name) for name in names]
    return [str(width), *(str(number - before) for before, number in pairwise((0, *numbers)))]


def _read_names(written: Sequence[str]) -> list[PartitionName]:
    kind, *rest = written
    return rest if kind == NAMED else [f"{number:0{int(kind)}}" for number in accumulate(map(int, rest))]


def _cell(cursor: str | None, partition: PartitionName) -> str:
    """A cursor without its base64, and with a mark where it names its partition: so the members' are alike."""
    return NONE if cursor is None else shorten(cursor).replace(partition, OWN)


def _cut(cell: str, head: str, tail: str) -> str:
    return cell if cell in SPECIAL else cell[len(head) : len(cell) - len(tail)]


def _whole(cell: str, partition: PartitionName, head: str, tail: str) -> str | None:
    if cell in SPECIAL:
        return None
    return _lengthen(f"{head}{cell}{tail}".replace(OWN, partition))


def shorten(cursor: str) -> str:
    """A cursor without its base64, if it is text in that: it can be compressed far better then."""
    try:
        plain = urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, BadBase64):
        plain = ""
    if plain.isprintable() and urlsafe_b64encode(plain.encode()).decode() == cursor:
        return f"={plain}"
    return f"-{cursor}" if cursor.isprintable() else f"+{urlsafe_b64encode(cursor.encode()).decode()}"


def _lengthen(text: str) -> str:
    mark, rest = text[:1], text[1:]
    if mark == "+":
        return urlsafe_b64decode(rest).decode()
    return urlsafe_b64encode(rest.encode()).decode() if mark == "=" else rest
