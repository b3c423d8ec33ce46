"""From an answer's parts to entries: which of them may be kept, for how long, under which key, with which tags."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from gateway.resolvers.cache import Entry
from gateway.resolvers.cache.cache_control import age_of, read_policy
from gateway.resolvers.cache.policy import Policy, make_entry
from gateway.resolvers.cache.tags import of_author, of_entity
from gateway.resolvers.subgraph_client.caching.answers import NULL, Parts
from gateway.resolvers.subgraph_client.caching.asking import Wanted
from gateway.resolvers.subgraph_client.caching.identities import IdentityReader
from gateway.resolvers.subgraph_client.caching.rules import SubgraphRules
from gateway.resolvers.subgraph_client.caching.units import FieldUnit, Kept

CACHE_TAGS = "cacheTags"
"""The extension of an answer by which a subgraph names tags of all that is in it."""


class Keeper:
    """Makes the entries of one subgraph."""

    def __init__(self, identities: IdentityReader, rules: SubgraphRules, *, null_seconds: float) -> None:
        self._identities, self._rules = identities, rules
        self._null_seconds = null_seconds

    def policy_of(self, wanted: Wanted, headers: Mapping[str, str]) -> Policy:
        """What an answer's headers say."""
        return read_policy(headers, sent=wanted.request.headers) if self._rules.headers else Policy()

    def entries(
        self,
        wanted: Wanted,
        numbers: Sequence[int],
        parts: Parts,
        headers: Mapping[str, str],
        *,
        since: float,
        seen: int,
    ) -> dict[int, tuple[bytes, Entry]]:
        """The parts that may be kept, with their keys. What headers have said is remembered for the next lookup."""
        said = self.policy_of(wanted, headers)
        policies: dict[int, Policy] = {}
        made: dict[int, tuple[bytes, Entry]] = {}
        authors = _author_tags(parts.extensions)
        for number in numbers:
            kept = wanted.kept[number]
            policy = policies.get(id(kept))
            if policy is None:
                policy = policies[id(kept)] = learn(kept, said)
            if not policy.allows or number not in parts.bodies or parts.is_marred(number):
                continue
            key = wanted.key_of(number)
            if key is None:
                continue
            body = parts.bodies[number]
            if body == NULL:
                policy = replace(
                    policy,
                    max_age=min(policy.max_age or 0, self._null_seconds),
                    stale_while_revalidate=None,
                    stale_if_error=None,
                )
            tags = self._tags(wanted, number, kept, body)
            entry = make_entry(body, policy, since=since - age_of(headers), seen=seen, tags=(*tags, *authors))
            if entry.keep_until > since:
                made[number] = (key, entry)
        return made

    def _tags(self, wanted: Wanted, number: int, kept: Kept, body: bytes) -> tuple[str, ...]:
        given = wanted.given[number]
        asked = given.arguments(wanted.request.variables) if isinstance(given, FieldUnit) else given
        found = dict.fromkeys((*kept.static_tags, *kept.read_tags(asked)))
        if kept.node is not None:
            found.update(dict.fromkeys(self._identities.tags(kept.node, msgspec.json.decode(body))))
        elif body != NULL and not isinstance(given, FieldUnit) and not any(tag.startswith("e:") for tag in found):
            found[of_entity(kept.type_name, "*")] = None
        return tuple(found)


def learn(kept: Kept, said: Policy) -> Policy:
    """The policy of a part whose answer's headers say this; what they say of its kind is remembered."""
    policy = kept.said.with_headers(said)
    if policy.allows and not kept.said.is_whole:
        kept.is_learned = True
    if policy.private:
        kept.is_private = True
    return policy


def _author_tags(extensions: Mapping[str, Any]) -> tuple[str, ...]:
    tags = extensions.get(CACHE_TAGS)
    return tuple(of_author(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
