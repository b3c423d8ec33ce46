"""The gateway as one ASGI application, put together from settings."""

from gateway.app.application import make_app
from gateway.app.loading import make_loader
from gateway.app.serving import LoadSupergraph, Serving

__all__ = ["LoadSupergraph", "Serving", "make_app", "make_loader"]
