"""The command ``python -m subgraphs.demo seed``: make the demo data where it is not there yet, and say so."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from subgraphs.demo.seed import DATABASES, OnProgress, SeedError, seed_databases, seed_directory


@click.group()
def cli() -> None:
    """The technology market's demo data."""


@cli.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Directory for the SQLite files.")
@click.option("--database", "databases", multiple=True, metavar="NAME=URL", help="One database; may be repeated.")
@click.option("--quiet", is_flag=True, help="Show nothing.")
def seed(into: Path | None, databases: tuple[str, ...], quiet: bool) -> None:
    """Write the demo data, unless its current version is there already."""
    if into is None and not databases:
        raise click.UsageError("Say where to: --into DIRECTORY, or --database NAME=URL.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is half made is cleared away
    try:
        with _progress(quiet=quiet) as on_progress:
            made = asyncio.run(_seed(into, dict(map(_name_and_url, databases)), on_progress))
    except SeedError as error:
        raise click.ClickException(str(error)) from error
    if not quiet:
        click.echo("Demo data written." if made else "Demo data is up to date.")


async def _seed(into: Path | None, urls: dict[str, str], on_progress: OnProgress) -> bool:
    made = await seed_directory(into, on_progress) if into else False
    return await seed_databases(urls, on_progress) or made


def _name_and_url(text: str) -> tuple[str, str]:
    name, separator, url = text.partition("=")
    if not separator:
        raise click.UsageError(f"--database wants NAME=URL, not {text!r}; names are {', '.join(DATABASES)}.")
    return name, url


@contextmanager
def _progress(*, quiet: bool) -> Iterator[OnProgress]:
    """One bar for each database, from when it is begun."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.completed:>6} rows"),
        TimeElapsedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=total)
            progress.update(tasks[name], completed=done)

        yield show


if __name__ == "__main__":
    cli()
