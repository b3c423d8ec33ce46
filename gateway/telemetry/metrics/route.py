"""Where Prometheus comes for the figures."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.telemetry.metrics.text import print_figures
from gateway.telemetry.metrics.workers import WorkerFigures


def metrics_route(path: str, figures: WorkerFigures) -> Route:
    """GET the sum over all workers, as Prometheus text or OpenMetrics."""

    async def metrics(request: Request) -> Response:
        text, content_type = print_figures(figures.total(), request.headers.get("accept", ""))
        return Response(text, headers={"content-type": content_type, "cache-control": "no-store"})

    return Route(path, metrics)
