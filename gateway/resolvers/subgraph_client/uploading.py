"""The body of a request with files (GraphQL multipart request specification), written while the files come."""

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import msgspec

from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.uploads import UploadedFile, UploadError


class MultipartBody:
    """A request whose variables have files. ``failure`` says why the body broke off, if a file did not come whole."""

    def __init__(self, request: SubgraphRequest, files: Mapping[UploadedFile, Sequence[str]]) -> None:
        self._request, self._files = request, files
        self._boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={self._boundary}"
        self.failure: UploadError | None = None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body, piece by piece. Raises UploadError."""
        yield self._field("operations", encode_operations(self._request))
        places = {str(number): paths for number, paths in enumerate(self._files.values())}
        yield self._field("map", msgspec.json.encode(places))
        try:
            for number, file in enumerate(self._files):
                await file.begun()
                yield self._head(str(number), file)
                async for piece in file.pieces():
                    yield piece
                yield b"\r\n"
        except UploadError as error:
            self.failure = error
            raise
        yield f"--{self._boundary}--\r\n".encode()

    def _field(self, name: str, text: bytes) -> bytes:
        head = f'--{self._boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n'
        return head.encode() + b"content-type: application/json\r\n\r\n" + text + b"\r\n"

    def _head(self, number: str, file: UploadedFile) -> bytes:
        disposition = f'form-data; name="{number}"; filename="{quote(file.name)}"'
        content_type = file.content_type or "application/octet-stream"
        return (
            f"--{self._boundary}\r\ncontent-disposition: {disposition}\r\ncontent-type: {content_type}\r\n\r\n".encode()
        )


def encode_operations(request: SubgraphRequest) -> bytes:
    """The request as JSON, with ``null`` in place of each file."""
    operations: dict[str, Any] = {"query": request.query, "variables": request.variables}
    if request.operation_name is not None:
        operations["operationName"] = request.operation_name
    return msgspec.json.encode(operations, enc_hook=lambda _: None)


def quote(name: str) -> str:
    """A file's name as it stands in a header (HTML, "multipart form data")."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
