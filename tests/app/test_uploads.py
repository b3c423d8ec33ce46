"""Files go from clients through the gateway to subgraphs, by the GraphQL multipart request specification, over real HTTP on both sides."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import strawberry
from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestServer
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from strawberry.federation import Schema
from strawberry.file_uploads import Upload

from gateway.app import make_app, make_loader
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from tests.app.markets import served

PREFLIGHT = {"apollo-require-preflight": "1"}


@strawberry.federation.type(shareable=True)
class Stored:
    name: str
    content_type: str
    digest: str


async def store(file: Any) -> Stored:
    content = await file.read()
    await file.close()
    return Stored(name=file.filename, content_type=file.content_type, digest=digest(content))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@strawberry.input
class Folder:
    files: list[Upload]


@strawberry.type(name="Query")
class DocumentQuery:
    @strawberry.field
    def size(self, file: Upload | None = None) -> int:
        return 0 if file is None else 1


@strawberry.type(name="Mutation")
class DocumentMutation:
    @strawberry.mutation
    async def attach(self, file: Upload) -> Stored:
        return await store(file)

    @strawberry.mutation
    async def attach_all(self, folder: Folder) -> list[Stored]:
        return [await store(file) for file in folder.files]


@strawberry.type(name="Query")
class ImageQuery:
    @strawberry.field
    def images(self) -> int:
        return 0


@strawberry.type(name="Mutation")
class ImageMutation:
    @strawberry.mutation
    async def show(self, file: Upload) -> Stored:
        return await store(file)


@asynccontextmanager
async def gateway(folder: Path, **sections: Any) -> AsyncIterator[ClientSession]:
    """A client of a gateway over two Strawberry subgraphs that take files."""
    schemas = {
        "documents": Schema(query=DocumentQuery, mutation=DocumentMutation),
        "images": Schema(query=ImageQuery, mutation=ImageMutation),
    }
    async with AsyncExitStack() as stack:
        subgraphs = []
        for name, schema in schemas.items():
            app = Starlette(routes=[Mount("/", GraphQL(schema, multipart_uploads_enabled=True))])
            client = await stack.enter_async_context(served(app))
            told = schema.execute_sync("{ _service { sdl } }").data
            assert told is not None
            subgraphs.append(Subgraph(name, str(client._base_url), told["_service"]["sdl"]))
        yield await stack.enter_async_context(over(subgraphs, folder, **sections))


@asynccontextmanager
async def over(subgraphs: list[Subgraph], folder: Path, **sections: Any) -> AsyncIterator[ClientSession]:
    """A client of a gateway over these subgraphs."""
    composed = compose(subgraphs)
    assert composed.supergraph_sdl is not None, composed.errors
    (folder / "supergraph.graphql").write_text(composed.supergraph_sdl)
    made = make_settings(
        {"supergraph": {"file": "supergraph.graphql"}, "uploads": {"enabled": True}, **sections}, folder=folder
    )
    async with served(make_app(made, make_loader(made))) as client:
        yield client


async def ask(
    client: ClientSession,
    operations: Any,
    places: dict[str, list[str]],
    files: dict[str, bytes],
    headers: dict[str, str] = PREFLIGHT,
) -> Any:
    form = FormData(default_to_multipart=True)
    form.add_field("operations", operations if isinstance(operations, str) else json.dumps(operations))
    form.add_field("map", json.dumps(places))
    for field, content in files.items():
        form.add_field(field, io.BytesIO(content), filename=f"{field}.txt", content_type="text/plain")
    async with client.post("/graphql", data=form, headers=headers) as response:
        return await response.json()


ATTACH = "mutation ($file: Upload!) { attach(file: $file) { name contentType digest } }"


async def test_a_file_reaches_its_subgraph_as_it_was(tmp_path: Path) -> None:
    """Name, media type and every byte, of a short file and of one that is longer than what waits in memory."""
    async with gateway(tmp_path) as client:
        for content in (b"", "科技".encode(), bytes(range(256)) * 8_000):
            answer = await ask(
                client, {"query": ATTACH, "variables": {"file": None}}, {"a": ["variables.file"]}, {"a": content}
            )
            assert answer == {
                "data": {"attach": {"name": "a.txt", "contentType": "text/plain", "digest": digest(content)}}
            }


async def test_files_lie_in_lists_of_nested_inputs(tmp_path: Path) -> None:
    """The paths of the map lead anywhere among the variables."""
    query = "mutation ($folder: Folder!) { attachAll(folder: $folder) { digest } }"
    operations = {"query": query, "variables": {"folder": {"files": [None, None]}}}
    places = {"a": ["variables.folder.files.1"], "b": ["variables.folder.files.0"]}
    async with gateway(tmp_path) as client:
        answer = await ask(client, operations, places, {"a": b"first to come", "b": b"second"})
    assert [each["digest"] for each in answer["data"]["attachAll"]] == [digest(b"second"), digest(b"first to come")]


BOTH = """mutation ($one: Upload!, $other: Upload!) {
  attach(file: $one) { digest }  show(file: $other) { digest }  again: attach(file: $one) { digest }
}"""


@pytest.mark.parametrize("order", ["ab", "ba"])
async def test_each_subgraph_gets_its_own_files(order: str, tmp_path: Path) -> None:
    """In whichever order they come, and although one of them is sent on twice: no fetch waits for ever."""
    contents = {"a": b"a" * 700_000, "b": b"b" * 700_000}
    operations = {"query": BOTH, "variables": {"one": None, "other": None}}
    async with gateway(tmp_path) as client:
        places = {"a": ["variables.one"], "b": ["variables.other"]}
        answer = await ask(client, operations, places, {field: contents[field] for field in order})
    digests = {name: each["digest"] for name, each in answer["data"].items()}
    assert digests == {
        "attach": digest(contents["a"]),
        "show": digest(contents["b"]),
        "again": digest(contents["a"]),
    }


async def test_one_file_may_belong_in_several_places(tmp_path: Path) -> None:
    """A file that the map names for two variables goes to both."""
    operations = {"query": BOTH, "variables": {"one": None, "other": None}}
    async with gateway(tmp_path) as client:
        answer = await ask(client, operations, {"a": ["variables.one", "variables.other"]}, {"a": b"same"})
    assert {each["digest"] for each in answer["data"].values()} == {digest(b"same")}


async def test_a_batch_has_files_too(tmp_path: Path) -> None:
    """Paths begin with the number of the request."""
    operations = [{"query": ATTACH, "variables": {"file": None}}, {"query": "{ size }"}]
    async with gateway(tmp_path, limits={"batch": 2}) as client:
        answers = await ask(client, operations, {"a": ["0.variables.file"]}, {"a": b"x"})
    assert [answers[0]["data"]["attach"]["digest"], answers[1]["data"]] == [digest(b"x"), {"size": 0}]


ONE = {"query": ATTACH, "variables": {"file": None}}
AT = {"a": ["variables.file"]}


@pytest.mark.parametrize(
    ("operations", "places", "files", "code"),
    [
        ({"query": "query ($f: Upload) { size(file: $f) }", "variables": {"f": None}}, {"a": ["variables.f"]}, {"a": b""}, "FILE_UPLOADS_OPERATION_CANNOT_STREAM"),
        (ONE, {str(number): ["variables.file"] for number in range(4)}, {}, "FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED"),
        (ONE, AT, {"a": b"x" * 1_001}, "FILE_UPLOADS_LIMITS_MAX_FILE_SIZE_EXCEEDED"),
        (ONE, AT, {}, "FILE_UPLOADS_FILES_MISSING"),
        (ONE, {"a": ["variables.lost"]}, {"a": b""}, "BAD_REQUEST"),
        (ONE, {"a": ["query"]}, {"a": b""}, "BAD_REQUEST"),
        (ONE, {"a": []}, {"a": b""}, "BAD_REQUEST"),
        (ONE, AT, {"b": b""}, "BAD_REQUEST"),
        ("not JSON", AT, {"a": b""}, "BAD_REQUEST"),
        ([ONE], {"a": ["0.variables.file"]}, {"a": b""}, "BAD_REQUEST"),
        ({"query": "{ __typename }", "variables": {"file": None}}, {"a": ["variables.file"]}, {"a": b""}, "FILE_UPLOADS_OPERATION_CANNOT_STREAM"),
    ],
)  # fmt: skip
async def test_what_is_wrong_has_a_code(operations: Any, places: Any, files: Any, code: str, tmp_path: Path) -> None:
    """Nothing of it is an internal error, and the next request is answered."""
    async with gateway(tmp_path, uploads={"enabled": True, "files": 3, "file_bytes": 1_000}) as client:
        answer = await ask(client, operations, places, files)
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
        assert (await ask(client, ONE, AT, {"a": b"x"}))["data"]["attach"]["digest"] == digest(b"x")


async def test_files_need_a_header_that_pages_of_other_sites_cannot_send(tmp_path: Path) -> None:
    """multipart/form-data is a simple content type: without the header it is refused."""
    async with gateway(tmp_path) as client:
        answer = await ask(client, ONE, AT, {"a": b"x"}, {})
    assert answer["errors"][0]["extensions"]["code"] == "CSRF_PREVENTION"


async def test_files_are_taken_only_where_settings_say_so(tmp_path: Path) -> None:
    """They are off by default, and the refusal names the setting."""
    async with gateway(tmp_path, uploads={}) as client:
        answer = await ask(client, ONE, AT, {"a": b"x"})
    assert answer["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert "uploads.enabled" in answer["errors"][0]["message"]


async def test_files_come_uncompressed(tmp_path: Path) -> None:
    """A coding would hide how long they are."""
    async with gateway(tmp_path) as client:
        answer = await ask(client, ONE, AT, {"a": b"x"}, {**PREFLIGHT, "content-encoding": "gzip"})
    assert answer["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


SDL = "scalar Upload  type Query { a: Int }  type Mutation { take(file: Upload!): Int }"
TAKE = {"query": "mutation ($file: Upload!) { take(file: $file) }", "variables": {"file": None}}


class Slow:
    """A subgraph that tells what it has read of a file, while it comes."""

    def __init__(self) -> None:
        self.first, self.broken_off = asyncio.Event(), asyncio.Event()
        self.size = 0

    async def answer(self, request: web.Request) -> web.Response:
        try:
            async for piece in request.content.iter_any():
                self.size += len(piece)
                if b"begin" in piece:
                    self.first.set()
        except BaseException:
            self.broken_off.set()
            raise
        return web.json_response({"data": {"take": self.size}})


@asynccontextmanager
async def slow_market(folder: Path, **sections: Any) -> AsyncIterator[tuple[ClientSession, Slow]]:
    slow = Slow()
    application = web.Application(client_max_size=0)
    application.router.add_post("/graphql", slow.answer)
    server = TestServer(application)
    await server.start_server()
    try:
        async with over([Subgraph("slow", str(server.make_url("/graphql")), SDL)], folder, **sections) as client:
            yield client, slow
    finally:
        await server.close()


def head() -> bytes:
    field = "--x\r\ncontent-disposition: form-data; name={}\r\n\r\n{}\r\n"
    text = field.format("operations", json.dumps(TAKE)) + field.format("map", json.dumps(AT))
    return f'{text}--x\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\nbegin'.encode()


MULTIPART = {**PREFLIGHT, "content-type": "multipart/form-data; boundary=x"}


async def test_a_file_is_passed_on_while_it_comes(tmp_path: Path) -> None:
    """The subgraph has the beginning before the client has sent the end; and a file of 30 MB leaves nothing behind."""
    async with slow_market(tmp_path) as (client, slow):

        async def body() -> AsyncIterator[bytes]:
            yield head()
            await slow.first.wait()
            for _ in range(30):
                yield b"x" * 1_000_000
            yield b"\r\n--x--\r\n"

        async with client.post("/graphql", data=body(), headers=MULTIPART) as response:
            answer = await response.json()
    assert answer["data"]["take"] > 30_000_000


async def test_a_client_that_leaves_takes_its_upload_with_it(tmp_path: Path) -> None:
    """The request to the subgraph is broken off, and never ends as if it were whole."""
    async with slow_market(tmp_path) as (client, slow):

        async def body() -> AsyncIterator[bytes]:
            yield head()
            await slow.first.wait()
            await asyncio.Event().wait()

        asking = asyncio.create_task(client.post("/graphql", data=body(), headers=MULTIPART).__aenter__())
        await slow.first.wait()
        asking.cancel()
        async with asyncio.timeout(30):
            await slow.broken_off.wait()


async def test_a_body_that_stands_still_or_breaks_off_is_no_file(tmp_path: Path) -> None:
    """It is told as such, and the subgraph's request does not end well."""
    async with slow_market(tmp_path) as (client, _):
        async with client.post("/graphql", data=head(), headers=MULTIPART) as response:
            answer = await response.json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]
        assert answer["data"] == {"take": None}


BREAKER: dict[str, Any] = {"breaker": {"min_requests": 3, "open": "1h", "max_open": "1h"}}


async def take(client: ClientSession, end: bytes) -> str:
    """The code of the error of an upload."""
    async with client.post("/graphql", data=head() + end, headers=MULTIPART) as response:
        (error,) = (await response.json())["errors"]
    return str(error["extensions"]["code"])


async def test_a_subgraph_that_takes_no_files_is_left_alone_for_a_while(tmp_path: Path) -> None:
    """Its breaker counts uploads as it counts other requests, and opens for all of them."""
    asked = []

    async def refuse(request: web.Request) -> web.Response:
        asked.append(await request.read())
        return web.Response(status=503)

    application = web.Application()
    application.router.add_post("/graphql", refuse)
    async with TestServer(application) as server:
        subgraphs = [Subgraph("down", str(server.make_url("/graphql")), SDL)]
        async with over(subgraphs, tmp_path, traffic=BREAKER) as client:
            codes = [await take(client, b"\r\n--x--\r\n") for _ in range(5)]
            async with client.post("/graphql", json={"query": "{ a }"}) as response:
                (error,) = (await response.json())["errors"]
    assert codes == ["SUBREQUEST_HTTP_ERROR"] * 3 + ["SUBREQUEST_CIRCUIT_OPEN"] * 2
    assert error["extensions"]["code"] == "SUBREQUEST_CIRCUIT_OPEN"
    assert len(asked) == 3


async def test_clients_that_break_off_say_nothing_of_the_subgraph(tmp_path: Path) -> None:
    """However many do, its breaker stays closed."""
    async with slow_market(tmp_path, traffic=BREAKER) as (client, _):
        assert {await take(client, b"") for _ in range(5)} == {"BAD_REQUEST"}
        async with client.post("/graphql", data=head() + b"\r\n--x--\r\n", headers=MULTIPART) as response:
            assert (await response.json())["data"]["take"] > 0
