"""GraphQL over HTTP, by the specification's own sections."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest

from gateway.errors import RequestError
from gateway.resolvers.messages import GraphQLRequest, GraphQLResponse
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint, Page
from tests.transport.exchange import FakeService, Response, exchange, post

QUERY = {"query": "{ hello }"}
JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
REFUSED = GraphQLResponse(b'{"errors":[{"message":"no"}]}', executed=False, status=400)


def endpoint(service: FakeService | None = None, *, page: Page | None = None, **options: object) -> GraphQLEndpoint:
    return GraphQLEndpoint(service or FakeService(), options=EndpointOptions(**options), page=page)  # type: ignore[arg-type]


async def get(app: GraphQLEndpoint, parameters: Mapping[str, str], *, method: str = "GET", **headers: str) -> Response:
    named = {"apollo-require-preflight": "1"} | {name.replace("_", "-"): value for name, value in headers.items()}
    response = await exchange(app, method, query_string=urlencode(parameters), headers=named)
    assert response is not None
    return response


async def test_a_post_is_answered() -> None:
    """A JSON body in, the service's body out, with its type, its length and no sniffing."""
    response = await post(endpoint(), QUERY)
    assert (response.status, response.body) == (200, b'{"data":{"hello":"world"}}')
    assert response.headers == {
        "content-type": "application/json; charset=utf-8",
        "content-length": "26",
        "vary": "accept, accept-encoding",
        "x-content-type-options": "nosniff",
    }


async def test_all_four_parameters_arrive() -> None:
    """Query, operation name, variables and extensions come to the service as they were sent, and so do the headers."""
    service = FakeService()
    variables, extensions = {"n": 10**30, "s": "分"}, {"e": [1, None]}
    body = {"query": "q", "operationName": "A", "variables": variables, "extensions": extensions}
    await post(endpoint(service), body, x_test="1")
    assert service.asked == [GraphQLRequest("q", "A", variables, extensions, {"content-type": JSON, "x-test": "1"})]


@pytest.mark.parametrize("nulls", [{}, {"operationName": None, "variables": None, "extensions": None}])
async def test_absent_and_null_parameters_are_the_same(nulls: dict[str, None]) -> None:
    """A null operation name, variables or extensions are none."""
    service = FakeService()
    await post(endpoint(service), QUERY | nulls)
    (asked,) = service.asked
    assert (asked.operation_name, asked.variables, asked.extensions) == (None, {}, {})


async def test_a_get_is_answered() -> None:
    """Parameters in the address: variables and extensions as JSON, and nothing but reading."""
    service = FakeService()
    parameters = {"query": "{ a分 }", "operationName": "A", "variables": '{"x":1}', "extensions": '{"y":2}'}
    assert (await get(endpoint(service), parameters)).status == 200
    (asked,) = service.asked
    assert (asked.query, asked.operation_name, asked.variables, asked.extensions) == (
        "{ a分 }",
        "A",
        {"x": 1},
        {"y": 2},
    )
    assert asked.read_only


async def test_an_empty_operation_name_in_an_address_is_none() -> None:
    """Section 5.3: the empty string is as if it were left out; ``null`` is a name."""
    service = FakeService()
    for name in ("", "null"):
        await get(endpoint(service), QUERY | {"operationName": name, "variables": ""})
    assert [asked.operation_name for asked in service.asked] == [None, "null"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL};q=0.6", GRAPHQL),
        (f"*/*, {GRAPHQL}", GRAPHQL),
        ("Application/GraphQL-Response+JSON; charset=utf-8", GRAPHQL),
        (f"{JSON};q=0, */*;q=0.1", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
        (f"{JSON} ; Q=0.2 , {GRAPHQL} ; q=0.8", GRAPHQL),
        (f"{GRAPHQL};q=0, application/*;q=0.5", JSON),
        (f", ,{GRAPHQL},", GRAPHQL),
        (f'text/plain;x="a,b;q=1", {GRAPHQL};q=0.1', GRAPHQL),
        (f"{JSON};q=high, {GRAPHQL};q=0.1", GRAPHQL),
        (f"text/event-stream;q=0, multipart/mixed;q=0, {GRAPHQL}", GRAPHQL),
    ],
)
async def test_the_client_chooses_the_media_type(accept: str | None, content_type: str) -> None:
    """Section 6.2: the highest priority media type that is listed; anything goes as plain JSON."""
    response = await post(endpoint(), QUERY, accept=accept)
    assert (response.status, response.headers["content-type"]) == (200, f"{content_type}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/html", "image/png, text/*", f"{JSON};q=0", "nonsense"])
async def test_what_cannot_be_accepted_is_refused(accept: str) -> None:
    """Section 6.2: 406 where no supported media type is acceptable."""
    response = await post(endpoint(), QUERY, accept=accept)
    assert (response.status, response.code) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(("media_type", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_a_request_error_has_the_status_of_its_media_type(media_type: str, status: int) -> None:
    """Section 6.4: plain JSON is 200 for every well-formed request, the other one is 4xx without data."""
    response = await post(endpoint(FakeService(REFUSED)), QUERY, accept=media_type)
    assert (response.status, response.body) == (status, REFUSED.body)


@pytest.mark.parametrize("media_type", [JSON, GRAPHQL])
async def test_a_mutation_by_get_is_not_allowed(media_type: str) -> None:
    """Section 5.3: 405 in either media type, and POST is named."""
    service = FakeService(GraphQLResponse(b'{"errors":[]}', executed=False, status=405))
    response = await get(endpoint(service), {"query": "mutation { a }"}, accept=media_type)
    assert (response.status, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    """405, with the two that are."""
    response = await get(endpoint(), QUERY, method=method)
    assert (response.status, response.headers["allow"], response.code) == (405, "GET, POST", "METHOD_NOT_ALLOWED")


MALFORMED = {
    "nothing": b"",
    "no JSON": b"NONSENSE",
    "half of it": b'{"query":',
    "more than it": b'{"query":"a"} x',
    "not UTF-8": b'{"query":"\xff"}',
    "a lone surrogate": b'{"query":"\\ud800"}',
    "too deep": b'{"query":"a","variables":{"a":' + b"[" * 100_000,
    "a number out of range": b'{"query":"a","variables":{"x":1e999}}',
    "a batch": b'[{"query":"a"}]',
    "null": b"null",
    "a typo": b'{"qeury":"a"}',
    "a query that is no text": b'{"query":{}}',
    "a query that is null": b'{"query":null}',
    "an operation name that is no text": b'{"query":"a","operationName":1}',
    "variables that are a list": b'{"query":"a","variables":[7]}',
    "variables that are a text": b'{"query":"a","variables":"{}"}',
    "extensions that are a list": b'{"query":"a","extensions":[]}',
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("media_type", [JSON, GRAPHQL])
async def test_a_malformed_body_is_refused(name: str, media_type: str) -> None:
    """Section 6.4: 400 in either media type, in the response format, and nothing is asked of the service."""
    service = FakeService()
    response = await post(endpoint(service), MALFORMED[name], accept=media_type)
    assert (response.status, response.code) == (400, "BAD_REQUEST")
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert service.asked == []


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "qeury=a",
        "query=%FF",
        "query=a&query=b",
        "query=a&variables=[1]",
        "query=a&variables=x",
        "query=a&extensions=1",
    ],
)
async def test_a_malformed_address_is_refused(query_string: str) -> None:
    """400 for parameters that are missing, twice, not UTF-8, or no JSON object."""
    response = await exchange(endpoint(), "GET", query_string=query_string, headers={"apollo-require-preflight": "1"})
    assert response is not None
    assert (response.status, response.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type", ["", "application/graphql", "application/json; charset=utf-16", "application/jsonx", "text/json"]
)
async def test_only_json_in_utf_8_is_taken(content_type: str) -> None:
    """Section 5.4: a content type must be there, and be JSON in UTF-8."""
    response = await post(endpoint(csrf_headers=()), QUERY, content_type=content_type)
    assert (response.status, response.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", 'Application/JSON;charset="utf8"'])
async def test_a_content_type_may_name_utf_8(content_type: str) -> None:
    """UTF-8 under its usual spellings is what JSON is in."""
    assert (await post(endpoint(), QUERY, content_type=content_type)).status == 200


async def test_a_compressed_body_is_refused() -> None:
    """A content coding is not taken, and not mistaken for bad JSON."""
    assert (await post(endpoint(), QUERY, content_encoding="compress")).status == 415
    assert (await post(endpoint(), QUERY, content_encoding="identity")).status == 200


async def test_a_long_body_is_refused_unread() -> None:
    """A Content-Length above the limit is 413 before anything is read."""
    response = await exchange(
        endpoint(body_bytes=10), headers={"content-type": JSON, "content-length": "11"}, chunks=[], leaves=True
    )
    assert response is not None
    assert (response.status, response.code) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 6, b"x" * 5]])
async def test_a_long_body_of_unknown_length_is_refused(chunks: list[bytes]) -> None:
    """Without a Content-Length the bytes are counted as they come."""
    response = await exchange(endpoint(body_bytes=10), headers={"content-type": JSON}, chunks=chunks)
    assert response is not None
    assert response.status == 413


async def test_a_body_may_come_in_pieces() -> None:
    """A body of the allowed length is put together, also where a letter is cut."""
    body = json.dumps({"query": "{ 统分 }"}, ensure_ascii=False).encode()
    service = FakeService()
    await exchange(
        endpoint(service, body_bytes=len(body)),
        headers={"content-type": JSON},
        chunks=[body[index : index + 1] for index in range(len(body))],
    )
    assert [asked.query for asked in service.asked] == ["{ 统分 }"]


async def test_a_client_that_leaves_gets_nothing() -> None:
    """A connection that ends in the middle of a body asks nothing and is answered nothing."""
    service = FakeService()
    response = await exchange(endpoint(service), headers={"content-type": JSON}, chunks=[b'{"query":'], leaves=True)
    assert (response, service.asked) == (None, [])


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "text/plain;x=application/json", "multipart/form-data; boundary=x"]
)
async def test_what_any_page_could_send_is_refused(content_type: str) -> None:
    """A POST with a content type that needs no preflight is a possible forgery."""
    response = await post(endpoint(), QUERY, content_type=content_type)
    assert (response.status, response.code) == (400, "CSRF_PREVENTION")


async def test_a_get_needs_a_header_that_forces_a_preflight() -> None:
    """Any one of the named headers, or a content type that is not simple, is enough; an empty header is not."""

    async def status(headers: dict[str, str]) -> int:
        response = await exchange(endpoint(), "GET", query_string="query={a}", headers=headers)
        assert response is not None
        return int(response.status)

    assert await status({}) == 400
    assert await status({"apollo-require-preflight": ""}) == 400
    assert await status({"apollo-require-preflight": "x"}) == 200
    assert await status({"x-apollo-operation-name": "A"}) == 200
    assert await status({"content-type": JSON}) == 200


async def test_the_guard_can_be_switched_off() -> None:
    """Without required headers a plain GET is taken."""
    response = await exchange(endpoint(csrf_headers=()), "GET", query_string="query={a}")
    assert response is not None
    assert response.status == 200


@pytest.mark.parametrize(
    ("value", "allowed", "expected"),
    [
        ("true", True, (True, False)),
        ("dry-run", True, (True, True)),
        ("TRUE ", True, (True, False)),
        ("1", True, (False, False)),
        ("true", False, (False, False)),
    ],
)
async def test_the_plan_is_asked_for_by_a_header(value: str, allowed: bool, expected: tuple[bool, bool]) -> None:
    """``Apollo-Expose-Query-Plan`` counts only where the settings let it."""
    service = FakeService()
    await post(endpoint(service, expose_plan=allowed), QUERY, apollo_expose_query_plan=value)
    (asked,) = service.asked
    assert (asked.expose_plan, asked.dry_run) == expected


async def test_a_repeated_header_is_joined() -> None:
    """RFC 9110, section 5.3: by a comma, in order."""
    service = FakeService()
    headers = [("content-type", JSON), ("X-A", "1"), ("x-a", "2"), ("accept", "text/html"), ("accept", JSON)]
    response = await exchange(endpoint(service), headers=headers, chunks=[b'{"query":"a"}'])
    assert response is not None
    assert (response.status, service.asked[0].headers["x-a"]) == (200, "1, 2")


async def test_the_service_may_add_headers() -> None:
    """Headers of the answer are sent on."""
    answer = GraphQLResponse(b"{}", executed=True, headers={"Cache-Control": "max-age=60"})
    response = await post(endpoint(FakeService(answer)), QUERY)
    assert response.headers["cache-control"] == "max-age=60"


async def test_a_service_that_cannot_answer_yet_says_so() -> None:
    """503 with Retry-After, in either media type."""
    service = FakeService(failure=RequestError("Waiting for city.", code="NOT_READY", status=503))
    response = await post(endpoint(service), QUERY)
    assert (response.status, response.code, response.headers["retry-after"]) == (503, "NOT_READY", "1")


async def test_a_fault_of_ours_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected exception is 500 without its text, which only the log has."""
    response = await post(endpoint(FakeService(failure=ZeroDivisionError("secret"))), QUERY)
    assert (response.status, response.code) == (500, "INTERNAL_SERVER_ERROR")
    assert b"secret" not in response.body
    assert "secret" in caplog.text


PAGE = Page(b"<!doctype html>", ((b"content-security-policy", b"default-src 'none'"),))


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", f"text/html, {JSON}"]
)
async def test_a_browser_gets_the_page(accept: str) -> None:
    """A GET that likes HTML best gets the page, with its own headers and no CSRF check."""
    response = await exchange(endpoint(page=PAGE), "GET", headers={"accept": accept})
    assert response is not None
    assert (response.status, response.body) == (200, PAGE.html)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == "default-src 'none'"


@pytest.mark.parametrize("accept", ["*/*", JSON, f"{JSON}, text/plain, */*"])
async def test_a_program_does_not_get_the_page(accept: str) -> None:
    """Whoever does not name HTML is answered in JSON."""
    response = await get(endpoint(page=PAGE), QUERY, accept=accept)
    assert response.headers["content-type"].startswith("application/")


async def test_without_a_page_html_is_not_acceptable() -> None:
    """GraphiQL switched off: a browser is told that there is only JSON."""
    response = await exchange(endpoint(), "GET", headers={"accept": "text/html"})
    assert response is not None
    assert (response.status, response.headers["content-type"]) == (406, "application/json; charset=utf-8")
