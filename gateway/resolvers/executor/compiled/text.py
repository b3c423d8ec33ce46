"""A compiled operation as text, for people: what is sent, and the code that collects and takes apart."""

from collections.abc import Iterator

from gateway.resolvers.executor.compiled.compilation import CompiledFetch, CompiledOperation


def print_compiled(operation: CompiledOperation) -> str:
    """Python that can be read: the body of every request as comments, then the generated functions. Classes are left to imagination."""
    lines = [line for fetch in operation.fetches.values() for line in _fetch_lines(fetch, operation)]
    return "\n".join([*lines, "", operation.source])


def _fetch_lines(fetch: CompiledFetch, operation: CompiledOperation) -> Iterator[str]:
    waits = operation.dependencies[fetch.id]
    after = f", after {waits} other{'s' if waits > 1 else ''}" if waits else ""
    functions = [f"take_{fetch.id}"] if fetch.take else []
    functions += [call.collect.__name__ for call in fetch.calls]
    yield f"# Fetch {fetch.id}: a {fetch.kind.value} to {fetch.subgraph}{after}; {', '.join(functions)}"
    names = [*fetch.variables, *(call.variable for call in fetch.calls), *fetch.idle]
    variables = ", ".join(f'"{name}": …' for name in names)
    yield f"#   {fetch.head.decode()}{{{variables}}}{fetch.tail.decode()}"
