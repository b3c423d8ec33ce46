"""Which request is being worked on: for log lines, wherever in its course they are written."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
"""What a client may call its request; anything else could write into the log what it likes."""

TRACE_PARENT: Final = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""``traceparent`` (W3C Trace Context, section 3.2)."""


@dataclass(slots=True)
class CurrentRequest:
    """The ids of a request. ``trace_id`` is None where nobody traces it."""

    id: str
    trace_id: str | None = None


CURRENT: Final[ContextVar[CurrentRequest | None]] = ContextVar("tongfen_request", default=None)


def read_request(headers: list[tuple[bytes, bytes]]) -> CurrentRequest:
    """The client's own id where it has a fit one, else a new one; and the trace that it belongs to."""
    own = trace = None
    for name, value in headers:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            own = text if REQUEST_ID.fullmatch(text) else None
        elif name == b"traceparent" and (found := TRACE_PARENT.fullmatch(value)):
            trace = found[1].decode("ascii")
    return CurrentRequest(own or secrets.token_hex(8), trace)
