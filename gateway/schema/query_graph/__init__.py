"""Immutable tables of who resolves what, and the evaluator that satisfiability and planner share, so they cannot disagree.

- ``build_query_graph(supergraph)`` gives the ``QueryGraph``; ``graph.under(labels)`` the same for a set of active override labels.
- A ``Slot(graph, type, view, only)`` is an object in hand of a subgraph. ``graph.root_slots(type)`` are those of a root type;
  ``graph.supplies(slot, field)`` is the edge by which a slot gives a field of its own object; ``graph.follow(slot, field)`` the slot
  behind a composite field; ``graph.narrow(slot, type)`` the slot of an object that turns out to be of a concrete type;
  ``graph.entrances[type]`` where objects of a type can be entered by a key; ``graph.edges[type, field, subgraph]`` a field as the
  subgraph has it, external, conditional or plain.
- A ``Position(type)`` is an object scope; a ``Reach(position, table, parent)`` the slots that can be had there.
  ``Evaluator(graph).close(position, arrivals, parent)`` adds to arriving slots all that jumps can reach, trying conditional fields
  only where ``want(position, names)`` asked for them. ``arrive(position, table)`` gives what comes with the parent's steps.

To prove that a field is in reach from a set of slots::

    evaluator = Evaluator(graph, trust_contexts=True)
    position = Position(type_name)
    evaluator.want(position, [field])
    reach = evaluator.close(position, at_hand(position, slots), None)
    suppliers = [slot for slot in reach.table if graph.supplies(slot, field)]   # or evaluator.cheapest_explosion(reach, Field(field))
    onward = {graph.follow(slot, field) for slot in suppliers}                    # the slots of the object behind the field

To say why not, run the same again and ask: for each ``entrance`` of ``graph.entrances[type_name]`` that is not in ``reach.table``,
``unmet(evaluator, reach, key)`` yields the fields of its key, or of the field's ``requires``, that no slot gives, each with the reach of
the object it belongs to, so that the question can be repeated there.
"""

from gateway.schema.query_graph.evaluator import Evaluator
from gateway.schema.query_graph.explaining import Unmet, unmet
from gateway.schema.query_graph.graph import TYPENAME, Edge, Entrance, QueryGraph, build_query_graph
from gateway.schema.query_graph.position import Position
from gateway.schema.query_graph.reach import (
    EVER,
    Active,
    Arrival,
    Entry,
    Jump,
    Need,
    Price,
    Reach,
    Reentry,
    RootCall,
    Table,
    at_hand,
    key_sources,
    other_sources,
)
from gateway.schema.query_graph.slots import JOINED, KEYS_ONLY, Slot, View

__all__ = [
    "EVER",
    "JOINED",
    "KEYS_ONLY",
    "TYPENAME",
    "Active",
    "Arrival",
    "Edge",
    "Entrance",
    "Entry",
    "Evaluator",
    "Jump",
    "Need",
    "Position",
    "Price",
    "QueryGraph",
    "Reach",
    "Reentry",
    "RootCall",
    "Slot",
    "Table",
    "Unmet",
    "View",
    "at_hand",
    "build_query_graph",
    "key_sources",
    "other_sources",
    "unmet",
]
