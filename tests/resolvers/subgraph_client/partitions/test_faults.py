"""Members that are down, slow, wrong or behind: the others' data stays, and the answer says who is missing."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.request_context import RequestContext
from gateway.resolvers.subgraph_client.partitions import PartitionOptions
from tests.resolvers.subgraph_client.partitions.market import TYPES, Market, MemberServer, Row, market

QUERY = "{ demands(first: 50) { totalCount edges { node { id title } } } figures { demands } }"
NAMES = ("10", "11", "12", "13")
WRONG = [
    b"",
    b"nonsense",
    b"[]",
    b'{"data": null}',
    b'{"data": {"demands": 1, "figures": 2}}',
    b'{"data": {"demands": {"_gather_edges": [1], "_gather_page": {}, "totalCount": "x"}, "figures": []}}',
    b'{"data": {"demands": {"totalCount": "many"}, "figures": {"demands": "x"}}}',
]
LAST_YEAR = TYPES % {"shared": ""}
LAST_YEAR = LAST_YEAR.replace(" title: String field", " field").replace(
    "figures: Figures @gather(strategy: FIELDS)", ""
)


def four() -> Market:
    return market({name: [Row(f"{name}-1", "2026", 1, "f")] for name in NAMES})


def break_down(server: MemberServer, how: str | bytes) -> None:
    if isinstance(how, bytes):
        server.spoiled = how
    elif how == "late":
        server.gate = asyncio.Event()
    else:
        server.failure = SubgraphError("Subgraph 'city' cannot be reached.", subgraph="city", code=how)


FAULTS = st.sampled_from(["late", codes.SUBREQUEST_HTTP_ERROR, codes.SUBREQUEST_CIRCUIT_OPEN, *WRONG])


@given(faults=st.dictionaries(st.sampled_from(NAMES), FAULTS))
@settings(max_examples=80, deadline=None)
async def test_any_subset_of_members_may_fail_in_any_way(faults: dict[str, str | bytes]) -> None:
    """What is answered is exactly the data of the sound ones, with an error for each of the others."""
    of = Market(four().servers, options=PartitionOptions(lambda _: 0.02 if "late" in faults.values() else 30.0))
    for name, how in faults.items():
        break_down(of.servers[f"city/{name}/0"], how)
    context = RequestContext(extensions={"partitions": {"sources": True}})
    response = await of.ask(QUERY, context)
    sound = [name for name in NAMES if name not in faults]
    assert response.data is not None
    demands, figures = response.data["demands"], response.data["figures"]
    assert [edge["node"]["id"] for edge in (demands or {"edges": []})["edges"]] == [f"{name}-1" for name in sound]
    assert (figures or {"demands": 0})["demands"] == len(sound)
    assert {error["extensions"]["partition"] for error in response.errors} == set(faults)
    assert all(error["path"][0] in ("demands", "figures") for error in response.errors)
    statuses = {source["partition"]: source["status"] for source in context.reports["sources"]}
    assert [name for name, status in statuses.items() if status == "OK"] == sound
    expected = {"late": "TIMEOUT", codes.SUBREQUEST_CIRCUIT_OPEN: "OPEN"}
    assert all(statuses[name] == expected.get(str(how), "ERROR") for name, how in faults.items())


async def test_a_client_may_want_all_or_nothing() -> None:
    """By the request's extensions, or by a header."""
    for context in (
        RequestContext(extensions={"partitions": {"missing": "fail"}}),
        RequestContext(headers={"tongfen-partitions": "fail"}),
    ):
        of = four()
        break_down(of.servers["city/11/0"], codes.SUBREQUEST_HTTP_ERROR)
        with pytest.raises(SubgraphError, match="'11'"):
            await of.ask(QUERY, context)


async def test_a_client_may_say_how_long_it_waits() -> None:
    """Who is later than that is missing."""
    for context in (
        RequestContext(extensions={"partitions": {"withinMs": 20}}),
        RequestContext(headers={"tongfen-partitions": "within=20ms"}),
    ):
        of = four()
        break_down(of.servers["city/11/0"], "late")
        response = await of.ask(QUERY, context)
        assert response.data is not None
        assert response.data["figures"] == {"demands": 3}
        assert context.reports["sources"][1]["status"] == "TIMEOUT"


async def test_a_member_without_a_field_gives_null_there() -> None:
    """It takes part with what it has, and is not asked for what it has not."""
    of = four()
    server = MemberServer(of.servers["city/11/0"].rows, types=LAST_YEAR)
    of = Market({**of.servers, "city/11/0": server}, sdl={"11": LAST_YEAR})
    data = await of.data("{ demands(first: 9) { edges { node { id title } } } }")
    titles = {edge["node"]["id"]: edge["node"]["title"] for edge in data["demands"]["edges"]}
    assert titles == {"10-1": "t10-1", "11-1": None, "12-1": "t12-1", "13-1": "t13-1"}
    assert await of.data('{ demand(id: "11-1") { id title } }') == {"demand": {"id": "11-1", "title": None}}
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Demand { title } } }"
    data = await of.data(query, r=[{"__typename": "Demand", "id": f"{name}-1"} for name in ("11", "10")])
    assert [each["title"] for each in data["_entities"]] == [None, "t10-1"]


async def test_a_member_that_cannot_answer_is_unsupported() -> None:
    """The others' answers stay, and it is not asked."""
    of = four()
    server = MemberServer(of.servers["city/11/0"].rows, types=LAST_YEAR)
    of = Market({**of.servers, "city/11/0": server}, sdl={"11": LAST_YEAR})
    context = RequestContext()
    response = await of.ask("{ figures { demands } }", context)
    assert response.data == {"figures": {"demands": 3}}
    (error,) = response.errors
    assert (error["path"], error["extensions"]["code"]) == (["figures"], "PARTITION_UNSUPPORTED")
    assert [source["status"] for source in context.reports["sources"]] == ["OK", "UNSUPPORTED", "OK", "OK"]
    assert server.asked == []
    response = await of.ask(QUERY)
    assert response.data is not None
    assert (response.data["figures"], response.data["demands"]["totalCount"]) == ({"demands": 3}, 4)


async def test_another_server_of_a_member_answers_for_one_that_fails() -> None:
    """The client sees nothing of it. A mutation is not sent again."""
    rows = [Row("10-1", "2026", 1, "f")]
    of = Market({"city/10/0": MemberServer(rows), "city/10/1": MemberServer(rows), "city/11/0": MemberServer([])})
    break_down(of.servers["city/10/0"], codes.SUBREQUEST_HTTP_ERROR)
    assert await of.data("{ figures { demands } }") == {"figures": {"demands": 1}}
    with pytest.raises(SubgraphError):
        await of.ask('mutation { publish(input: {region: "10", title: "x"}) { id } }')
    assert len(of.servers["city/10/1"].asked) == 1


async def test_another_server_of_a_member_is_asked_when_one_is_slow() -> None:
    """The first answer counts; the slow one is given up."""
    rows = [Row("10-1", "2026", 1, "f")]
    options = PartitionOptions(lambda _: 30.0, hedge_after=0.001)
    of = Market(
        {"city/10/0": MemberServer(rows), "city/10/1": MemberServer(rows), "city/11/0": MemberServer([])},
        options=options,
    )
    break_down(of.servers["city/10/0"], "late")
    assert await of.data("{ figures { demands } }") == {"figures": {"demands": 1}}


async def test_no_more_requests_are_out_at_once_than_allowed() -> None:
    """The others wait for their turn."""
    of = Market(four().servers, options=PartitionOptions(lambda _: 30.0, in_flight=2))
    gate = asyncio.Event()
    for server in of.servers.values():
        server.gate = gate
    asking = asyncio.create_task(of.ask(QUERY))
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(of.asked()) == 2
    gate.set()
    assert (await asking).errors == ()
    assert len(of.asked()) == 4


async def test_what_members_say_of_keeping_holds_for_the_whole() -> None:
    """The shortest time, and nothing where one of them forbids it, or says nothing while others do."""
    for said, expected in (
        ([{"cache-control": "max-age=60"}, {"cache-control": "max-age=5"}], "public, max-age=5"),
        ([{"cache-control": "max-age=60"}, {"cache-control": "no-store"}], "no-store"),
        ([{"cache-control": "max-age=60"}, {}], "no-store"),
        ([{}, {}], None),
    ):
        of = market({"10": [], "11": []})
        for server, headers in zip(of.servers.values(), said, strict=True):
            server.headers = headers
        response = await of.ask("{ figures { demands } }")
        assert response.headers.get("cache-control") == expected


def refusal(message: str) -> bytes:
    return (
        b'{"data": null, "errors": [{"message": "%b", "extensions": {"code": "INVALID_PAGE_SIZE"}}]}' % message.encode()
    )


async def test_what_all_refuse_alike_is_said_once() -> None:
    """It is the request that is wrong, and no member's fault. One that cannot be reached has its own error beside it."""
    of = four()
    for name in NAMES[:3]:
        break_down(of.servers[f"city/{name}/0"], refusal("first is too large"))
    whole = {
        "message": "Subgraph 'city' refused the request: first is too large",
        "extensions": {"code": "INVALID_PAGE_SIZE"},
    }
    break_down(of.servers["city/13/0"], refusal("first is too large"))
    context = RequestContext()
    response = await of.ask("{ demands(first: 999) { totalCount } }", context)
    assert list(response.errors) == [whole | {"path": ["demands"]}]
    assert "sources" not in context.reports
    of.servers["city/13/0"].spoiled = None
    break_down(of.servers["city/13/0"], codes.SUBREQUEST_HTTP_ERROR)
    response = await of.ask("{ demands(first: 999) { totalCount } }", context)
    assert [error["extensions"].get("partition") for error in response.errors] == [None, "13"]
    assert len(context.reports["sources"]) == len(NAMES)


async def test_what_members_refuse_differently_is_said_of_each() -> None:
    """As it is where only some refuse."""
    of = four()
    for name in NAMES:
        break_down(of.servers[f"city/{name}/0"], refusal(f"{name} is closed"))
    response = await of.ask("{ demands { totalCount } }")
    assert [error["extensions"]["partition"] for error in response.errors] == list(NAMES)
    of = four()
    for name in NAMES[:2]:
        break_down(of.servers[f"city/{name}/0"], refusal("closed"))
    response = await of.ask("{ demands { totalCount } }")
    assert [error["extensions"]["partition"] for error in response.errors] == list(NAMES[:2])
