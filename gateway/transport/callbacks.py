"""Where subgraphs post the events of subscriptions that they were asked for by the HTTP callback protocol."""

from collections.abc import Mapping
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import RequestError
from gateway.transport.asgi import ClientLeftError, read_body

PROTOCOL: Final[Mapping[str, str]] = {"subscription-protocol": "callback/1.0"}
"""What every answer says, for the subgraph to know whom it speaks to."""

NOT_FOUND: Final = 404
REQUEST_TIMEOUT: Final = 408


class Desk(Protocol):
    """Takes what is posted for a process and a subscription of it."""

    async def knows(self, process: str, id_: str) -> bool:
        """Whether anybody waits for it."""
        ...

    async def take(self, process: str, id_: str, body: bytes) -> int:
        """Take it; gives the status that answers it."""
        ...


def callback_route(path: str, desk: Desk, *, limit: int, seconds: float) -> Route:
    """The route. A body of more than ``limit`` bytes is refused with 413, one that is not whole after so many ``seconds`` with 408.

    What nobody waits for is not read: strangers cost no memory.
    """

    async def callback(request: Request) -> Response:
        process, id_ = request.path_params["process"], request.path_params["id"]
        if not await desk.knows(process, id_):
            return Response(status_code=NOT_FOUND, headers=PROTOCOL)
        announced = request.headers.get("content-length")
        try:
            body = await read_body(request.receive, limit=limit, announced=announced, seconds=seconds)
            status = await desk.take(process, id_, body)
        except RequestError as error:
            status = error.status
        except (TimeoutError, ClientLeftError):
            status = REQUEST_TIMEOUT
        return Response(status_code=status, headers=PROTOCOL)

    return Route(f"{path}/{{process}}/{{id}}", callback, methods=["POST"])
