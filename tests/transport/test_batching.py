"""Arrays of requests: off by default, bounded, answered in order."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import RequestError
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.transport.exchange import FakeService, post

ITEMS = [{"query": "{ a }"}, {"query": "{ b }", "variables": {"x": 1}}]


class Echo(FakeService):
    """Answers with the query; refuses that of ``c``."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        if "c" in request.query:
            raise RequestError("not c")
        return GraphQLResponse(
            json.dumps({"data": request.query + str(dict(request.variables))}).encode(), executed=True
        )


def endpoint(most: int) -> GraphQLEndpoint:
    return GraphQLEndpoint(Echo(), options=EndpointOptions(batch=most))


async def test_a_batch_is_answered_in_order() -> None:
    """An array for an array, whoever streams or not."""
    for accept in ("application/json", "multipart/mixed;deferSpec=20220824, application/json"):
        response = await post(endpoint(2), ITEMS, accept=accept)
        assert response.status == 200
        assert response.json == [{"data": "{ a }{}"}, {"data": "{ b }{'x': 1}"}]


async def test_one_that_is_refused_does_not_touch_the_others() -> None:
    """It is an entry with errors."""
    response = await post(endpoint(3), [*ITEMS, {"query": "{ c }"}])
    assert [entry.keys() for entry in response.json] == [{"data"}, {"data"}, {"errors"}]


@pytest.mark.parametrize(
    ("most", "body"),
    [(1, ITEMS), (2, []), (2, [*ITEMS, ITEMS[0]]), (2, [{"query": 5}]), (2, [{}]), (2, b"[{}"), (2, [[ITEMS[0]]])],
)
async def test_what_is_no_batch_is_refused_as_a_whole(most: int, body: Any) -> None:
    """Off by default, too long, empty, or no requests in it."""
    response = await post(endpoint(most), body)
    assert response.status == 400
    assert response.code == "BAD_REQUEST"


async def test_a_single_request_is_answered_as_ever() -> None:
    """Where batches are taken, too."""
    found: Mapping[str, Any] = (await post(endpoint(2), ITEMS[0])).json
    assert found == {"data": "{ a }{}"}
