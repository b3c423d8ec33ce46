"""Lay the graph of fetches out as the usual tree: wave after wave, the fetches of a wave side by side."""

from collections.abc import Sequence

from gateway.resolvers.query_plan.fetch import EntityInput, Fetch, OnTypes, Path
from gateway.types import TypeName


def in_waves(fetches: Sequence[Fetch]) -> list[list[Fetch]]:
    """Fetches by wave: each in the first one after all that it depends on among them."""
    wave_of: dict[int, int] = {}
    waves: list[list[Fetch]] = []
    for fetch in fetches:
        wave = 1 + max((wave_of.get(other, -1) for other in fetch.depends_on), default=-1)
        wave_of[fetch.id] = wave
        waves.extend([] for _ in range(wave + 1 - len(waves)))
        waves[wave].append(fetch)
    return waves


def path_segments(path: Path) -> list[str]:
    """A path in the usual notation, where a type condition is written after the segment that it is for."""
    segments: list[str] = []
    for segment in path:
        if isinstance(segment, OnTypes):
            condition = f"|[{','.join(segment.types)}]"
            segments = [*segments[:-1], segments[-1] + condition] if segments else [condition]
        else:
            segments.append(segment)
    return segments


def type_conditions(one: EntityInput) -> tuple[TypeName, ...]:
    """The types under which an input is shown."""
    return one.on or ((one.typename,) if one.typename is not None else ())
