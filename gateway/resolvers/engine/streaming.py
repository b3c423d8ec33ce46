"""A list that comes item by item (``@stream``), where it is a root field and its subgraph can: each lot of items is a run of its own.

The subgraph is asked once. Its first part is the root fetch of the whole operation; each further one is the root fetch of the same operation with the
streamed field alone, so that what other subgraphs know of its items is asked for as they come.
"""

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, replace

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    parse,
    print_ast,
)
from msgspec import structs

from gateway.errors import SubgraphError
from gateway.resolvers.engine.responses import encode, extensions_of
from gateway.resolvers.executor import Executed, PreparedOperation, RunOptions, execute_operation, prepare
from gateway.resolvers.executor.failures import report_failure
from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.executor.streaming import EventClient, source_request
from gateway.resolvers.messages import Incremental
from gateway.resolvers.operation import Operation, Streamed
from gateway.resolvers.query_plan import Fetch, QueryPlan, RootPart
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client import SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import move_item
from gateway.schema.selection import Field
from gateway.schema.supergraph import Supergraph
from gateway.types import Label, OperationKind, SubgraphName

ID = "0"
"""That of the only list that is pending."""

MakePlan = Callable[[Operation, frozenset[Label]], QueryPlan]


@dataclass(frozen=True, slots=True)
class Found:
    """A list that comes item by item, and the fetch that brings it: the operation with that field ``alone``, its plan and its fetch."""

    streamed: Streamed
    source: Fetch
    alone: Operation
    plan: QueryPlan
    rest_source: Fetch

    def prepared(self, whole: PreparedOperation, supergraph: Supergraph) -> "StreamedOperation":
        """Ready to be run."""
        rest = prepare(self.alone, self.plan, supergraph)
        return StreamedOperation(self.streamed, whole, self.source, rest, self.rest_source)


@dataclass(frozen=True, slots=True)
class StreamedOperation:
    """An operation whose list comes item by item: ``rest`` is what is run for each further lot of items. Each has the fetch that brings the list."""

    streamed: Streamed
    whole: PreparedOperation
    source: Fetch
    rest: PreparedOperation
    rest_source: Fetch

    def request(self, options: RunOptions, count: int) -> SubgraphRequest:
        """What the subgraph is asked, with the directive on its field."""
        text = with_directive(self.source.operation, self.streamed, count)
        return structs.replace(source_request(self.source, options), query=text)


def find_streamed(
    operation: Operation, plan: QueryPlan, can_stream: Callable[[SubgraphName], bool], make_plan: MakePlan
) -> Found | None:
    """The list that comes item by item; None where all comes whole, which ``@stream`` leaves every server to choose."""
    if operation.kind is not OperationKind.QUERY or len(operation.streamed) != 1 or plan.deferred:
        return None
    (streamed,) = operation.streamed
    source = source_of(plan.fetches, streamed)
    if source is None or not can_stream(source.subgraph):
        return None
    field = tuple(
        each for each in operation.selections if isinstance(each, Field) and each.response_key == streamed.response_key
    )
    alone = replace(operation, selections=field, streamed=())
    rest = make_plan(alone, frozenset())
    rest_source = source_of(rest.fetches, streamed)
    if rest_source is None or field_text(rest_source, streamed) != field_text(source, streamed):
        return None
    return Found(streamed, source, alone, rest, rest_source)


def source_of(fetches: Iterable[Fetch], streamed: Streamed) -> Fetch | None:
    """The fetch that brings the list, if there is one."""
    return next((fetch for fetch in fetches if brings(fetch, streamed)), None)


def brings(fetch: Fetch, streamed: Streamed) -> bool:
    """Whether a fetch is the one that asks for the root field, and nothing before it."""
    root = fetch.parts[0]
    return (
        isinstance(root, RootPart)
        and not (root.path or root.renames or fetch.depends_on or fetch.guards)
        and field_text(fetch, streamed) is not None
    )


def field_text(fetch: Fetch, streamed: Streamed) -> str | None:
    """How a fetch writes the root field, if it does."""
    return next((print_ast(field) for field in _fields(fetch.operation) if _key(field) == streamed.response_key), None)


def with_directive(text: str, streamed: Streamed, count: int) -> str:
    """An operation's text with ``@stream`` on the root field."""
    argument = ArgumentNode(name=NameNode(value="initialCount"), value=IntValueNode(value=str(count)))
    directive = DirectiveNode(name=NameNode(value="stream"), arguments=(argument,))
    document = parse(text, no_location=True)
    operation = _operation(document)
    selections = tuple(
        replace(each, directives=(*(each.directives or ()), directive))
        if isinstance(each, FieldNode) and _key(each) == streamed.response_key
        else each
        for each in operation.selection_set.selections
    )
    written = replace(operation, selection_set=replace(operation.selection_set, selections=selections))
    return print_ast(
        replace(document, definitions=tuple(written if each is operation else each for each in document.definitions))
    )


def _fields(text: str) -> list[FieldNode]:
    operation = _operation(parse(text, no_location=True))
    return [each for each in operation.selection_set.selections if isinstance(each, FieldNode)]


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))


def _key(field: FieldNode) -> str:
    return (field.alias or field.name).value


async def stream_list(
    operation: StreamedOperation, options: RunOptions, form: Incremental, renewed: Callable[[], RunOptions]
) -> AsyncGenerator[bytes, None]:
    """The payloads. ``renewed`` gives the options for one more run. Raises nothing but cancellation, and what a fault of the gateway raises."""
    count = operation.streamed.initial_count(options.variables) or 0
    writer = Writer(operation.streamed, form)
    context = options.context or RequestContext()
    events = options.client.subscribe(operation.request(options, count))
    async with contextlib.aclosing(events):
        try:
            is_first = True
            async for event in events:
                if is_first:
                    yield writer.first(await run(operation.whole, operation.source, renewed(), event))
                else:
                    yield writer.items(await run(operation.rest, operation.rest_source, renewed(), event))
                is_first = False
                if writer.has_ended:
                    return
        except SubgraphError as error:
            errors = report_failure(operation.source, error)
            failed = Executed(None, tuple(operation.whole.clip_error(each) for each in errors), ())
            yield writer.first(failed) if is_first else writer.items(failed)
            return
        yield writer.end(context)


async def run(prepared: PreparedOperation, source: Fetch, options: RunOptions, event: SubgraphResponse) -> Executed:
    """One run, whose source is answered by this event."""
    client = EventClient(options.client, event, source.operation)
    return await execute_operation(prepared, structs.replace(options, client=client))


class Writer:
    """Writes payloads in a client's form, and knows how many items it has."""

    def __init__(self, streamed: Streamed, form: Incremental) -> None:
        self._key, self._form = streamed.response_key, form
        self._label: JsonObject = {"label": streamed.label} if streamed.label is not None else {}
        self._count = 0
        self.has_ended = False

    def first(self, executed: Executed) -> bytes:
        """What comes at once."""
        found = (executed.data or {}).get(self._key)
        self.has_ended = not isinstance(found, list)
        self._count = len(found or ())
        entries: JsonObject = {**_faults(executed), "data": executed.data, "hasNext": not self.has_ended}
        if self._form is Incremental.IDS and not self.has_ended:
            entries["pending"] = [{"id": ID, "path": [self._key], **self._label}]
        return encode(entries)

    def items(self, executed: Executed) -> bytes:
        """Further items; without any, because a null has reached the list's edge, it is the last payload."""
        found = (executed.data or {}).get(self._key)
        errors = tuple(move_item(each, self._key, self._count) for each in executed.errors)
        if not isinstance(found, list):
            self.has_ended = True
            return encode(self._failed(errors or executed.problems) | {"hasNext": False})
        entry: JsonObject = {"items": found, **_faults(Executed(None, errors, executed.problems))}
        if self._form is Incremental.IDS:
            entry = {"id": ID, **entry}
        else:
            entry |= {"path": [self._key, self._count], **self._label}
        self._count += len(found)
        return encode({"incremental": [entry], "hasNext": True})

    def end(self, context: RequestContext) -> bytes:
        """There are no more."""
        said = extensions_of(context, None)
        entries: JsonObject = {"completed": [{"id": ID}]} if self._form is Incremental.IDS else {}
        return encode({**entries, **({"extensions": said} if said else {}), "hasNext": False})

    def _failed(self, errors: tuple[JsonObject, ...]) -> JsonObject:
        if self._form is Incremental.IDS:
            return {"completed": [{"id": ID, "errors": errors}]}
        entry = {"items": None, "path": [self._key, self._count], **self._label, "errors": errors}
        return {"incremental": [entry]}


def _faults(executed: Executed) -> JsonObject:
    return {
        **({"errors": executed.errors} if executed.errors else {}),
        **({"extensions": {"valueCompletion": executed.problems}} if executed.problems else {}),
    }
