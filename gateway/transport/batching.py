"""Several requests in one body: a JSON array of them is answered by an array of their responses, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from gateway.errors import RequestError
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.parameters import Parameters, read_json, refuse

T = TypeVar("T")

DECODER: Final = msgspec.json.Decoder(list[msgspec.Raw])

Execute = Callable[[GraphQLRequest], Awaitable[GraphQLResponse]]


@dataclass(frozen=True, slots=True)
class Batch:
    """The requests of one body."""

    requests: tuple[GraphQLRequest, ...]


def read_batch(body: bytes, most: int) -> tuple[Parameters, ...] | None:
    """The parameters of each request; None for a body that is no array, or where arrays are not taken.

    Raises RequestError with status 400 for an empty array, for one of more than ``most`` requests, and for what is no request in it.
    """
    if most < 2 or body.lstrip()[:1] != b"[":
        return None
    try:
        items = DECODER.decode(body)
    except (ValueError, RecursionError) as error:
        refuse(f"The request's body is not JSON: {error}.")
    return tuple(read_json(bytes(item)) for item in checked(items, most))


def take_batch(operations: Any, most: int) -> list[Any] | None:
    """The same of JSON that is decoded already: its items, each to be read; None where it is no array, or arrays are not taken."""
    return checked(operations, most) if most > 1 and isinstance(operations, list) else None


def checked(items: list[T], most: int) -> list[T]:
    if not 0 < len(items) <= most:
        refuse(f"The body is an array of {len(items)} requests; send 1 to {most}.")
    return items


async def answer_batch(batch: Batch, execute: Execute) -> bytes:
    """The array of responses. One that is refused does not touch the others."""
    return b"[%b]" % b",".join(await asyncio.gather(*(_answer(request, execute) for request in batch.requests)))


async def _answer(request: GraphQLRequest, execute: Execute) -> bytes:
    try:
        return (await execute(request)).body
    except RequestError as error:
        return msgspec.json.encode({"errors": error.errors})
