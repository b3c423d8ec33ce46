"""Where what is kept can be called back and looked at, by whoever has a token: people, publishers, and sub-markets that changed something."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.errors import RequestError

BODY_BYTES: Final = 1_000_000
BEARER: Final = "bearer "


class CacheDesk(Protocol):
    """What knows what is kept."""

    async def invalidate(self, token: str, body: bytes) -> Mapping[str, Any]:
        """Call back what a JSON body names; raises RequestError."""
        ...

    async def inspect(self, token: str, asked: Mapping[str, Sequence[str]], limit: int) -> Mapping[str, Any]:
        """Figures, and some of the entries that what was asked for is true of; raises RequestError."""
        ...


def cache_routes(desk: CacheDesk) -> list[Route]:
    """``POST /registry/invalidate`` and ``GET /registry/cache``."""

    async def invalidate(request: Request) -> JSONResponse:
        try:
            return JSONResponse(await desk.invalidate(read_token(request), await read_body(request)))
        except RequestError as error:
            return refuse(error)

    async def inspect(request: Request) -> JSONResponse:
        asked = {name: request.query_params.getlist(name) for name in request.query_params if name != "limit"}
        limit = request.query_params.get("limit", "20")
        try:
            return JSONResponse(await desk.inspect(read_token(request), asked, int(limit) if limit.isdigit() else 20))
        except RequestError as error:
            return refuse(error)

    return [
        Route("/registry/invalidate", invalidate, methods=["POST"]),
        Route("/registry/cache", inspect, methods=["GET"]),
    ]


async def read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise RequestError(f"The body is longer than {BODY_BYTES} bytes.", code="REQUEST_TOO_LARGE", status=413)
    return bytes(body)


def read_token(request: Request) -> str:
    """The bearer token; raises RequestError (401) where there is none."""
    given = request.headers.get("authorization", "")
    if given[: len(BEARER)].lower() != BEARER:
        raise RequestError("Send a token: authorization: Bearer …", code="UNAUTHENTICATED", status=401)
    return given[len(BEARER) :].strip()


def refuse(error: RequestError) -> JSONResponse:
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else None  # Unauthorized
    return JSONResponse({"errors": list(error.errors)}, status_code=error.status, headers=headers)
