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


def health_routes(readiness: Readiness) -> list[Route]:
    """``/health/live`` is 200 while the process answers; ``/health/ready`` is 200 when requests can be answered, else 503 with why."""

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> JSONResponse:
        if reasons := readiness.reasons:
            return JSONResponse({"status": "waiting", "reasons": list(reasons)}, status_code=503)
        return JSONResponse({"status": "ready"})

    return [Route("/health/live", live), Route("/health/ready", ready)]
