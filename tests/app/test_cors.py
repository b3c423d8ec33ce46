"""Which pages of other sites may read answers."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app import make_app, make_loader
from gateway.errors import SettingsError
from tests.app.markets import settings
from tests.transport.exchange import Response, exchange

HERE, ELSEWHERE = "https://market.example.com", "https://evil.example.com"


async def ask(folder: Path, method: str, cors: dict[str, Any], **headers: str) -> Response:
    made = settings(folder, cors=cors)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await exchange(make_app(made, make_loader(made)), method, headers=named, chunks=[b"{}"])
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ([], HERE, None),
        ([HERE], HERE, HERE),
        ([HERE], ELSEWHERE, None),
        (["*"], ELSEWHERE, "*"),
        (["HTTPS://Market.example.com"], HERE, HERE),
    ],
)
async def test_only_named_sites_may_read_answers(
    origins: list[str], origin: str, allowed: str | None, tmp_path: Path
) -> None:
    """Every answer says so, refusals too; without the header a browser keeps the answer from the page."""
    response = await ask(tmp_path, "POST", {"origins": origins}, origin=origin, content_type="application/json")
    assert response.headers.get("access-control-allow-origin") == allowed


async def test_a_browser_that_asks_beforehand_is_told(tmp_path: Path) -> None:
    """Methods, headers, cookies, and for how long."""
    cors = {"origins": [HERE], "credentials": True, "request_headers": ["authorization"], "max_age": "2m"}
    asked = {"origin": HERE, "access_control_request_method": "POST", "access_control_request_headers": "authorization"}
    response = await ask(tmp_path, "OPTIONS", cors, **asked)
    assert response.status == 200
    told = {name: value for name, value in response.headers.items() if name.startswith("access-control-")}
    assert told["access-control-allow-origin"] == HERE
    assert told["access-control-allow-methods"] == "GET, POST"
    assert "authorization" in told["access-control-allow-headers"].lower()
    assert told["access-control-allow-credentials"] == "true"
    assert told["access-control-max-age"] == "120"


async def test_another_site_that_asks_beforehand_is_refused(tmp_path: Path) -> None:
    """Its browser then sends nothing."""
    response = await ask(
        tmp_path, "OPTIONS", {"origins": [HERE]}, origin=ELSEWHERE, access_control_request_method="POST"
    )
    assert response.status == 400
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("cors", "message"),
    [
        ({"origins": ["market.example.com"]}, "write an origin"),
        ({"origins": ["https://market.example.com/"]}, "write an origin"),
        ({"origins": ["*"], "credentials": True}, "an open door"),
    ],
)
def test_open_doors_stop_the_start(cors: dict[str, Any], message: str, tmp_path: Path) -> None:
    """With the key's name."""
    with pytest.raises(SettingsError, match=message):
        settings(tmp_path, cors=cors)
