"""The usual text form of a query plan."""

from collections.abc import Iterable, Iterator, Sequence

from gateway.resolvers.query_plan.fetch import DeferredBlock, EntityPart, Fetch, RootPart
from gateway.resolvers.query_plan.tree import in_waves, path_segments, type_conditions
from gateway.schema.selection import Field, InlineFragment, SelectionSet, print_selections
from gateway.types import OperationKind

Lines = Iterator[str]


def print_plan(kind: OperationKind, fetches: Sequence[Fetch], deferred: Sequence[DeferredBlock] = ()) -> str:
    """The plan as text: two spaces per level, a comma after every node, the operations without their heads."""
    if not fetches:
        return "QueryPlan {}"
    if kind is OperationKind.SUBSCRIPTION:
        body = _subscription(fetches)
    else:
        body = _deferring(fetches, deferred) if deferred else _tree(fetches)
    return "\n".join(_block("QueryPlan", body, end="}"))


def _block(head: str, body: Iterable[str], end: str = "},") -> Lines:
    yield f"{head} {{" if head else "{"
    yield from (f"  {line}" for line in body)
    yield end


def _subscription(fetches: Sequence[Fetch]) -> Lines:
    body = [*_block("Primary", _fetch(fetches[0]))]
    if rest := after_event(fetches):
        body += _block("Rest", _tree(rest))
    return _block("Subscription", body)


def _deferring(fetches: Sequence[Fetch], deferred: Sequence[DeferredBlock]) -> Lines:
    body = [*_block("Primary", _tree(fetches_of(fetches, None)))]
    for block in deferred:
        depends = ", ".join(str(other) for other in waits_for(fetches, block))
        label = f', label: "{block.label}"' if block.label else ""
        head = f'Deferred(depends: [{depends}], path: "{"/".join(path_segments(block.path))}"{label})'
        own = fetches_of(fetches, block.id)
        body += _block(head, [*_braces(block.selections), *(_tree(own) if own else ())])
    return _block("Defer", body)


def fetches_of(fetches: Sequence[Fetch], block: str | None) -> list[Fetch]:
    """The fetches that only this block needs; None stands for the first answer."""
    return [fetch for fetch in fetches if fetch.deferred == block]


def waits_for(fetches: Sequence[Fetch], block: DeferredBlock) -> list[int]:
    """The fetches of other blocks, or of the first answer, that a block needs before its own can start or it is ready."""
    own = {fetch.id for fetch in fetches_of(fetches, block.id)}
    needed = {other for fetch in fetches if fetch.id in own for other in fetch.depends_on} | set(block.depends_on)
    return sorted(needed - own)


def after_event(fetches: Sequence[Fetch]) -> list[Fetch]:
    """The fetches that run for each event: all but the first, which is not waited for any more."""
    return [fetch for fetch in fetches if fetch.id != fetches[0].id]


def _tree(fetches: Sequence[Fetch]) -> Lines:
    waves = [wave for wave in in_waves(fetches) if wave]
    if len(waves) == 1:
        return _wave(waves[0])
    return _block("Sequence", (line for wave in waves for line in _wave(wave)))


def _wave(wave: Sequence[Fetch]) -> Lines:
    if len(wave) == 1:
        return _guarded(wave[0])
    return _block("Parallel", (line for fetch in wave for line in _guarded(fetch)))


def _guarded(fetch: Fetch) -> Lines:
    lines = _fetch(fetch)
    for guard in reversed(fetch.guards):
        lines = _block(f"{'Include' if guard.expected else 'Skip'}(if: ${guard.variable})", lines)
    return lines


def _fetch(fetch: Fetch) -> Lines:
    head = f'(service: "{fetch.subgraph}")'
    first = fetch.parts[0]
    if isinstance(first, RootPart) and len(fetch.parts) == 1:
        lines = _block(f"Fetch{head}", _braces(first.selections))
        path = first.path
    elif isinstance(first, EntityPart) and len(fetch.parts) == 1 and len(first.paths) == 1:
        lines = _block(f"Fetch{head}", _entities(first))
        path = first.paths[0]
    else:
        return _block(f"BatchFetch{head}", (line for part in fetch.parts for line in _part(part)))
    return _block(f'Flatten(path: "{".".join(path_segments(path))}")', lines) if path else lines


def _part(part: RootPart | EntityPart) -> Lines:
    if isinstance(part, RootPart):
        return _block("root", _braces(part.selections))
    body = ["paths: [", *(f'  "{".".join(path_segments(path))}"' for path in part.paths), "]", *_entities(part)]
    lines = _block(part.alias, body)
    for guard in reversed(part.guards):
        lines = _block(f"{'include' if guard.expected else 'skip'}(if: ${guard.variable})", lines)
    return lines


def _entities(part: EntityPart) -> Lines:
    inputs = [
        InlineFragment(name, selections=(Field("__typename"), *one.selections))
        for one in part.inputs
        for name in type_conditions(one)
    ]
    yield from _block("", _lines(tuple(inputs)), end="} =>")
    yield from _braces(part.selections)


def _braces(selections: SelectionSet) -> Lines:
    return _block("", _lines(selections), end="}")


def _lines(selections: SelectionSet) -> Lines:
    for selection in selections:
        if not selection.selections or len({g.expected for g in selection.guards}) < len(selection.guards):
            yield print_selections((selection,))
            continue
        bare = print_selections((_without_selections(selection),))
        yield from _block(bare, _lines(selection.selections), end="}")


def _without_selections(selection: Field | InlineFragment) -> Field | InlineFragment:
    if isinstance(selection, Field):
        return Field(selection.name, selection.alias, selection.arguments, selection.guards, selection.directives)
    return InlineFragment(selection.type_condition, selection.guards, selection.directives)
