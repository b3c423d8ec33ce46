"""Which transport the settings choose."""

from pathlib import Path

import pytest

from gateway.app.clients import make_transport
from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client import LeanTransport
from gateway.resolvers.subgraph_client.aiohttp_transport import AiohttpTransport
from gateway.settings import Traffic


def test_the_lean_transport_is_the_default() -> None:
    """It is the faster, and serves what subgraphs need most."""
    assert isinstance(make_transport(Traffic()), LeanTransport)


def test_aiohttp_serves_proxies() -> None:
    """It is chosen by name."""
    assert isinstance(make_transport(Traffic(transport="aiohttp", proxies=True)), AiohttpTransport)


def test_the_lean_transport_refuses_proxies() -> None:
    """A setting that would do nothing is an error."""
    with pytest.raises(SettingsError, match=r"set traffic\.transport to aiohttp"):
        make_transport(Traffic(proxies=True))


def test_a_file_without_certificates_is_an_error(tmp_path: Path) -> None:
    """It says which file it is."""
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    with pytest.raises(SettingsError, match=r"traffic\.ca: .*ca\.pem cannot be read"):
        make_transport(Traffic(ca=path))
