"""Whether the gateway runs, whether it can answer, and why not."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class Readiness(Protocol):
    """What knows whether requests can be answered."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not yet; empty when they can."""
        ...

    @property
    def degraded(self) -> tuple[str, ...]:
        """Why the answers may not be from the newest supergraph; empty when they are."""
        ...


def health_routes(readiness: Readiness) -> list[Route]:
    """``/health/live`` is 200 while the process answers; ``/health/ready`` is 200 when requests can be answered, else 503 with why.

    A gateway that answers from an older supergraph than it should is ready all the same, and says ``degraded`` and why.
    """

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> JSONResponse:
        if reasons := readiness.reasons:
            return JSONResponse({"status": "waiting", "reasons": list(reasons)}, status_code=503)
        if degraded := readiness.degraded:
            return JSONResponse({"status": "degraded", "reasons": list(degraded)})
        return JSONResponse({"status": "ready"})

    return [Route("/health/live", live), Route("/health/ready", ready)]
