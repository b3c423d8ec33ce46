"""Several requests in one body: a JSON array of them is answered by an array of their responses, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.errors import RequestError
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.parameters import Parameters, read_json, refuse

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
    if not 0 < len(items) <= most:
        refuse(f"The body is an array of {len(items)} requests; send 1 to {most}.")
    return tuple(read_json(bytes(item)) for item in items)


async def answer_batch(batch: Batch, execute: Execute) -> bytes:
    """The array of responses. One that is refused does not touch the others."""
    return b"[%b]" % b",".join(await asyncio.gather(*(_answer(request, execute) for request in batch.requests)))


async def _answer(request: GraphQLRequest, execute: Execute) -> bytes:
    try:
        return (await execute(request)).body
    except RequestError as error:
        return msgspec.json.encode({"errors": error.errors})
