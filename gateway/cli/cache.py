"""``tongfen cache``: look at what a running gateway keeps, and call it back."""

import json
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import click

from gateway.errors import TongfenError

TIMEOUT_SECONDS: Final = 10

Command = Callable[..., None]

TARGETS: Final = (
    click.option("--tag", multiple=True, help="A tag of @cacheTag or of extensions.cacheTags."),
    click.option("--subgraph", multiple=True, help="Everything of a subgraph."),
    click.option("--partition", multiple=True, help="Everything of a partition: city/3301."),
    click.option("--type", "type_", multiple=True, help="Everything with objects of a type: Demand, or city/Demand."),
    click.option("--entity", multiple=True, help='An entity: \'{"__typename": "Demand", "id": "330100-D-000001"}\'.'),
)


def at_gateway(command: Command) -> Command:
    """The options that say where the gateway is and what is meant."""
    for option in reversed(TARGETS):
        command = option(command)
    command = click.option(
        "--token", envvar="TONGFEN_CACHE_TOKEN", required=True, help="One of the settings' cache.tokens."
    )(command)
    return click.option("--url", default="http://127.0.0.1:4000", show_default=True, help="The gateway.")(command)


@click.group("cache")
def cache_command() -> None:
    """Look at what a running gateway keeps, and call it back."""


@cache_command.command("invalidate")
@at_gateway
def invalidate_command(url: str, token: str, entity: tuple[str, ...], **named: tuple[str, ...]) -> None:
    """Call back all that any of the named things is true of, on every replica."""
    body = {
        "tags": named["tag"],
        "subgraphs": named["subgraph"],
        "partitions": named["partition"],
        "types": named["type_"],
        "entities": [parse_entity(text) for text in entity],
    }
    answer = ask(url, token, "POST", "/registry/invalidate", {name: value for name, value in body.items() if value})
    where = "on every replica" if answer["everywhere"] else "here; other replicas cannot be told now, and will be"
    click.echo(f"Invalidated {where}.")


@cache_command.command("inspect")
@at_gateway
@click.option("--limit", default=20, show_default=True, help="How many entries to show.")
def inspect_command(url: str, token: str, limit: int, **named: tuple[str, ...]) -> None:
    """Show figures of the cache; with a tag, subgraph, partition, type or entity, the entries too, as JSON."""
    asked = [(name.rstrip("_"), value) for name, values in named.items() for value in values]
    path = "/registry/cache" + (f"?{urlencode([*asked, ('limit', str(limit))])}" if asked else "")
    click.echo(json.dumps(ask(url, token, "GET", path), indent=2, ensure_ascii=False))


def parse_entity(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not JSON: {error}", param_hint="--entity") from error


def ask(url: str, token: str, method: str, path: str, body: Any = None) -> Any:
    """What the gateway answers. Raises TongfenError where it does not, or refuses."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise TongfenError(f"--url: write http://host:port, not {url!r}.")
    make = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = make(address.hostname, address.port, timeout=TIMEOUT_SECONDS)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
    except (OSError, HTTPException) as error:
        raise TongfenError(f"There is no gateway at {url}: {error}") from error
    finally:
        connection.close()
    return read_answer(response.status, text)


def read_answer(status: int, text: bytes) -> Any:
    try:
        answer = json.loads(text)
        if status != 200:  # OK
            raise TongfenError(answer["errors"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError) as error:
        hint = "is cache.enabled set, and a token in cache.tokens?"
        raise TongfenError(f"The gateway answered with status {status}; {hint}") from error
    return answer
