"""Which addresses may be asked on somebody else's word: none inside our own network, unless the operator lists it (RFC 6890)."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses as an IPv6 network translates them (RFC 6052)."""


class ForbiddenAddressError(OSError):
    """The address is inside a network that may not be asked."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Lets through public addresses, and those of the ``allowed`` networks."""

    allowed: Sequence[Network] = ()

    @classmethod
    def of(cls, *networks: str) -> "AddressGuard":
        """A guard that allows these networks too, as ``10.0.0.0/8``. Raises ValueError for what is none."""
        return cls(tuple(ipaddress.ip_network(network) for network in networks))

    def forbids(self, address: str) -> bool:
        """Whether an IP address may not be asked."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        return any(not one.is_global or one.is_multicast for one in meanings(ip)) and not self._allows(ip)

    def _allows(self, ip: Address) -> bool:
        return any(one in network for one in meanings(ip) for network in self.allowed if one.version == network.version)

    async def check(self, url: str) -> str | None:
        """Why this URL may not be asked, or None. A name that has no address now is let through: it may get one later."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return f"{url} is no http or https address."
        if parts.username is not None or parts.password is not None:
            return "An address must not hold a user name or password."
        try:
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return None
        inside = sorted({str(info[4][0]) for info in found if self.forbids(str(info[4][0]))})
        if not inside:
            return None
        return f"{parts.hostname} is {inside[0]}, an address inside our network, which the settings do not allow (registry.networks)."


def meanings(ip: Address) -> tuple[Address, ...]:
    """An address, and the IPv4 address that it carries inside, if it does."""
    if isinstance(ip, ipaddress.IPv4Address):
        return (ip,)
    if ip.ipv4_mapped:
        return (ip.ipv4_mapped,)
    inner = ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None)
    return (ip, inner) if inner else (ip,)


def check_literal(url: str, guard: AddressGuard) -> None:
    """Names are checked when they are resolved; an address that is written out is checked here. Raises ForbiddenAddressError."""
    host: Any = urlsplit(url).hostname or ""
    try:
        forbidden = guard.forbids(host)
    except ValueError:
        return  # a name
    if forbidden:
        raise ForbiddenAddressError(f"{host} is inside our network")
