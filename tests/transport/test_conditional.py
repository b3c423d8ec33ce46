"""A client that has an answer is not sent it again."""

import pytest

from gateway.resolvers.messages import GraphQLResponse
from gateway.transport.conditional import has_it, validator_of
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.transport.exchange import FakeService, exchange

BODY = b'{"data":{"count":3}}'


def endpoint(said: str = "public, max-age=30") -> GraphQLEndpoint:
    answer = GraphQLResponse(BODY, executed=True, headers={"cache-control": said, "age": "3"})
    return GraphQLEndpoint(FakeService(answer), options=EndpointOptions(path="/graphql", csrf_headers=()))


async def get(app: GraphQLEndpoint, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await exchange(app, "GET", query_string="query={count}", headers=named)
    assert response is not None
    return response.status, dict(response.headers), response.body


async def test_an_answer_that_may_be_kept_has_a_validator() -> None:
    """And whoever comes back with it gets 304 and the headers, without a body."""
    status, headers, body = await get(endpoint())
    assert (status, headers["etag"], body) == (200, validator_of(BODY), BODY)
    status, headers, body = await get(endpoint(), if_none_match=headers["etag"])
    assert (status, body) == (304, b"")
    assert headers == {
        "vary": "accept, accept-encoding",
        "cache-control": "public, max-age=30",
        "age": "3",
        "etag": validator_of(BODY),
    }


async def test_another_answer_is_sent() -> None:
    """What the client has is not this one."""
    status, _, body = await get(endpoint(), if_none_match='"other"')
    assert (status, body) == (200, BODY)


async def test_an_answer_that_may_not_be_kept_has_none() -> None:
    """There is nothing to compare."""
    status, headers, _ = await get(endpoint("no-store"), if_none_match="*")
    assert status == 200
    assert "etag" not in headers


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, False), ("*", True), ('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ('"b"', False), ("", False)],
)
def test_validators_are_compared_weakly(given: str | None, expected: bool) -> None:
    """RFC 9110, section 13.1.2."""
    assert has_it(given, 'W/"a"') is expected
