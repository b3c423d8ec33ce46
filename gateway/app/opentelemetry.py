"""OpenTelemetry by the settings. Imported only where they name a collector: its libraries are an extra."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

from gateway import __version__
from gateway.app.peers import Peers
from gateway.app.telemetry import Telemetry
from gateway.resolvers.subgraph_client import SubgraphClient
from gateway.settings import OpenTelemetry
from gateway.telemetry.metrics import Figures
from gateway.telemetry.otlp import Collector, FigureSender, make_provider
from gateway.telemetry.tracing import TracedClient, TracedEndpoint, TracedEngine, TracedService, make_tracer
from gateway.transport.asgi import AsgiApp
from gateway.transport.endpoint import GraphQLService


class Tracing(Telemetry):
    """Spans, and the figures of ``figures`` where there are any, sent to a collector."""

    def __init__(self, settings: OpenTelemetry, peers: Peers, figures: Figures | None) -> None:
        collector = Collector(
            endpoint=(settings.endpoint or "").rstrip("/"),
            headers=settings.headers,
            service=settings.service,
            instance=f"{socket.gethostname()}:{os.getpid()}:{peers.name}",
            version=__version__,
            sample=settings.sample,
            timeout=settings.timeout,
        )
        self._provider = make_provider(collector)
        self._tracer = make_tracer(self._provider)
        self._sender = FigureSender(figures, collector, seconds=settings.metrics) if figures is not None else None
        self.observer = TracedEngine(self._tracer)

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """See ``Telemetry``."""
        return TracedEndpoint(app, self._tracer)

    def service(self, service: GraphQLService) -> GraphQLService:
        """See ``Telemetry``."""
        return TracedService(service)

    def client(self, client: SubgraphClient) -> SubgraphClient:
        """See ``Telemetry``."""
        return TracedClient(client, self._tracer)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See ``Telemetry``."""
        sending = asyncio.create_task(self._sender.keep_sending()) if self._sender else None
        try:
            yield
        finally:
            if sending is not None and self._sender is not None:
                sending.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await sending
                await self._sender.close()
            await asyncio.to_thread(self._provider.shutdown)
