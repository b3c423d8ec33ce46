"""A request's four parameters, from a JSON body or from the address (GraphQL over HTTP, sections 5.3 and 5.4)."""

from functools import lru_cache
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import msgspec

from gateway.errors import RequestError

MAX_REMEMBERED: Final = 8_000
"""How long a body may be that is remembered with its parameters."""

MAX_URL_PARAMETERS: Final = 100


class Parameters(msgspec.Struct, frozen=True, rename="camel"):
    """What a client asks. An operation name of no letters is none. Without a query there is a name of one, or the request is none."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None


DECODER: Final = msgspec.json.Decoder(Parameters)
MAP_DECODER: Final[msgspec.json.Decoder[dict[str, Any] | None]] = msgspec.json.Decoder(dict[str, Any] | None)


@lru_cache(maxsize=1_000)
def decode_again(body: bytes) -> Parameters:
    """The same bytes are the same parameters, which nobody may change: clients send the same queries again and again."""
    return DECODER.decode(body)


def read_json(body: bytes) -> Parameters:
    """Parameters from a JSON body. Raises RequestError with status 400."""
    if not body:
        refuse("The request has no body; send a JSON object with at least a 'query'.")
    try:
        return decode_again(body) if len(body) <= MAX_REMEMBERED else DECODER.decode(body)
    except msgspec.ValidationError as error:
        if body.lstrip()[:1] == b"[":
            refuse(
                "The body is a JSON array, but batches of requests are not taken here (limits.batch); send each request by itself."
            )
        refuse(f"The request's parameters are not well-formed: {error}.")
    except (ValueError, RecursionError) as error:
        refuse(f"The request's body is not JSON: {error}.")


def read_object(operations: Any) -> Parameters:
    """Parameters from JSON that is decoded already. Raises RequestError with status 400."""
    try:
        return msgspec.convert(operations, Parameters)
    except msgspec.ValidationError as error:
        refuse(f"The request's parameters are not well-formed: {error}.")


def read_url(query_string: bytes) -> Parameters:
    """Parameters from the query component of the address. Raises RequestError with status 400."""
    given = read_pairs(query_string)
    return Parameters(
        query=given.get("query"),
        operation_name=given.get("operationName"),
        variables=read_map(given, "variables"),
        extensions=read_map(given, "extensions"),
        document_id=given.get("documentId"),
    )


def check_asked(parameters: Parameters, document_id: str | None) -> None:
    """There is a query, or the name of one. Raises RequestError with status 400."""
    if parameters.query is None and document_id is None and "persistedQuery" not in (parameters.extensions or {}):
        refuse("The request has no parameter 'query', and no 'documentId' instead.")


def read_pairs(query_string: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_URL_PARAMETERS
        )
    except ValueError as error:
        refuse(f"The address cannot be read: {error}.")
    given = dict(pairs)
    if len(given) < len(pairs):
        refuse("The address has a parameter twice.")
    return given


def read_map(given: dict[str, str], name: str) -> dict[str, Any] | None:
    text = given.get(name)
    if not text:
        return None
    try:
        return MAP_DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        refuse(f"The parameter '{name}' is not a JSON object: {error}.")


def refuse(message: str) -> NoReturn:
    raise RequestError(message)
