"""Documents by name: automatic persisted queries, trusted documents, and what becomes of all others."""

import hashlib
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RequestError, SettingsError
from gateway.resolvers.cache import MemoryStore
from gateway.resolvers.messages import GraphQLRequest
from gateway.transport.documents import (
    DocumentService,
    MemoryDocuments,
    StoredDocuments,
    TrustedDocuments,
    TrustMode,
    read_manifests,
)
from gateway.transport.endpoint import EndpointOptions, GraphQLEndpoint
from tests.transport.exchange import FakeService, Response, exchange, post

HELLO = "{ hello }"
HASH = hashlib.sha256(HELLO.encode()).hexdigest()
TRUSTED = {"hello-1": HELLO, HASH: HELLO}


def persisted(digest: str = HASH, version: int = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": digest}}


def known(documents: dict[str, str]) -> TrustedDocuments:
    """Trusted documents as a manifest would bring them."""
    made = TrustedDocuments([])
    made.by_id, made.texts = documents, frozenset(documents.values())
    return made


class Desk:
    """An endpoint, its documents, and what the engine behind them was asked."""

    def __init__(
        self, trusted: dict[str, str] | None = None, mode: TrustMode = TrustMode.PREFER, *, automatic: bool = True
    ) -> None:
        self.engine = FakeService()
        store = MemoryDocuments(1_000) if automatic else None
        service = DocumentService(self.engine, trusted=known(trusted or {}), mode=mode, automatic=store)
        self.app = GraphQLEndpoint(service, options=EndpointOptions())

    async def post(self, **body: Any) -> Response:
        return await post(self.app, body)

    @property
    def asked(self) -> list[str]:
        return [request.query for request in self.engine.asked]


async def test_a_document_is_registered_once_and_then_asked_by_its_hash() -> None:
    """As Apollo's clients do: the hash alone, then both where it is not known, then the hash alone."""
    desk = Desk()
    unknown = await desk.post(extensions=persisted())
    assert (unknown.status, unknown.code, unknown.json["errors"][0]["message"]) == (
        200,
        "PERSISTED_QUERY_NOT_FOUND",
        "PersistedQueryNotFound",
    )
    assert unknown.headers["cache-control"] == "no-store"
    assert (await desk.post(query=HELLO, extensions=persisted())).status == 200
    assert (await desk.post(extensions=persisted(HASH.upper()), variables={"a": 1})).status == 200
    assert desk.asked == [HELLO, HELLO]


async def test_a_registered_document_is_asked_by_get() -> None:
    """Which is what makes answers cacheable on the way."""
    desk = Desk()
    await desk.post(query=HELLO, extensions=persisted())
    address = f"extensions={json.dumps(persisted()).replace(' ', '')}"
    response = await exchange(desk.app, "GET", query_string=address, headers={"apollo-require-preflight": "1"})
    assert response is not None
    assert (response.status, desk.asked, desk.engine.asked[-1].read_only) == (200, [HELLO, HELLO], True)


async def test_nobody_can_put_another_document_under_a_hash() -> None:
    """It is computed, not believed."""
    desk = Desk()
    response = await desk.post(query="{ other }", extensions=persisted())
    assert (response.status, response.code) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert (await desk.post(extensions=persisted())).code == "PERSISTED_QUERY_NOT_FOUND"
    assert desk.asked == []


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ({"version": 2, "sha256Hash": HASH}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ("hash", "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"version": 1}, "BAD_REQUEST"),
        ({"version": 1, "sha256Hash": 7}, "BAD_REQUEST"),
    ],
)
async def test_a_malformed_hash_is_refused(extension: Any, code: str) -> None:
    """With status 400, whatever stands there."""
    response = await Desk().post(extensions={"persistedQuery": extension})
    assert (response.status, response.code) == (400, code)


async def test_automatic_documents_can_be_switched_off() -> None:
    """Clients are told in the words after which they send the query itself, and are answered then."""
    desk = Desk(automatic=False)
    response = await desk.post(extensions=persisted())
    assert (response.status, response.code) == (200, "PERSISTED_QUERY_NOT_SUPPORTED")
    assert (await desk.post(query=HELLO, extensions=persisted())).status == 200
    assert (await desk.post(query=HELLO)).status == 200


@given(st.lists(st.text(max_size=400), max_size=30))
async def test_registered_documents_have_a_bounded_room(documents: list[str]) -> None:
    """What is kept never has more bytes than the room, and what is found is what was put."""
    store = MemoryDocuments(1_000)
    names = [hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest() for document in documents]
    for name, document in zip(names, documents, strict=True):
        await store.put(name, document)
    kept = [document for name in dict.fromkeys(names) if (document := await store.get(name)) is not None]
    assert sum(len(document.encode()) for document in kept) <= 1_000
    assert set(kept) <= set(documents)
    if documents and len(documents[-1].encode()) <= 1_000:
        assert await store.get(names[-1]) == documents[-1]


@pytest.mark.parametrize("mode", TrustMode)
@pytest.mark.parametrize(
    "body",
    [{"documentId": "hello-1"}, {"documentId": f"sha256:{HASH}"}, {"extensions": persisted()}, {"documentId": HASH}],
)
async def test_a_trusted_document_is_asked_by_its_id(body: dict[str, Any], mode: TrustMode) -> None:
    """In every form in which clients name it, in every mode."""
    desk = Desk(TRUSTED, mode, automatic=False)
    assert (await desk.post(**body)).status == 200
    assert desk.asked == [HELLO]


async def test_a_document_is_named_by_the_path() -> None:
    """POST with variables, or GET with all in the address."""
    desk = Desk(TRUSTED)
    headers = {"content-type": "application/json", "apollo-require-preflight": "1"}
    for method, chunks in (("POST", [b'{"variables":{"a":1}}']), ("GET", [b""])):
        response = await exchange(desk.app, method, "/graphql/hello-1", headers=headers, chunks=chunks)
        assert response is not None
        assert response.status == 200
    assert desk.asked == [HELLO, HELLO]
    unknown = await exchange(desk.app, "GET", "/graphql/nobody", headers=headers)
    assert unknown is not None
    assert (unknown.status, unknown.code) == (400, "PERSISTED_QUERY_NOT_IN_LIST")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ other }"}, "QUERY_NOT_IN_SAFELIST"),
        ({"query": "{ other }", "extensions": persisted("0" * 64)}, "QUERY_NOT_IN_SAFELIST"),
        ({"extensions": persisted("0" * 64)}, "PERSISTED_QUERY_NOT_IN_LIST"),
        ({"documentId": "nobody"}, "PERSISTED_QUERY_NOT_IN_LIST"),
    ],
)
async def test_only_trusted_documents_are_answered_where_the_settings_say_so(body: dict[str, Any], code: str) -> None:
    """By whichever way another one comes. A trusted one may come as text."""
    desk = Desk(TRUSTED, TrustMode.ONLY, automatic=False)
    response = await desk.post(**body)
    assert (response.status, response.code) == (400, code)
    assert (await desk.post(query=HELLO)).status == 200
    assert desk.asked == [HELLO]


async def test_other_documents_are_logged_where_the_settings_say_so(caplog: pytest.LogCaptureFixture) -> None:
    """By their hash, which tells nothing of what they ask; trusted ones are not."""
    desk = Desk(TRUSTED, TrustMode.LOG)
    with caplog.at_level(logging.WARNING):
        for query in (HELLO, "{ other }"):
            assert (await desk.post(query=query)).status == 200
    (record,) = caplog.records
    assert hashlib.sha256(b"{ other }").hexdigest() in record.message


async def test_a_request_without_any_document_is_refused() -> None:
    """By its own name."""
    response = await Desk().post(variables={})
    assert (response.status, response.code) == (400, "BAD_REQUEST")


def test_manifests_of_all_forms_are_read(tmp_path: Path) -> None:
    """Apollo's, Relay's, and a folder of documents."""
    apollo, relay, folder = tmp_path / "apollo.json", tmp_path / "relay.json", tmp_path / "documents"
    operations = [{"id": "a", "body": "{ a }", "name": "A", "type": "query"}]
    apollo.write_text(json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}))
    relay.write_text(json.dumps({"b": "{ b }"}))
    folder.mkdir()
    (folder / "分.graphql").write_text("{ c }", encoding="utf-8")
    (folder / "README").write_text("no document")
    assert read_manifests([apollo, relay, folder]) == {"a": "{ a }", "b": "{ b }", "分": "{ c }"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ('{"operations": []}', "its format is not"),
        ('{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [1]}', "not a list of objects"),
        ('{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]}', "not a text"),
        ('{"a": 1}', "not a text"),
    ],
)
def test_a_wrong_manifest_stops_the_start(content: str, why: str, tmp_path: Path) -> None:
    """With the setting's key, the file and what is wrong."""
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=why) as caught:
        read_manifests([path])
    assert caught.value.message.startswith(f"documents.trusted: {path}: ")


def test_one_id_stands_for_one_document(tmp_path: Path) -> None:
    """Else it would depend on the order of files what a client gets."""
    for name, document in (("a", "{ a }"), ("b", "{ b }")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"x": document}))
    with pytest.raises(SettingsError, match="two different documents"):
        read_manifests([tmp_path / "a.json", tmp_path / "b.json"])
    with pytest.raises(SettingsError, match="cannot be read"):
        read_manifests([tmp_path / "none.json"])


async def test_other_transports_are_served_as_well() -> None:
    """The service stands before the engine, whoever asks it."""
    service = DocumentService(FakeService(), trusted=known(TRUSTED), mode=TrustMode.ONLY)
    assert (await service.execute(GraphQLRequest("", document_id="hello-1"))).executed
    with pytest.raises(RequestError):
        await service.execute(GraphQLRequest("{ other }"))


@asynccontextmanager
async def manifests(*answers: tuple[int, Any]) -> AsyncIterator[tuple[str, list[str | None]]]:
    """An address that gives these answers, the last one for ever, and the ETags that it was asked with."""
    asked: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        status, content = answers[min(len(asked), len(answers) - 1)]
        asked.append(request.headers.get("if-none-match"))
        return web.json_response(content, status=status, headers={"etag": f'"{len(asked)}"'})

    app = web.Application()
    app.router.add_get("/manifest", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/manifest")), asked


async def test_a_manifest_at_an_address_is_followed(tmp_path: Path) -> None:
    """It is asked again when it is due, by its ETag; what fails changes nothing; a file counts before it."""
    (tmp_path / "own.json").write_text(json.dumps({"c": "{ own }"}))
    clock = [0.0]
    first, second = {"a": "{ a }", "c": "{ theirs }"}, {"b": "{ b }"}
    async with manifests((200, first), (304, None), (200, [1]), (503, {}), (200, second)) as (url, asked):
        trusted = TrustedDocuments([url, tmp_path / "own.json"], refresh_seconds=60, clock=lambda: clock[0])
        seen = []
        for now in (0, 1, 60, 120, 130, 140):
            clock[0] = now
            await trusted.refresh()
            seen.append("".join(sorted(trusted.by_id)))
        assert seen == ["ac", "ac", "ac", "ac", "ac", "bc"]
        assert (trusted.by_id["c"], trusted.texts) == ("{ own }", {"{ own }", "{ b }"})
        assert asked == [None, '"1"', '"1"', '"1"', '"1"']


async def test_an_address_that_is_down_at_the_start_is_asked_again() -> None:
    """Until then its documents are not known; the others are answered."""
    clock = [0.0]
    async with manifests((503, {}), (200, {"x": HELLO})) as (url, _):
        desk = Desk()
        trusted = TrustedDocuments([url], clock=lambda: clock[0])
        desk.app = GraphQLEndpoint(DocumentService(desk.engine, trusted=trusted), options=EndpointOptions())
        assert (await desk.post(documentId="x")).code == "PERSISTED_QUERY_NOT_IN_LIST"
        clock[0] = 10
        assert (await desk.post(documentId="x")).status == 200


async def test_replicas_that_share_a_store_share_registered_documents() -> None:
    """What a client registered with one is known to the other; what neither knows is unknown."""
    store = MemoryStore(limit=1_000_000, clock=time.time)
    here, there = (StoredDocuments(MemoryDocuments(1_000), store) for _ in range(2))
    await here.put(HASH, HELLO)
    assert [await there.get(HASH), await there.get(HASH), await there.get("0" * 64)] == [HELLO, HELLO, None]
    await store.invalidate(["anything"])
    assert await StoredDocuments(MemoryDocuments(1_000), store).get(HASH) == HELLO
