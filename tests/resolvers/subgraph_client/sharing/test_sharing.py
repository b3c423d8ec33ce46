"""Equal queries in flight are one request; nothing is shared that might tell one client what another may know."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import SubgraphError
from gateway.resolvers.request_context import Freshness, RequestContext
from gateway.resolvers.subgraph_client import HttpAnswer, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response import read_response
from gateway.resolvers.subgraph_client.sharing import SharingClient
from gateway.types import OperationKind

JSON = {"content-type": "application/json"}


class Gate:
    """A ``SubgraphClient`` that answers when it is let: the first request by its ``error``, if it has one."""

    def __init__(self) -> None:
        self.asked: list[SubgraphRequest] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        self.asked.append(request)
        if request.context is not None:
            request.context.report("sources", request.subgraph)
            if request.context.freshness is not None:
                request.context.freshness.forbid()
        await self.open.wait()
        if self.error is not None and request is self.asked[0]:
            raise self.error
        return HttpAnswer(200, JSON, b'{"data":{"number":%d}}' % len(self.asked))

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        answer = await self.post(request)
        return read_response(answer.body, answer.headers)

    async def close(self) -> None: ...


def ask(
    query: str = "{ number }",
    *,
    subgraph: str = "city",
    kind: OperationKind = OperationKind.QUERY,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    context: RequestContext | None = None,
) -> SubgraphRequest:
    return SubgraphRequest(subgraph, kind, query, variables or {}, headers=headers or {}, context=context)


async def settle() -> None:
    """Let every task run until it waits for something."""
    for _ in range(5):
        await asyncio.sleep(0)


def shared(gate: Gate) -> SharingClient:
    return SharingClient(gate, shares=lambda _: True)


async def send_all(client: SharingClient, gate: Gate, *requests: SubgraphRequest) -> list[Any]:
    tasks = [asyncio.create_task(client.post(request)) for request in requests]
    await settle()
    gate.open.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_equal_queries_in_flight_are_one_request() -> None:
    """All get the same answer."""
    gate = Gate()
    answers = await send_all(shared(gate), gate, *(ask() for _ in range(5)))
    assert len(gate.asked) == 1
    assert {answer.body for answer in answers} == {b'{"data":{"number":1}}'}


async def test_decoded_responses_are_nobody_elses() -> None:
    """Who gets a response may change it: the next one's is untouched."""
    gate = Gate()
    client = shared(gate)
    tasks = [asyncio.create_task(client.send(ask())) for _ in range(2)]
    await settle()
    gate.open.set()
    first, second = await asyncio.gather(*tasks)
    assert first.data == second.data == {"number": 1}
    assert first.data is not second.data


async def test_a_query_that_comes_after_the_answer_is_a_new_request() -> None:
    """Sharing is no cache."""
    gate = Gate()
    gate.open.set()
    client = shared(gate)
    assert (await client.post(ask())).body != (await client.post(ask())).body


async def test_mutations_are_never_shared() -> None:
    """Two buyers buy twice."""
    gate = Gate()
    await send_all(shared(gate), gate, *(ask("mutation { buy }", kind=OperationKind.MUTATION) for _ in range(2)))
    assert len(gate.asked) == 2


async def test_sharing_may_be_switched_off_for_one_subgraph() -> None:
    """Its requests go straight through."""
    gate = Gate()
    client = SharingClient(gate, shares=lambda name: name != "city")
    await send_all(client, gate, ask(), ask(), ask(subgraph="core"), ask(subgraph="core"))
    assert [request.subgraph for request in gate.asked] == ["city", "city", "core"]


async def test_errors_are_shared() -> None:
    """Each gets an error of its own: a traceback belongs to one task."""
    gate = Gate()
    gate.error = SubgraphError("It is down.", subgraph="city", extensions={"a": 1})
    errors = await send_all(shared(gate), gate, ask(), ask())
    assert len(gate.asked) == 1
    assert [(error.message, error.extensions) for error in errors] == [("It is down.", {"a": 1})] * 2
    assert errors[0] is not errors[1]


async def test_what_was_said_on_the_way_to_an_error_is_told_too() -> None:
    """Each client's request hears of it."""
    gate = Gate()
    gate.error = SubgraphError("It is down.", subgraph="city")
    contexts = [RequestContext(), RequestContext()]
    await send_all(shared(gate), gate, *(ask(context=context) for context in contexts))
    assert [context.reports for context in contexts] == [{"sources": ["city"]}] * 2


async def test_who_asked_first_may_leave() -> None:
    """The others get an answer: one of them asks anew."""
    gate = Gate()
    client = shared(gate)
    first, *others = [asyncio.create_task(client.post(ask())) for _ in range(3)]
    await settle()
    first.cancel()
    await settle()
    gate.open.set()
    answers = await asyncio.gather(*others)
    assert [answer.body for answer in answers] == [b'{"data":{"number":2}}'] * 2
    assert len(gate.asked) == 2


async def test_who_waits_may_leave() -> None:
    """Nobody else notices."""
    gate = Gate()
    client = shared(gate)
    first, second = [asyncio.create_task(client.post(ask())) for _ in range(2)]
    await settle()
    second.cancel()
    await settle()
    gate.open.set()
    assert (await first).status == 200
    assert len(gate.asked) == 1


async def test_each_waits_until_its_own_deadline() -> None:
    """Who must be done at once is; who has time gets the answer."""
    gate = Gate()
    client = shared(gate)
    now = asyncio.get_running_loop().time()
    patient = asyncio.create_task(client.post(ask(context=RequestContext(deadline=now + 60))))
    hurried = asyncio.create_task(client.post(ask(context=RequestContext(deadline=now))))
    with pytest.raises(SubgraphError, match="did not answer in time"):
        await hurried
    gate.open.set()
    assert (await patient).status == 200


async def test_a_deadline_of_who_asked_first_does_not_end_the_others_wait() -> None:
    """The one with more time asks anew."""
    gate = Gate()
    gate.error = SubgraphError("It did not answer in time.", subgraph="city")
    client = shared(gate)
    now = asyncio.get_running_loop().time()
    hurried = asyncio.create_task(client.post(ask(context=RequestContext(deadline=now))))
    patient = asyncio.create_task(client.post(ask(context=RequestContext(deadline=now + 60))))
    await settle()
    gate.open.set()
    with pytest.raises(SubgraphError):
        await hurried
    assert (await patient).body == b'{"data":{"number":2}}'


async def test_what_is_said_on_the_way_is_told_to_all() -> None:
    """Reports and a word against keeping go to every client's response, once."""
    gate = Gate()
    contexts = [RequestContext(freshness=Freshness()) for _ in range(3)]
    await send_all(shared(gate), gate, *(ask(context=context) for context in contexts))
    assert len(gate.asked) == 1
    for context in contexts:
        assert context.reports == {"sources": ["city"]}
        assert context.freshness is not None
        assert context.freshness.is_forbidden


names = st.sampled_from(["authorization", "cookie", "x-tenant", "accept-language"])
values = st.sampled_from(["", "a", "b"])
header_sets = st.dictionaries(names, values, max_size=2)
claim_sets = st.dictionaries(
    st.sampled_from(["sub", "scope"]), st.sampled_from(["a", "b", ["a", "b"], 1, "1"]), max_size=2
)
whole_requests = st.builds(
    lambda subgraph, query, variables, headers, claims, extensions: ask(
        query,
        subgraph=subgraph,
        variables=variables,
        headers=headers,
        context=RequestContext(claims=claims, extensions=extensions),
    ),
    st.sampled_from(["city", "core"]),
    st.sampled_from(["{ number }", "{ other }"]),
    st.dictionaries(st.just("n"), st.sampled_from([1, "1", None, [1]]), max_size=1),
    header_sets,
    claim_sets,
    st.dictionaries(st.just("member"), st.sampled_from(["a", "b"]), max_size=1),
)


def identity(request: SubgraphRequest) -> str:
    """Everything that an answer may depend on."""
    assert request.context is not None
    entries = (request.headers, request.context.claims, request.context.extensions)
    known = [sorted((key, repr(value)) for key, value in each.items()) for each in entries]
    return repr((request.subgraph, request.query, sorted(request.variables.items()), known))


@settings(max_examples=200, deadline=None)
@given(st.lists(whole_requests, min_size=2, max_size=8))
def test_nothing_is_shared_across_different_authorisation(requests: list[SubgraphRequest]) -> None:
    """Each gets the answer to a request that was equal in all that counts, and each such request is made once."""

    async def run() -> None:
        gate = Gate()
        client = shared(gate)
        tasks = [asyncio.create_task(client.post(request)) for request in requests]
        await settle()
        made = [identity(request) for request in gate.asked]
        assert sorted(made) == sorted({identity(request) for request in requests})
        gate.open.set()
        assert all(answer.status == 200 for answer in await asyncio.gather(*tasks))

    asyncio.run(run())
