"""The page that shows GraphiQL, and the files it loads. Nothing comes from another host, and nothing may."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from gateway.transport.endpoint import Page
from gateway.transport.graphiql.examples import Example

ASSETS: Final = Path(str(files("gateway.transport.graphiql") / "assets"))

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor places its lines by style attributes and elements
        "font-src 'self'",
        "img-src 'self' data:",  # the editor's own small pictures
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load and do (Content Security Policy, level 3)."""

HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)

HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>统分 Tongfen · GraphiQL</title>
<link rel="icon" href="{assets}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{assets}/app.css">
<script type="application/json" id="config">{config}</script>
<script type="module" src="{assets}/app.js"></script>
</head>
<body><div id="root"></div></body>
</html>
"""


def make_page(graphql_path: str, *, examples: Sequence[Example], plan: bool) -> Page:
    """The page at ``graphql_path``. ``plan`` tells whether the gateway shows plans to those who ask."""
    config = {"examples": [asdict(example) for example in examples], "plan": plan}
    html = HTML.format(assets=assets_path(graphql_path), config=to_script(config))
    return Page(html.encode(), HEADERS)


def to_script(value: Any) -> str:
    """JSON that can stand in a script element: no ``<`` can end it (HTML, section 4.12.1.3)."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def assets_path(graphql_path: str) -> str:
    """Where the page's files are: ``graphiql`` beside the endpoint."""
    return f"{graphql_path.rpartition('/')[0]}/graphiql"


class Assets(StaticFiles):
    """The page's files. A browser asks each time whether its copy is still good, and mostly it is."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """As of StaticFiles, with the headers that keep copies honest."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def asset_routes(graphql_path: str) -> list[Mount]:
    """The page's files, compressed for browsers that ask for it."""
    app = Assets(directory=ASSETS)
    return [Mount(assets_path(graphql_path), app=app, middleware=[Middleware(GZipMiddleware, compresslevel=6)])]
