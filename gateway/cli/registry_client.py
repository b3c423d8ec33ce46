"""How commands reach a registry: GraphQL over HTTP, with the address and the token from options or the environment."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click
import msgspec

from gateway.errors import TongfenError
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.transport import TransportError

DEFAULT_URL: Final = "http://127.0.0.1:4000/registry"
SECONDS: Final = 120.0

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the registry is, and who asks. Without ``environment`` it is that of the gateway."""

    url: str
    token: str
    environment: str | None

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of the answer. Raises TongfenError where the registry refuses or cannot be reached."""
        return asyncio.run(self._ask(query, {"environment": self.environment, **(variables or {})}))

    async def _ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"content-type": "application/json", "accept": "application/graphql-response+json, application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        body = msgspec.json.encode({"query": query, "variables": variables})
        try:
            answer = await fetch(self.url, method="POST", headers=headers, body=body, timeout=SECONDS)
            entries = msgspec.json.decode(answer.body)
        except TransportError as error:
            message = f"The registry at {self.url} {error.failure.value}. Is a gateway with a registry there? (--registry URL)"
            raise TongfenError(message) from error
        except msgspec.DecodeError as error:
            raise TongfenError(
                f"{self.url} answers with HTTP status {answer.status}, but not as a registry does."
            ) from error
        if failures := entries.get("errors"):
            raise TongfenError("\n".join(map(describe, failures)))
        return dict(entries["data"])


def describe(failure: Mapping[str, Any]) -> str:
    """``CONFLICT: city was changed …``."""
    code = (failure.get("extensions") or {}).get("code", "ERROR")
    return f"{code}: {failure['message']}"


def connected(command: Command) -> Command:
    """Give a command the options of a connection, and the connection as its first argument."""

    def with_connection(registry: str, token: str, environment: str | None, **options: Any) -> Any:
        return command(Connection(registry, token, environment), **options)

    with_connection.__doc__ = command.__doc__
    decorated: Any = with_connection
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    decorated.__click_params__ = [*getattr(command, "__click_params__", []), *decorated.__click_params__]
    return decorated  # type: ignore[no-any-return]


OPTIONS: Final = (
    click.option(
        "--registry",
        envvar="TONGFEN_REGISTRY",
        default=DEFAULT_URL,
        show_default=True,
        help="The registry's address; also from TONGFEN_REGISTRY.",
    ),
    click.option(
        "--token",
        envvar="TONGFEN_TOKEN",
        default="",
        help="Better from the environment, TONGFEN_TOKEN: what is typed can be seen by others.",
    ),
    click.option("--environment", envvar="TONGFEN_ENVIRONMENT", help="Without one it is that of the gateway."),
)
