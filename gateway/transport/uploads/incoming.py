"""A file on its way: what has come and nobody has read yet waits in memory, up to a bound, and beyond it on disk only where it must.

The files of a body come one after another. One task feeds them, those who send them on read them. A file that nobody wants yet holds the body up, which
the client notices. It goes to disk where somebody waits for a later one, so that nobody waits for ever, and where it is to be read more than once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TypeVar

from gateway.resolvers import codes
from gateway.resolvers.uploads import UploadError

T = TypeVar("T")
R = TypeVar("R")

BUFFER: Final = 262_144
"""How many bytes of one file wait in memory for whoever reads it."""

PIECE: Final = 65_536
"""How many bytes are read from disk at a time."""


class Turns:
    """Who waits for which file of one request: told of every change, so that all look again."""

    def __init__(self) -> None:
        self.wanted: set[int] = set()
        """The numbers of the files that somebody waits for."""
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Something has changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so."""
        while not is_so():
            await self._changed.wait()


class IncomingFile:
    """An ``UploadedFile`` (see ``gateway.resolvers.uploads``) and its feeding."""

    def __init__(self, number: int, turns: Turns) -> None:
        self.number, self.name, self.content_type = number, "", ""
        self.has_begun = self.has_ended = False
        self._turns = turns
        self._failure: UploadError | None = None
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._disk: BinaryIO | None = None
        self._on_disk = 0
        self._at_disk = asyncio.Lock()
        self._is_kept = self._is_taken = self._is_dropped = False

    def keep(self) -> None:
        """See ``UploadedFile.keep``. To be called before it is fed."""
        self._is_kept = True

    async def begun(self) -> None:
        """See ``UploadedFile.begun``."""
        await self._until(lambda: self.has_begun)

    async def pieces(self) -> AsyncIterator[bytes]:
        """See ``UploadedFile.pieces``."""
        if self._is_taken and not self._is_kept:
            raise UploadError(
                "A file was needed a second time after it had been sent on.",
                code=codes.FILE_UPLOADS_OPERATION_CANNOT_STREAM,
            )
        self._is_taken = True
        place = 0
        try:
            while await self._there_is_more(place):
                if self._pieces:
                    piece = self._pieces.popleft()
                    self._waiting -= len(piece)
                    self._turns.tell()
                else:
                    piece = await self._in_thread(self._read, place)
                    place += len(piece)
                yield piece
        finally:
            self._is_dropped = not self._is_kept
            self._turns.tell()

    async def feed(self, piece: bytes) -> None:
        """Take the next piece, as soon as there is room for it."""
        await self._turns.until(
            lambda: self._waiting < BUFFER or self._is_kept or self._is_dropped or self._is_in_the_way()
        )
        if self._is_dropped:
            return  # whoever read it needs no more
        if self._disk is not None or self._is_kept or self._waiting >= BUFFER:
            await self._in_thread(self._write, piece)
            self._on_disk += len(piece)
        else:
            self._pieces.append(piece)
            self._waiting += len(piece)
        self._turns.tell()

    def begin(self, name: str, content_type: str) -> None:
        """It begins to come."""
        self.name, self.content_type, self.has_begun = name, content_type, True
        self._turns.tell()

    def end(self) -> None:
        """It has come whole."""
        self.has_ended = True
        self._turns.tell()

    def fail(self, failure: UploadError) -> None:
        """It does not come whole: tell all who read it. One that has come stays as it is."""
        if not self.has_ended:
            self._failure = failure
            self._turns.tell()

    def close(self) -> None:
        """Let go of what is kept."""
        self._pieces.clear()
        if self._disk is not None:
            self._disk.close()

    async def _there_is_more(self, place: int) -> bool:
        """Whether anything comes behind this place on disk, once that is known. Raises UploadError."""
        await self._until(lambda: bool(self._pieces) or place < self._on_disk or self.has_ended)
        return bool(self._pieces) or place < self._on_disk

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something of this file, and let it be known. Raises UploadError."""
        self._turns.wanted.add(self.number)
        self._turns.tell()
        try:
            await self._turns.until(lambda: is_so() or self._failure is not None)
        finally:
            self._turns.wanted.discard(self.number)
        if not is_so() and self._failure is not None:
            raise self._failure

    def _is_in_the_way(self) -> bool:
        return not self._is_taken and any(number != self.number for number in self._turns.wanted)

    async def _in_thread(self, work: Callable[[T], R], what: T) -> R:
        """Work at the disk, one at a time. It is done to its end even for who leaves meanwhile: nothing is opened or written after ``close``."""
        async with self._at_disk:
            working = asyncio.ensure_future(asyncio.to_thread(work, what))
            try:
                return await asyncio.shield(working)
            except asyncio.CancelledError:
                await asyncio.wait((working,))
                raise

    def _write(self, piece: bytes) -> None:
        if self._disk is None:
            self._disk = TemporaryFile()  # noqa: SIM115 - it is closed with the request
        self._disk.seek(0, 2)
        self._disk.write(piece)

    def _read(self, place: int) -> bytes:
        if self._disk is None:
            return b""
        self._disk.seek(place)
        return self._disk.read(min(PIECE, self._on_disk - place))
