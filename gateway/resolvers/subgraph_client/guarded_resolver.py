"""A resolver for aiohttp that keeps an address guard's word when the connection is made."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from gateway.resolvers.subgraph_client.guard import AddressGuard, ForbiddenAddressError


class GuardedResolver(AbstractResolver):
    """Resolves names for the connection itself, so that no second answer of the name server can lead it inside."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name; raises ForbiddenAddressError where one of them is forbidden."""
        found = await self._inner.resolve(host, port, family)
        if any(self._guard.forbids(one["host"]) for one in found):
            raise ForbiddenAddressError(f"{host} is inside our network")
        return found

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._inner.close()
