"""Who is asked: the member that a key or an argument names, several, or all."""

from gateway.resolvers.subgraph_client.partitions import Member
from tests.resolvers.subgraph_client.partitions.market import Market, Row, market

ENTITIES = """query ($r: [_Any!]!) {
  _entities(representations: $r) { ... on Demand { title } ... on Organisation { demands { id title } } }
}"""


def three() -> Market:
    """A demand in each of three cities, all of one owner."""
    return market({name: [Row(f"{name}-1", "2026", 1, "f")] for name in ("10", "11", "12")})


def demand(id_: str) -> dict[str, str]:
    return {"__typename": "Demand", "id": id_}


async def test_a_look_up_goes_to_one_member() -> None:
    """The others see nothing of it, and the request goes on as it is."""
    of = three()
    query = '{ demand(id: "11-1") { title } }'
    assert await of.data(query) == {"demand": {"title": "t11-1"}}
    assert of.asked() == {"11"}
    assert of.servers["city/11/0"].asked[0].query == query


async def test_an_argument_names_one_partition_or_several() -> None:
    """By its first characters; null or nothing is all of them."""
    for text, asked in (
        ('region: "1200"', {"12"}),
        ('regions: ["10", "12"]', {"10", "12"}),
        ("region: null", {"10", "11", "12"}),
        ("first: 1", {"10", "11", "12"}),
    ):
        of = three()
        await of.data(f"{{ demands({text}) {{ totalCount }} }}")
        assert of.asked() == asked


async def test_arguments_that_contradict_each_other_are_one_members_business() -> None:
    """It finds nothing by them, or refuses them."""
    of = three()
    await of.data('{ demands(region: "10", regions: ["11", "12"]) { totalCount } }')
    assert of.asked() == {"10"}


async def test_entities_are_split_by_partition_and_joined_in_order() -> None:
    """Each member gets its own, in one request."""
    of = three()
    data = await of.data(ENTITIES, r=[demand("12-1"), demand("10-1"), demand("12-1")])
    assert [each["title"] for each in data["_entities"]] == ["t12-1", "t10-1", "t12-1"]
    assert of.asked() == {"10", "12"}
    assert len(of.servers["city/12/0"].asked) == 1


async def test_entities_that_lie_anywhere_are_gathered() -> None:
    """A type without @partition: all members are asked, and its lists are gathered as they say."""
    data = await three().data(ENTITIES, r=[demand("11-1"), {"__typename": "Organisation", "uscc": "u"}])
    assert data["_entities"][0]["title"] == "t11-1"
    assert [each["id"] for each in data["_entities"][1]["demands"]] == ["10-1", "11-1", "12-1"]


async def test_an_unknown_partition_is_said_at_its_entity() -> None:
    """That entity is null; the others are there."""
    response = await three().ask(ENTITIES, r=[demand("99-1"), demand("11-1")])
    assert response.data is not None
    assert response.data["_entities"] == [None, {"title": "t11-1"}]
    (error,) = response.errors
    assert (error["extensions"]["code"], error["path"]) == ("PARTITION_UNKNOWN", ["_entities", 0])


async def test_a_mutation_goes_to_exactly_one_member() -> None:
    """The one that its arguments name."""
    of = three()
    query = 'mutation { publish(input: {region: "1201", title: "new"}) { id } }'
    assert await of.data(query) == {"publish": {"id": "12-new"}}
    assert of.asked() == {"12"}


async def test_a_mutation_for_nobody_is_refused_before_anything_is_sent() -> None:
    """Not even those that stand beside it and could be sent."""
    of = three()
    response = await of.ask(
        'mutation { a: publish(input: {region: "10", title: "x"}) { id } b: publish(input: {region: "99", title: "x"}) { id } }'
    )
    assert response.data is None
    assert [error["extensions"]["code"] for error in response.errors] == ["PARTITION_UNKNOWN"]
    assert of.asked() == set()
    response = await of.ask("mutation ($p: Publication!) { publish(input: $p) { id } }", p={"title": "x"})
    assert [error["extensions"]["code"] for error in response.errors] == ["PARTITION_REQUIRED"]
    assert of.asked() == set()


async def test_mutations_for_several_members_run_in_their_order() -> None:
    """One is answered before the next is sent."""
    of = three()
    order: list[str] = []
    for name, server in of.servers.items():
        server.asked = Noting(order, name)
    data = await of.data(
        """mutation {
          a: publish(input: {region: "12", title: "1"}) { id }
          b: publish(input: {region: "10", title: "2"}) { id }
          c: publish(input: {region: "12", title: "3"}) { id }
        }"""
    )
    assert data == {"a": {"id": "12-1"}, "b": {"id": "10-2"}, "c": {"id": "12-3"}}
    assert order == ["city/12/0", "city/10/0", "city/12/0"]


class Noting(list):  # type: ignore[type-arg]  # of requests
    """Notes whose turn it was."""

    def __init__(self, order: list[str], name: str) -> None:
        super().__init__()
        self._order, self._name = order, name

    def append(self, item: object) -> None:
        self._order.append(self._name)
        super().append(item)


async def test_members_come_and_go_between_requests() -> None:
    """Without a new client."""
    of = three()
    assert (await of.data("{ figures { demands } }"))["figures"] == {"demands": 3}
    of.book.replace({"city": tuple(Member(name, (f"http://{name}/",)) for name in ("10", "12"))})
    assert (await of.data("{ figures { demands } }"))["figures"] == {"demands": 2}
