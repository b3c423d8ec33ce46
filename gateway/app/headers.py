"""From settings to the rules of headers, in both directions."""

import re
from collections.abc import Iterable

from gateway.resolvers.headers import HeaderRule, HeaderRules, PassHeader, PassMatching, RemoveMatching, SetHeader
from gateway.resolvers.subgraph_client import ResponseHeaderClient, SubgraphClient
from gateway.settings import HeaderRuleSetting, Merge, ResponseHeader


def make_rules(settings: Iterable[HeaderRuleSetting]) -> HeaderRules:
    """The rules that these settings stand for, in their order."""
    return HeaderRules(tuple(make_rule(setting) for setting in settings))


def make_rule(setting: HeaderRuleSetting) -> HeaderRule:
    if setting.named is not None:
        return PassHeader(setting.named, setting.rename or setting.named, setting.default)
    if setting.matching is not None:
        return PassMatching(re.compile(setting.matching, re.IGNORECASE))
    if setting.set is not None and setting.value is not None:
        return SetHeader(setting.set, setting.value)
    return RemoveMatching(re.compile(setting.remove or "", re.IGNORECASE))


def with_response_headers(client: SubgraphClient, settings: Iterable[ResponseHeader]) -> SubgraphClient:
    """A client that gives these headers of subgraphs to the gateway's clients; the same client where there are none."""
    named: dict[Merge, set[str]] = {merge: set() for merge in Merge}
    for setting in settings:
        named[setting.merge].add(setting.named)
    if not any(named.values()):
        return client
    return ResponseHeaderClient(
        client,
        first=frozenset(named[Merge.FIRST]),
        last=frozenset(named[Merge.LAST]),
        all_of=frozenset(named[Merge.ALL]),
    )
