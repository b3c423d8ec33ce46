"""Answer an operation in parts: what is there first, then each deferred block as soon as its fetches have ended."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from gateway.resolvers.executor.completion import Completion
from gateway.resolvers.executor.introspection import introspect
from gateway.resolvers.executor.merging import copy_json, merge_into
from gateway.resolvers.executor.paths import ClientPath, JsonObject
from gateway.resolvers.executor.prepared import KeyTree, PreparedOperation, key_tree
from gateway.resolvers.executor.projection import Position
from gateway.resolvers.executor.run import Run, RunOptions
from gateway.resolvers.executor.streaming.blocks import Division, Place, divide, find_places
from gateway.schema.selection import SelectionSet
from gateway.types import TypeName


@dataclass(frozen=True, slots=True)
class Pending:
    """A deferred block at one place of the answer, which has been announced."""

    id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a pending block brings: its ``data`` at its path, None where a null reached the block's own edge."""

    pending: Pending
    data: JsonObject | None
    errors: tuple[JsonObject, ...]
    problems: tuple[JsonObject, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One payload of a deferred answer. The first one has ``data``; all others only deliver what was announced."""

    data: JsonObject | None = None
    errors: tuple[JsonObject, ...] = ()
    problems: tuple[JsonObject, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    announced: tuple[Pending, ...] = ()
    has_next: bool = False


Parts = AsyncGenerator[Part, None]


async def run_in_parts(
    prepared: PreparedOperation, options: RunOptions, refusals: tuple[JsonObject, ...] = ()
) -> Parts:
    """The answer to an operation whose variables are coerced, in one part or more. Closing it stops its fetches.

    Each part must be used before the next is asked for. ``refusals`` are errors that were known before.
    """
    answering = _Answering(prepared, options, divide(prepared, options.variables))
    running = asyncio.create_task(answering.run.all())
    try:
        part = await answering.first(refusals)
        yield part
        while part.has_next:
            part = await answering.next()
            yield part
    finally:
        running.cancel()
        await asyncio.wait((running,))


class _Answering:
    """One answer under way. ``shown`` is what the client has by now: only what is there can be completed by a block."""

    def __init__(self, prepared: PreparedOperation, options: RunOptions, division: Division) -> None:
        self.prepared, self.options, self.division = prepared, options, division
        self.run = Run(prepared, options, on_ended=self._note_progress)
        self.shown: JsonObject | None = None
        self._progress = asyncio.Event()
        self._root = prepared.projection(options.variables)
        self._pending: list[Pending] = []
        self._numbers = count()
        self._told: set[tuple[str, ClientPath]] = set()

    async def first(self, refusals: tuple[JsonObject, ...]) -> Part:
        """What does not wait for any block."""
        waits_for = self.division.waits_for
        while not self._have_ended(waits_for):
            await self._wait()
        operation, schema = self.prepared.operation, self.prepared.supergraph.api_schema
        tree = key_tree(self.division.selections)
        errors = (*refusals, *self._tell(waits_for, lambda path: _leads(tree, path)))
        completion = Completion(errors, introspect(schema, self._root, operation.variables, self.options.variables))
        self.shown = completion.complete_root(
            self._position(self._root.type_name, self.division.selections), self.run.data
        )
        announced: tuple[Pending, ...] = ()
        if self.shown is not None:
            announced = self._announce(operation.selections, (), self._root.type_name)
        if not announced:
            errors += self._tell(waits_for, lambda _: True)
        return Part(self.shown, errors, tuple(completion.problems), (), announced, bool(announced))

    async def next(self) -> Part:
        """Wait for the next blocks to be ready, and deliver them all."""
        while not (ready := [each for each in self._pending if self._have_ended(each.place.block.waits_for)]):
            await self._wait()
        self._pending = [each for each in self._pending if each not in ready]
        delivered = tuple(self._deliver(pending) for pending in ready)
        places = [each.pending.place for each in delivered if each.data is not None]
        announced = tuple(
            pending for place in places for pending in self._announce(place.block.whole, place.path, place.type_name)
        )
        return Part(delivered=delivered, announced=announced, has_next=bool(self._pending))

    def _note_progress(self) -> None:
        self._progress.set()

    async def _wait(self) -> None:
        self._progress.clear()
        await self._progress.wait()

    def _have_ended(self, fetches: Iterable[int]) -> bool:
        return all(fetch in self.run.errors for fetch in fetches)

    def _announce(self, selections: SelectionSet, path: ClientPath, type_name: TypeName) -> tuple[Pending, ...]:
        """The places of the blocks right inside these selections of an object, as far as the client has objects there."""
        schema, variables = self.prepared.supergraph.api_schema, self.options.variables
        value = _object_at(self.run.data, path) or {}
        places = find_places(self.division, selections, value, type_name, schema, variables, path)
        found = tuple(
            Pending(str(next(self._numbers)), place)
            for place in dict.fromkeys(places)
            if _object_at(self.shown, place.path) is not None
        )
        self._pending += found
        return found

    def _deliver(self, pending: Pending) -> Delivered:
        place, block = pending.place.path, pending.place.block
        errors = self._tell(
            block.waits_for, lambda path: path[: len(place)] == place[: len(path)]
        )  # at the place, below it, or, where it was not known exactly, above
        completion = Completion(errors, {})
        position = self._position(pending.place.type_name, block.selections)
        data = completion.complete_at(position, _object_at(self.run.data, place) or {}, place)
        target = _object_at(self.shown, place)
        if data is not None and target is not None:
            merge_into(target, copy_json(data))
        return Delivered(pending, data, errors, tuple(completion.problems))

    def _tell(self, fetches: Iterable[int], concerns: Callable[[ClientPath], bool]) -> tuple[JsonObject, ...]:
        """The errors of these fetches that concern a part, each told once."""
        found = []
        for fetch in sorted(fetches):
            for error in self.run.errors.get(fetch, ()):
                key = (error["message"], tuple(error.get("path", ())))
                if key not in self._told and concerns(key[1]):
                    self._told.add(key)
                    found.append(error)
        return tuple(found)

    def _position(self, type_name: TypeName, selections: SelectionSet) -> Position:
        prepared = self.prepared
        schema, forbidden = prepared.supergraph.api_schema, prepared.forbidden
        return Position(schema, type_name, selections, self.options.variables, forbidden)


def _leads(tree: KeyTree, path: ClientPath) -> bool:
    """Whether a path leads through these response keys only."""
    for element in path:
        if isinstance(element, str):
            if element not in tree:
                return False
            tree = tree[element]
    return True


def _object_at(data: Any, path: ClientPath) -> JsonObject | None:
    """The object at a place of an answer, if there is one."""
    for element in path:
        try:
            data = data[element]
        except (KeyError, IndexError, TypeError):
            return None
    return data if isinstance(data, dict) else None
