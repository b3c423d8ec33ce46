"""Where subgraphs post the events of subscriptions that they were asked for by the HTTP callback protocol."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Take = Callable[[str, str, bytes], Awaitable[int]]
"""Takes what was posted for a process and a subscription of it; gives the status that answers it."""


PROTOCOL: Final[Mapping[str, str]] = {"subscription-protocol": "callback/1.0"}
"""What every answer says, for the subgraph to know whom it speaks to."""


def callback_route(path: str, take: Take, *, limit: int) -> Route:
    """The route. A body of more than ``limit`` bytes is refused with 413."""

    async def callback(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return Response(status_code=413, headers=PROTOCOL)
        status = await take(request.path_params["process"], request.path_params["id"], bytes(body))
        return Response(status_code=status, headers=PROTOCOL)

    return Route(f"{path}/{{process}}/{{id}}", callback, methods=["POST"])
