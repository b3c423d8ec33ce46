"""What holds for any data: laws of merging and of representations, tried on made-up trees."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.resolvers.executor.merging import copy_json, merge_entity, merge_into
from gateway.resolvers.executor.paths import find_objects, locate_objects
from gateway.resolvers.executor.representations import Batch, FieldReader, InputReader, Inputs, collect
from tests.resolvers.executor.plans import path_of

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", "y"])
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=3)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "@"]), max_size=3).map(lambda segments: path_of(".".join(segments)))


def containers(value: Any) -> list[int]:
    """The identities of all objects and lists in a tree."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [id(value)] if isinstance(value, dict | list) else []
    return own + [identity for child in children for identity in containers(child)]


def keeps(old: Any, new: Any) -> bool:
    """Whether everything that ``old`` had is still in ``new``: no value was lost or replaced, and nothing became null."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and keeps(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(keeps, old, new))
    return old is None or (type(old) is type(new) and old == new)


@given(OBJECTS, OBJECTS)
def test_merging_loses_nothing_of_what_was_there(target: Any, source: Any) -> None:
    """Whatever comes, the data so far stays."""
    before = copy_json(target)
    merge_into(target, source)
    assert keeps(before, target)


@given(OBJECTS)
def test_merging_the_same_again_changes_nothing(value: Any) -> None:
    """An answer that comes twice is as good as once."""
    target = copy_json(value)
    merge_into(target, copy_json(value))
    assert target == value


@given(OBJECTS)
def test_data_takes_the_place_of_null(value: Any) -> None:
    """At any depth, in objects and in lists."""
    target = with_holes(value)
    merge_into(target, copy_json(value))
    assert target == value


def with_holes(value: Any) -> Any:
    """The same tree with null for every leaf."""
    if isinstance(value, dict):
        return {key: with_holes(item) for key, item in value.items()}
    return [with_holes(item) for item in value] if isinstance(value, list) else None


@given(OBJECTS)
def test_merging_into_nothing_gives_the_source(value: Any) -> None:
    """Nothing is left out, nulls included."""
    target: dict[str, Any] = {}
    merge_into(target, copy_json(value))
    assert target == value


@given(OBJECTS, st.integers(1, 4))
def test_an_entity_is_copied_for_each_of_its_targets(entity: Any, count: int) -> None:
    """Equal everywhere, and no two targets share an object or a list."""
    targets: list[Any] = [{} for _ in range(count)]
    merge_entity(targets, copy_json(entity))
    assert all(target == entity for target in targets)
    identities = [identity for target in targets for identity in containers(target)]
    assert len(identities) == len(set(identities))


@given(OBJECTS, PATHS)
def test_both_walks_find_the_same_objects(root: Any, path: Any) -> None:
    """The quick walk and the one that tells places agree, and each place leads to its object."""
    located = list(locate_objects(root, path))
    assert [id(found) for found in find_objects(root, path)] == [id(found) for _, found in located]
    for place, found in located:
        value: Any = root
        for element in place:
            value = value[element]
        assert value is found


@given(st.lists(st.fixed_dictionaries({}, optional={"k": LEAVES, "other": LEAVES}), max_size=8))
def test_representations_are_distinct_and_cover_every_object_that_has_the_key(objects: Any) -> None:
    """Each such object is a target once, whatever paths lead to it, of a representation that has its key; true and 1 are not the same key."""
    batch = Batch()
    inputs = Inputs({}, InputReader("T", (FieldReader("k", "k", is_nullable=False),)))
    collect(inputs, {"items": objects}, (path_of("items.@"), path_of("items.@")), batch)
    written = [repr(representation) for representation in batch.representations]
    assert len(written) == len(set(written))
    covered = [id(target) for targets in batch.targets for target in targets]
    assert sorted(covered) == sorted(id(o) for o in objects if o.get("k") is not None)
    for representation, targets in zip(batch.representations, batch.targets, strict=True):
        assert all(repr(target["k"]) == repr(representation["k"]) for target in targets)
