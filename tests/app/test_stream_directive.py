"""Lists that come item by item (``@stream``): from a subgraph that can, through the gateway, to clients in both forms."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from gateway.app import make_app, make_loader
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from tests.app.markets import served

CATALOGUE = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { items(first: Int): [Item] strict: [Item!] other: Int box: Box }
type Mutation { many: [Item] }
type Box { items: [Item] }
type Item @key(fields: "id") { id: ID! name: String }
"""
PRICES = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Item @key(fields: "id") { id: ID! price: Int }
"""
FORMS = {"ids": "multipart/mixed;incrementalSpec=v0.2", "paths": "multipart/mixed;deferSpec=20220824"}


class Catalogue:
    """Streams its items in the newer form or the older one, each lot when ``more`` lets it."""

    def __init__(self, *, form: str = "ids", lots: list[Any] | None = None, whole: bool = False) -> None:
        self.form, self.whole = form, whole
        self.lots = lots if lots is not None else [[item(2)], [item(3), item(4)]]
        self.asked: list[str] = []
        self.more = asyncio.Semaphore(len(self.lots))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((await request.json())["query"])
        key = "strict" if "strict" in self.asked[-1] else "items"
        first = {"data": {key: [item(0), item(1)], "other": 7}}
        if self.whole:
            return web.json_response(first)
        response = web.StreamResponse(headers={"content-type": 'multipart/mixed; boundary="-"'})
        await response.prepare(request)
        await response.write(b"---")
        pending = {"pending": [{"id": "a", "path": [key]}]} if self.form == "ids" else {}
        await self._send(response, {**first, **pending, "hasNext": True})
        count = 2
        for lot in self.lots:
            await self.more.acquire()
            entry = lot if isinstance(lot, dict) else {"items": lot}
            where = {"id": "a"} if self.form == "ids" else {"path": [key, count]}
            await self._send(response, {"incremental": [{**where, **entry}], "hasNext": True})
            count += len(entry["items"] or ())
        end = {"completed": [{"id": "a"}]} if self.form == "ids" else {}
        await self._send(response, {**end, "hasNext": False})
        await response.write(b"--\r\n")
        return response

    async def _send(self, response: web.StreamResponse, payload: Any) -> None:
        text = json.dumps(payload)
        await response.write(f"\r\ncontent-type: application/json\r\n\r\n{text}\r\n---".encode())


def item(number: int) -> dict[str, Any]:
    return {"__typename": "Item", "id": str(number), "name": f"item {number}"}


async def prices(request: web.Request) -> web.Response:
    body = await request.json()
    ids = [each["id"] for each in body["variables"]["representations"]]
    return web.json_response({"data": {"_entities": [{"__typename": "Item", "price": int(each) * 10} for each in ids]}})


@asynccontextmanager
async def market(folder: Path, catalogue: Catalogue, *, stream: bool = True) -> AsyncIterator[ClientSession]:
    one, other = web.Application(), web.Application()
    one.router.add_post("/graphql", catalogue.answer)
    other.router.add_post("/graphql", prices)
    async with TestServer(one) as first, TestServer(other) as second:
        urls = {"catalogue": str(first.make_url("/graphql")), "prices": str(second.make_url("/graphql"))}
        composed = compose(
            [Subgraph("catalogue", urls["catalogue"], CATALOGUE), Subgraph("prices", urls["prices"], PRICES)]
        )
        (folder / "supergraph.graphql").write_text(composed.supergraph_sdl or "")
        made = make_settings(
            {
                "supergraph": {"file": "supergraph.graphql"},
                "traffic": {"subgraphs": {"catalogue": {"stream": stream}}},
            },
            folder=folder,
        )
        async with served(make_app(made, make_loader(made))) as client:
            yield client


async def payloads(client: ClientSession, query: str, form: str, **variables: Any) -> list[Any]:
    async with client.post(
        "/graphql", json={"query": query, "variables": variables}, headers={"accept": FORMS[form]}
    ) as response:
        text = await response.text()
    return [json.loads(part.partition("\r\n\r\n")[2]) for part in text.split("\r\n---") if "\r\n\r\n{" in part]


def merged(found: list[Any], key: str) -> Any:
    """What a client makes of the payloads."""
    data = found[0]["data"]
    for payload in found[1:]:
        for entry in payload.get("incremental", ()):
            if "path" in entry:
                assert entry["path"] == [key, len(data[key])]
            data[key] += entry["items"]
    return data


QUERY = 'query ($n: Int = 2) { items @stream(initialCount: $n, label: "list") { id price } other }'
WHOLE = {"items": [{"id": str(n), "price": n * 10} for n in range(5)], "other": 7}


@pytest.mark.parametrize("to_client", ["ids", "paths"])
@pytest.mark.parametrize("from_subgraph", ["ids", "paths"])
async def test_items_come_as_the_subgraph_sends_them(to_client: str, from_subgraph: str, tmp_path: Path) -> None:
    """Whatever form each side speaks; what another subgraph knows of the items is asked for as they come."""
    catalogue = Catalogue(form=from_subgraph)
    async with market(tmp_path, catalogue) as client:
        found = await payloads(client, QUERY, to_client)
    assert "@stream(initialCount: 2)" in catalogue.asked[0]
    assert len(found) == 4
    assert [each["hasNext"] for each in found] == [True, True, True, False]
    assert len(found[0]["data"]["items"]) == 2
    assert merged(found, "items") == WHOLE
    if to_client == "ids":
        assert found[0]["pending"] == [{"id": "0", "path": ["items"], "label": "list"}]
        assert found[-1]["completed"] == [{"id": "0"}]
    else:
        assert found[1]["incremental"][0]["label"] == "list"


async def test_the_first_answer_does_not_wait_for_the_rest(tmp_path: Path) -> None:
    """The client has the first items, with their prices, while the subgraph has not yet found the others."""
    catalogue = Catalogue()
    catalogue.more = asyncio.Semaphore(0)
    async with (
        market(tmp_path, catalogue) as client,
        client.post("/graphql", json={"query": QUERY}, headers={"accept": FORMS["ids"]}) as response,
    ):
        text = b""
        while b'"price":10' not in text:
            text += await response.content.readany()
        assert b'"price":20' not in text
        catalogue.more.release()
        while b'"price":20' not in text:
            text += await response.content.readany()
        catalogue.more.release()
        text += await response.content.read()
    assert b'"price":40' in text


@pytest.mark.parametrize("query", [QUERY.replace("$n,", "$n, if: false,"), "{ items { id price } other }"])
async def test_a_list_comes_whole_where_nobody_asks_otherwise(query: str, tmp_path: Path) -> None:
    """Then the subgraph is not asked to stream."""
    catalogue = Catalogue(whole=True)
    async with market(tmp_path, catalogue) as client:
        found = await payloads(client, query, "ids")
    assert "@stream" not in catalogue.asked[0]
    assert len(found[0]["data"]["items"]) == 2


async def test_a_subgraph_that_cannot_stream_is_not_asked_to(tmp_path: Path) -> None:
    """The directive ends at the gateway, and the answer is whole; so it is for clients that take no parts."""
    catalogue = Catalogue(whole=True)
    async with market(tmp_path, catalogue, stream=False) as client:
        await payloads(client, QUERY, "ids")
    async with market(tmp_path, catalogue) as client, client.post("/graphql", json={"query": QUERY}) as response:
        assert (await response.json())["data"]["other"] == 7
    assert not any("@stream" in each for each in catalogue.asked)


async def test_a_subgraph_may_answer_whole_after_all(tmp_path: Path) -> None:
    """The list is complete with the first part."""
    async with market(tmp_path, Catalogue(whole=True)) as client:
        found = await payloads(client, QUERY, "ids")
    assert [each["hasNext"] for each in found] == [True, False]
    assert len(found[0]["data"]["items"]) == 2


@pytest.mark.parametrize("form", ["ids", "paths"])
async def test_errors_of_items_have_their_place_in_the_list(form: str, tmp_path: Path) -> None:
    """A path counts in the whole list, whichever lot the item came with."""
    fault = {"items": [item(3), None], "errors": [{"message": "lost", "path": ["items", 4]}]}
    async with market(tmp_path, Catalogue(lots=[[item(2)], fault])) as client:
        found = await payloads(client, "{ items @stream(initialCount: 2) { id } }", form)
    (entry,) = found[2]["incremental"]
    assert entry["items"] == [{"id": "3"}, None]
    assert [error["path"] for error in entry["errors"]] == [["items", 4]]


@pytest.mark.parametrize("form", ["ids", "paths"])
async def test_a_null_that_may_not_be_ends_the_list(form: str, tmp_path: Path) -> None:
    """What has come stays; the last payload says why there is no more."""
    fault = {"items": [item(3), None], "errors": [{"message": "lost", "path": ["strict", 4]}]}
    async with market(tmp_path, Catalogue(lots=[[item(2)], fault, [item(5)]])) as client:
        found = await payloads(client, "{ strict @stream(initialCount: 2) { id } }", form)
    assert [each["hasNext"] for each in found] == [True, True, False]
    last = found[-1]["completed"][0] if form == "ids" else found[-1]["incremental"][0]
    assert [error["message"] for error in last["errors"]] == ["lost"]
    assert last.get("items") is None


async def test_a_subgraph_that_breaks_off_leaves_what_has_come(tmp_path: Path) -> None:
    """The last payload has the error."""
    catalogue = Catalogue(lots=[[item(2)], {"items": "nonsense"}])
    async with market(tmp_path, catalogue) as client:
        found = await payloads(client, "{ items @stream(initialCount: 2) { id } }", "ids")
    assert found[-1]["hasNext"] is False
    assert len(found[-1]["completed"][0]["errors"]) == 1


@pytest.mark.parametrize("accept", [*FORMS.values(), "application/json"])
@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ items @stream(initialCount: -1) { id } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int = -3) { items @stream(initialCount: $n) { id } }", {}, "VALIDATION_INVALID_TYPE_VARIABLE"),
        ("query ($n: Int) { items @stream(initialCount: $n) { id } }", {"n": -1}, "VALIDATION_INVALID_TYPE_VARIABLE"),
        ("{ box { items @stream(initialCount: -1) { id } } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "query ($n: Int = -1) { box { items @stream(initialCount: $n) { id } } }",
            {},
            "VALIDATION_INVALID_TYPE_VARIABLE",
        ),
        (
            "query ($n: Int) { ... { items @stream(initialCount: $n) { id } } }",
            {"n": -1},
            "VALIDATION_INVALID_TYPE_VARIABLE",
        ),
        (
            "query ($n: Int) { ...A } fragment A on Query { box { ...B } } fragment B on Box { items @stream(initialCount: $n) { id } }",
            {"n": -1},
            "VALIDATION_INVALID_TYPE_VARIABLE",
        ),
        (
            "query ($n: Int, $on: Boolean = true) { items @stream(initialCount: $n, if: $on) { id } }",
            {"n": -1},
            "VALIDATION_INVALID_TYPE_VARIABLE",
        ),
    ],
)
async def test_a_negative_count_is_refused(
    query: str, variables: dict[str, Any], code: str, accept: str, tmp_path: Path
) -> None:
    """Before any subgraph is asked, and whether the list would be streamed or not."""
    catalogue = Catalogue()
    async with market(tmp_path, catalogue) as client:
        body = {"query": query, "variables": variables}
        async with client.post("/graphql", json=body, headers={"accept": accept}) as response:
            text = await response.text()
    (error,) = json.loads(text[text.index("{") : text.rindex("}") + 1])["errors"]
    assert error["extensions"]["code"] == code
    assert error["message"] == "The 'initialCount' of '@stream' must not be negative."
    assert catalogue.asked == []


@pytest.mark.parametrize(
    "query",
    [
        "{ items @stream(initialCount: -1, if: false) { id } }",
        "{ items @stream(initialCount: -0) { id } }",
        "query ($n: Int = -1) { items @stream(initialCount: $n, if: false) { id } }",
        "query ($n: Int = -1, $on: Boolean = false) { items @stream(initialCount: $n, if: $on) { id } }",
    ],
)
async def test_a_count_that_does_not_count_is_not_refused(query: str, tmp_path: Path) -> None:
    """Of a directive that is switched off nothing is asked; -0 is 0."""
    async with (
        market(tmp_path, Catalogue(whole=True)) as client,
        client.post("/graphql", json={"query": query}) as response,
    ):
        assert (await response.json())["data"] == {"items": [{"id": "0"}, {"id": "1"}]}


@pytest.mark.parametrize(
    "query",
    [
        "mutation { many @stream { id } }",
        "{ other @stream }",
        "query ($l: String) { items @stream(label: $l) { id } }",
        '{ a: items @stream(label: "x") { id } b: items @stream(label: "x") { id } }',
        '{ items @stream(label: "x") { id } ... @defer(label: "x") { other } }',
        "{ items @stream(initialCount: 1) { id } items @stream(initialCount: 2) { id } }",
        "{ items @stream { id } items { id } }",
        "{ items @stream @stream { id } }",
    ],
)
async def test_what_the_specification_forbids_is_refused(query: str, tmp_path: Path) -> None:
    """On root fields of mutations, on what is no list, with labels that are not each one's own, beside another of the same field."""
    catalogue = Catalogue()
    async with market(tmp_path, catalogue) as client, client.post("/graphql", json={"query": query}) as response:
        errors = (await response.json())["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert catalogue.asked == []
