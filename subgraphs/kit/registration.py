"""Register a subgraph with the gateway's registry, from inside its own program: in the background, and never in its way.

This file needs nothing but Python's standard library, so that any program can have it::

    register(name="marine", url="http://marine.internal:8000/graphql", sdl=schema.as_str())
"""

import json
import logging
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

LOG: Final = logging.getLogger("subgraphs.registration")

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0
TIMEOUT_SECONDS: Final = 60.0

NO_REGISTRY: Final = "no registry is named, neither by registry= nor by TONGFEN_REGISTRY in the environment."
WAITS: Final = "It waits for the other subgraphs that it needs."

MUTATION: Final = """mutation Register($subgraph: SubgraphInput!, $environment: String, $message: String!) {
  publish(subgraphs: [$subgraph], environment: $environment, message: $message, together: true) {
    outcome waiting version { number }
    check { errors { code message mend } broken { reasons operation { text clients { name version } } } }
  }
}"""
"""``together``: what does not compose alone waits for the others that come at the same time."""

MEMBER_MUTATION: Final = """mutation RegisterMember($subgraph: String!, $member: MemberInput!, $environment: String, $message: String!) {
  publishMember(subgraph: $subgraph, member: $member, environment: $environment, message: $message) {
    outcome waiting version { number }
    check { errors { code message mend } broken { reasons operation { text clients { name version } } } }
  }
}"""


class State(Enum):
    """How far it has come."""

    TRYING = "trying"
    REGISTERED = "registered"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to publish, and where: a subgraph, or its member with a partition. Without ``token`` the registry must be open."""

    name: str
    url: str
    sdl: str
    registry: str
    token: str = ""
    kind: str = ""
    region: str = ""
    environment: str | None = None
    message: str = ""
    partition: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.partition}".rstrip()


@dataclass(slots=True)
class Registration:
    """A registration that goes on in the background."""

    wanted: Wanted
    state: State = State.TRYING
    reason: str = ""
    """Why it is not registered yet."""
    _done: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> bool:
        """Whether it is registered within so many seconds; for programs that want to know, none has to."""
        return self._done.wait(seconds)

    def stop(self) -> None:
        """Try no longer. What was published stays."""
        self._stop.set()

    def run(self, *, publish: Callable[[Wanted], str]) -> None:
        """Try until it is done, with pauses that grow unless it is only others that are waited for. ``publish`` gives the reason why it is not done, or nothing."""
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            reason = publish(self.wanted)
            if not reason:
                self.state, self.reason = State.REGISTERED, ""
                LOG.info("%s is registered at %s", self.wanted, self.wanted.registry)
                self._done.set()
                return
            waits = reason.startswith(WAITS)
            if reason != self.reason:
                LOG.log(logging.INFO if waits else logging.WARNING, "%s is not registered yet: %s", self.wanted, reason)
            self.reason = reason
            self._stop.wait(pause)
            pause = FIRST_PAUSE_SECONDS if waits else min(2 * pause, LONGEST_PAUSE_SECONDS)
        self.state = State.STOPPED


def register(
    *,
    name: str,
    url: str,
    sdl: str,
    registry: str | None = None,
    token: str | None = None,
    kind: str = "",
    region: str = "",
    environment: str | None = None,
    message: str = "at its start",
    partition: str = "",
) -> Registration:
    """Publish a subgraph in the background, again and again until it is done; the program goes on at once, whatever comes of it.

    With a ``partition`` it is one member of a subgraph that is there already, or that comes at the same time.

    ``registry`` and ``token`` come from ``TONGFEN_REGISTRY`` and ``TONGFEN_TOKEN`` where they are not given. ``url`` is where the gateway
    reaches the subgraph. Where no registry is named, that is logged, and nothing is done.
    """
    where = registry or os.environ.get("TONGFEN_REGISTRY", "")
    secret = token if token is not None else os.environ.get("TONGFEN_TOKEN", "")
    registration = Registration(Wanted(name, url, sdl, where, secret, kind, region, environment, message, partition))
    if not where:
        registration.state, registration.reason = State.STOPPED, NO_REGISTRY
        LOG.warning("%s is not registered: %s", name, NO_REGISTRY)
        return registration
    threading.Thread(
        target=registration.run, kwargs={"publish": publish}, name=f"register {registration.wanted}", daemon=True
    ).start()
    return registration


def publish(wanted: Wanted) -> str:
    """Try once. Gives the reason why it is not published, or nothing."""
    try:
        answer = post(wanted.registry, wanted.token, request_for(wanted))
    except (OSError, ValueError) as error:
        return f"{wanted.registry} does not answer as a registry does: {error}"
    if failures := answer.get("errors"):
        return explain_failure(wanted, failures[0])
    (result,) = answer["data"].values()
    return explain(result)


def request_for(wanted: Wanted) -> dict[str, Any]:
    """What to ask the registry for."""
    about = {"environment": wanted.environment, "message": wanted.message}
    if wanted.partition:
        member = {"partition": wanted.partition, "urls": [wanted.url], "sdl": wanted.sdl}
        return {"query": MEMBER_MUTATION, "variables": {"subgraph": wanted.name, "member": member, **about}}
    subgraph = {"name": wanted.name, "url": wanted.url, "sdl": wanted.sdl, "kind": wanted.kind, "region": wanted.region}
    return {"query": MUTATION, "variables": {"subgraph": subgraph, **about}}


def explain_failure(wanted: Wanted, failure: Mapping[str, Any]) -> str:
    """Why the registry did nothing. A member may be there before its subgraph: it waits for that."""
    message = str(failure.get("message", "the registry failed"))
    before_its_subgraph = wanted.partition and failure.get("extensions", {}).get("code") == "NOT_FOUND"
    return f"{WAITS} {message}" if before_its_subgraph else message


def post(url: str, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of an answer, whatever its status. Raises OSError or ValueError where there is none."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("it is no http or https address")
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})  # noqa: S310  # checked above
    if token:
        request.add_unredirected_header("authorization", f"Bearer {token}")
    try:
        with urllib.request.build_opener(NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            answer = json.load(error)
    if not isinstance(answer, dict):
        raise ValueError("its answer is no JSON object")  # of the answer, not of an argument
    return answer


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token is for the address that it was given for, and for no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none."""
        return


def explain(result: Mapping[str, Any]) -> str:
    """Why it was refused, or nothing."""
    if result["outcome"] != "REFUSED":
        return ""
    check = result["check"]
    reasons = [f"{one['code']}: {one['message']} {one['mend']}".rstrip() for one in check["errors"]]
    reasons += [f"it would break {one['operation']['text']}: {' '.join(one['reasons'])}" for one in check["broken"]]
    waits = [WAITS] if result["waiting"] else []
    return " ".join([*waits, *reasons])
