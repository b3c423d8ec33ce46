"""One request with files: what it asks is read first, then its files are passed on while they come (GraphQL multipart request specification)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gateway.errors import RequestError
from gateway.resolvers import codes
from gateway.resolvers.uploads import UploadError
from gateway.transport.asgi import ClientLeftError, Receive, too_long
from gateway.transport.parameters import refuse
from gateway.transport.uploads.incoming import IncomingFile, Turns
from gateway.transport.uploads.parts import Begin, End, Event, read_parts
from gateway.transport.uploads.places import place_files

MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """How many ``files`` one request may bring, and how many bytes each may have. So many ``seconds`` may pass between two pieces of a body."""

    files: int = 10
    file_bytes: int = 50_000_000
    asked_bytes: int = 2_000_000
    """How long what is asked may be: the parts ``operations`` and ``map``."""
    seconds: float = 30.0


@contextlib.asynccontextmanager
async def receive_upload(receive: Receive, content_type: str, options: UploadOptions) -> AsyncIterator[Any]:
    """Read what is asked, and let the files come while it is answered; what is kept of them is let go of at the end.

    Gives the part ``operations`` as JSON that is decoded, with the files where the client's map says that they belong.
    Raises RequestError for a body that does not keep to the specification, and ClientLeftError; the latter also stops what is done meanwhile.
    """
    events = read_parts(receive, content_type, seconds=options.seconds)
    async with contextlib.aclosing(events):
        operations = await read_json(events, "operations", options)
        places = await read_map(events, options)
        turns = Turns()
        files = {field: IncomingFile(number, turns) for number, field in enumerate(places)}
        place_files(operations, places, files)
        coming = _Coming(events, files, receive, options)
        try:
            async with coming.at_work():
                yield operations
        finally:
            for file in files.values():
                file.close()


async def read_json(events: AsyncIterator[Event], field: str, options: UploadOptions) -> Any:
    """The JSON of the next part, which must be of this name. Raises RequestError."""
    begin = await anext(events, None)
    if not isinstance(begin, Begin) or begin.field != field:
        refuse(f"The next part of the body must be '{field}': first 'operations', then 'map', then the files.")
    text = bytearray()
    async for event in events:
        if isinstance(event, End):
            break
        if isinstance(event, bytes):
            text += event
        if len(text) > options.asked_bytes:
            raise too_long(options.asked_bytes)
    try:
        return msgspec.json.decode(bytes(text))
    except (ValueError, RecursionError) as error:
        refuse(f"The part '{field}' is not JSON: {error}.")


async def read_map(events: AsyncIterator[Event], options: UploadOptions) -> dict[str, list[str]]:
    """The part ``map``: for each file's field where it belongs. Raises RequestError."""
    try:
        places = msgspec.convert(await read_json(events, "map", options), dict[str, list[str]])
    except msgspec.ValidationError as error:
        refuse(f"The part 'map' does not give a list of paths for each file: {error}.")
    if len(places) > options.files:
        message = f"The request has {len(places)} files; send at most {options.files}."
        raise RequestError(message, code=codes.FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED, status=413)
    return places


class _Coming:
    """The files of one body, as they come."""

    def __init__(
        self, events: AsyncIterator[Event], files: Mapping[str, IncomingFile], receive: Receive, options: UploadOptions
    ) -> None:
        self._events, self._files, self._receive, self._options = events, files, receive, options
        self._has_left = False

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Feed the files meanwhile. Raises ClientLeftError when the client leaves, at once."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("there is no task to cancel")
        feeding = asyncio.create_task(self._run(task))
        try:
            yield
        except asyncio.CancelledError:
            if not self._has_left:
                raise
            task.uncancel()
            raise ClientLeftError from None
        finally:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await feeding

    async def _run(self, waiting: "asyncio.Task[Any]") -> None:
        """Feed the files, then wait for the client to leave, and stop whoever answers it."""
        try:
            await self._feed()
            while (await self._receive())["type"] != "http.disconnect":
                pass
        except ClientLeftError:
            pass
        self._has_left = True
        waiting.cancel()

    async def _feed(self) -> None:
        try:
            file: IncomingFile | None = None
            size = 0
            async for event in self._events:
                if isinstance(event, Begin):
                    file, size = self._begin(event), 0
                elif isinstance(event, End):
                    (file or self._unknown()).end()
                else:
                    size += len(event)
                    self._check_size(size)
                    await (file or self._unknown()).feed(event)
        except RequestError as error:
            self._fail(UploadError(str(error), code=error.code))
        except UploadError as error:
            self._fail(error)
        else:
            self._fail(UploadError("A file that 'map' names did not come.", code=codes.FILE_UPLOADS_FILES_MISSING))

    def _begin(self, event: Begin) -> IncomingFile:
        file = self._files.get(event.field)
        if file is None or file.has_begun:
            raise UploadError(f"The part {event.field!r} is not in 'map', or comes twice.", code=codes.BAD_REQUEST)
        file.begin(event.filename, event.content_type)
        return file

    def _unknown(self) -> IncomingFile:
        raise UploadError("The body goes on before a part has begun.", code=codes.BAD_REQUEST)

    def _check_size(self, size: int) -> None:
        if size > self._options.file_bytes:
            message = f"A file is longer than {self._options.file_bytes} bytes; send a shorter one, or raise uploads.file_bytes."
            raise UploadError(message, code=codes.FILE_UPLOADS_LIMITS_MAX_FILE_SIZE_EXCEEDED)

    def _fail(self, error: UploadError) -> None:
        """Tell all who read a file that has not come whole; what has come stays."""
        for file in self._files.values():
            file.fail(error)
