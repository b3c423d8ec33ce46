"""The names that links bring into a subgraph mean one thing each (link specification v1.0, "Name conventions")."""

from collections.abc import Iterator, Sequence

from gateway.schema.subgraph.model import Link


def name_clashes(link: Link, before: Sequence[Link]) -> Iterator[str]:
    """What of a link's own name and of its imports has another meaning by the links ``before`` it, as messages."""
    others = [other for other in before if other.identity != link.identity]
    for other in others:
        if link.prefix == other.prefix:
            yield f'{link.url} cannot be linked as "{link.prefix}": that is what {other.url} is called; rename one with "as".'
        yield from _imported_twice(link, other)
        yield from _imported_under_a_prefix(link, other)
        yield from _imported_under_a_prefix(other, link)
    yield from _imported_for_two(link)


def _imported_for_two(link: Link) -> Iterator[str]:
    first: dict[str, str] = {}
    for name, local in link.imports.items():
        if local in first:
            yield f'"{name}" cannot be imported as "{local}": "{first[local]}" is imported under that name; rename one with "as".'
        first.setdefault(local, name)


def _imported_twice(link: Link, other: Link) -> Iterator[str]:
    for name, local in link.imports.items():
        if local in other.imports.values():
            yield f'"{name}" of {link.url} cannot be imported as "{local}": {other.url} has that name already; rename one with "as".'


def _imported_under_a_prefix(link: Link, other: Link) -> Iterator[str]:
    """A directive called like another link, or a name within that link's, would be taken for one of that link's."""
    for name, local in link.imports.items():
        if local == f"@{other.prefix}" or local.removeprefix("@").startswith(f"{other.prefix}__"):
            yield f'"{name}" of {link.url} cannot be imported as "{local}": that is a name of {other.url}; rename one with "as".'
