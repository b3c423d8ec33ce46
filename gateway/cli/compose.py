"""``tongfen compose``: subgraphs in, supergraph out, or every reason why there is none."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import click
from rich.console import Console

from gateway.cli.compose_config import STANDARD_INPUT, read_compose_config
from gateway.cli.composition_json import answer_lines, result_to_json
from gateway.cli.problems import print_problems
from gateway.cli.sdl_sources import Sources, read_sources
from gateway.errors import SettingsError
from gateway.schema import Composer, CompositionResult, check_subgraphs

Format = Literal["sdl", "json"]

WATCH_SECONDS: Final = 1.0
"""How long ``--watch`` waits between two looks at the sources."""


@click.command("compose")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The YAML file that names the subgraphs; - is standard input."
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here and not to standard output."
)
@click.option("--format", "format_", type=click.Choice(["sdl", "json"]), default="sdl", help="What to write.")
@click.option("--watch", is_flag=True, help="Compose again whenever a source changes.")
@click.option("--json-lines", is_flag=True, help="Serve: one JSON request a line on standard input, one answer a line.")
@click.option("--server", is_flag=True, hidden=True, help="The same as --json-lines.")
def compose_command(
    config: Path | None, output: Path | None, format_: Format, watch: bool, json_lines: bool, server: bool
) -> None:
    """Compose subgraphs into a supergraph.

    The exit code is 0 when they compose, 1 when they do not, 2 when this command is used wrongly.
    """
    if json_lines or server:
        serve_lines(sys.stdin)
        return
    if config is None:
        raise click.UsageError("Say what to compose: --config FILE.")
    if watch and config == STANDARD_INPUT:
        raise click.UsageError("Standard input is read once, so it cannot be watched.")
    if watch:
        recompose(config, output, format_, ticks())
        return
    result = compose_sources(Composer(), read(config), output, format_)
    raise SystemExit(0 if result.supergraph_sdl is not None else 1)


def serve_lines(lines: Iterable[str]) -> None:
    """Answer each request line on standard output, at once."""
    for answer in answer_lines(lines):
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def read(config: Path) -> Sources:
    """The sources that the file names; a wrong file is a wrong use of the command."""
    try:
        return asyncio.run(read_sources(read_compose_config(config), config.parent))
    except SettingsError as error:
        raise click.UsageError(error.message) from error


def recompose(config: Path, output: Path | None, format_: Format, ticks: Iterable[None]) -> None:
    """Compose now, and again at each tick that finds another source than before."""
    last: Sources | None = None
    composer = Composer()
    for _ in ticks:
        try:
            sources = read(config)
        except click.UsageError as error:
            error.show()
            continue
        if sources != last:
            compose_sources(composer, sources, output, format_)
        last = sources


def ticks() -> Iterator[None]:
    """One at once, then one every WATCH_SECONDS, for ever."""
    while True:
        yield
        time.sleep(WATCH_SECONDS)


def compose_sources(composer: Composer, sources: Sources, output: Path | None, format_: Format) -> CompositionResult:
    """Compose, write the outcome and say what is wrong."""
    result = composer.compose(sources.subgraphs) if not sources.errors else _without_some(sources)
    write(result, output, format_)
    if format_ == "sdl":
        texts = {subgraph.name: subgraph.sdl for subgraph in sources.subgraphs}
        print_problems(
            Console(stderr=True, highlight=False), (*result.errors, *result.hints), texts=texts, places=sources.places
        )
    return result


def _without_some(sources: Sources) -> CompositionResult:
    """Some subgraphs could not be read: that, and what is wrong in each of the others."""
    return CompositionResult(errors=(*sources.errors, *check_subgraphs(sources.subgraphs)))


def write(result: CompositionResult, output: Path | None, format_: Format) -> None:
    """JSON is always written, a supergraph only if there is one: a failure leaves the last good file alone."""
    if format_ == "json":
        text = json.dumps(result_to_json(result), indent=2, ensure_ascii=False) + "\n"
    elif result.supergraph_sdl is not None:
        text = result.supergraph_sdl
    else:
        return
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
