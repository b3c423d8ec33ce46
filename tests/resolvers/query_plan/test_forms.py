"""The text and JSON form of a plan."""

from gateway.resolvers import plan
from gateway.resolvers.query_plan import EntityInput, EntityPart, Fetch, OnTypes, QueryPlan, Rename, RootPart
from gateway.schema.selection import Guard, parse_field_set
from gateway.types import OperationKind
from tests.resolvers.planner.checking import read_case

ROOT = Fetch(
    0, "a", OperationKind.QUERY, "query Q { x }", "Q", (), (RootPart(parse_field_set("x")),), serves=("Query.x",)
)


def entity(**changes: object) -> EntityPart:
    values: dict[str, object] = {
        "alias": "_entities",
        "variable": "representations",
        "paths": (("x", "@", OnTypes(("A", "B")), "y"),),
        "inputs": (EntityInput((), "T", parse_field_set("id")),),
        "selections": parse_field_set("... on T { name }"),
    }
    return EntityPart(**{**values, **changes})  # type: ignore[arg-type]  # a test's shorthand


def fetch(*parts: EntityPart, guards: tuple[Guard, ...] = ()) -> Fetch:
    return Fetch(
        1, "b", OperationKind.QUERY, "query { … }", None, ("v",), parts, (0,), guards=guards, serves=("T.name",)
    )


def test_an_empty_plan_is_empty() -> None:
    """Nothing to fetch, no node."""
    empty = QueryPlan(OperationKind.QUERY, ())
    assert str(empty) == "QueryPlan {}"
    assert empty.to_json() == {"kind": "QueryPlan"}
    assert empty.depth == 0


def test_an_entity_fetch_stands_under_its_path() -> None:
    """With type conditions after the segment that they are for, and the key as `requires`."""
    found = QueryPlan(OperationKind.QUERY, (ROOT, fetch(entity())))
    assert found.depth == 2
    second = found.to_json()["node"]["nodes"][1]
    assert second["kind"] == "Flatten"
    assert second["path"] == ["x", "@|[A,B]", "y"]
    assert second["node"]["requires"] == [
        {
            "kind": "InlineFragment",
            "typeCondition": "T",
            "selections": [{"kind": "Field", "name": "__typename"}, {"kind": "Field", "name": "id"}],
        }
    ]
    assert 'Flatten(path: "x.@|[A,B].y") {' in str(found)


def test_a_plan_says_why_each_fetch_is_there() -> None:
    """The coordinates that it serves, its id and what it waits for."""
    node = QueryPlan(OperationKind.QUERY, (ROOT, fetch(entity()))).to_json()["node"]["nodes"][1]["node"]
    assert (node["serves"], node["id"], node["dependsOn"]) == (["T.name"], "1", ["0"])


def test_a_guarded_fetch_stands_in_a_condition() -> None:
    """`@include` in the if clause, `@skip` in the else clause."""
    guards = (Guard("a", expected=True), Guard("b", expected=False))
    found = QueryPlan(OperationKind.QUERY, (ROOT, fetch(entity(), guards=guards)))
    node = found.to_json()["node"]["nodes"][1]
    assert (node["condition"], node["ifClause"]["condition"]) == ("a", "b")
    assert node["ifClause"]["elseClause"]["kind"] == "Flatten"
    assert "    Include(if: $a) {\n      Skip(if: $b) {" in str(found)


def test_several_calls_in_one_request_are_a_batch() -> None:
    """One alias each, with its paths and conditions."""
    parts = (
        entity(alias="_e0", variable="r0"),
        entity(alias="_e1", variable="r1", guards=(Guard("a", expected=True),)),
    )
    found = QueryPlan(OperationKind.QUERY, (ROOT, fetch(*parts)))
    node = found.to_json()["node"]["nodes"][1]
    assert node["kind"] == "BatchFetch"
    assert [alias["alias"] for alias in node["entityBatch"]["aliases"]] == ["_e0", "_e1"]
    assert node["entityBatch"]["aliases"][1]["conditions"] == [{"variable": "a", "expected": True}]
    assert 'BatchFetch(service: "b") {' in str(found)


def test_rewrites_are_shown() -> None:
    """An interface object's typename on the way in, a renamed key on the way out."""
    part = entity(
        inputs=(EntityInput(("Book",), "Media", parse_field_set("id")),),
        renames=(Rename((OnTypes(("Book",)),), "id__alias_0", "id"),),
    )
    node = QueryPlan(OperationKind.QUERY, (ROOT, fetch(part))).to_json()["node"]["nodes"][1]["node"]
    assert node["inputRewrites"] == [
        {"kind": "ValueSetter", "path": ["... on Book", "__typename"], "setValueTo": "Media"}
    ]
    assert node["outputRewrites"] == [{"kind": "KeyRenamer", "path": ["|[Book]", "id__alias_0"], "renameKeyTo": "id"}]


def test_a_subscription_has_a_primary_and_a_rest() -> None:
    """The source of events, and what runs for each."""
    supergraph, operation, _ = read_case("subscription")
    node = plan(supergraph, operation).to_json()["node"]
    assert (node["kind"], node["primary"]["operationKind"], node["rest"]["kind"]) == (
        "Subscription",
        "subscription",
        "Flatten",
    )
