"""The gateway as one ASGI application, put together from settings."""

from gateway.app.application import make_app
from gateway.app.loaded import Loaded, Loader
from gateway.app.loading import Given, make_loader
from gateway.app.peers import Alone, Peers
from gateway.app.serving import Serving

__all__ = ["Alone", "Given", "Loaded", "Loader", "Peers", "Serving", "make_app", "make_loader"]
