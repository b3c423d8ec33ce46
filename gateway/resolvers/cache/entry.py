"""What is kept: the bytes of one answer, how long they may be used, and under which tags they can be called back."""

import zlib
from enum import Enum
from typing import Final

import msgspec

LONGEST_SECONDS: Final = 7 * 86_400.0
"""No entry is kept longer, whatever its policy says: then a mark that is older than this can be forgotten."""

PLAIN: Final = b"\x00"
COMPRESSED: Final = b"\x01"


class Miss(Enum):
    """Nothing is kept under a key. (A null that is kept is an answer.)"""

    MISS = "miss"


MISS: Final = Miss.MISS


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One answer that is kept.

    ``body`` is JSON. ``seen`` is the last invalidation that was known when its fetch began: what was invalidated later is not in it.
    The rest are moments of the wall clock: the answer was right at ``since``, is fresh until ``fresh_until``, may be served while it is
    fetched anew until ``revalidate_until``, and where that fails until ``error_until``. ``private`` entries lie under a key of one person.
    """

    body: bytes
    seen: int
    since: float
    fresh_until: float
    revalidate_until: float
    error_until: float
    tags: tuple[str, ...] = ()
    private: bool = False

    @property
    def keep_until(self) -> float:
        """When nothing may be done with it any more."""
        return max(self.fresh_until, self.revalidate_until, self.error_until)


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Entry)


def encode_entry(entry: Entry, *, compress_above: int) -> bytes:
    """An entry as bytes; a longer text is compressed (quickly rather than well)."""
    text = _ENCODER.encode(entry)
    return PLAIN + text if len(text) <= compress_above else COMPRESSED + zlib.compress(text, 1)


def decode_entry(text: bytes) -> Entry | Miss:
    """The entry that ``encode_entry`` wrote; MISS for anything else, for a store may hold what another version wrote."""
    try:
        return _DECODER.decode(zlib.decompress(text[1:]) if text[:1] == COMPRESSED else text[1:])
    except (msgspec.MsgspecError, zlib.error):
        return MISS
