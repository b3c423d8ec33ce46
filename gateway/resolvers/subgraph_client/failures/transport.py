"""A transport around another one that knows how each server has done lately."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.resolvers.subgraph_client.failures.breaker import Breaker, BreakerPolicy, BreakerState, NoBreaker
from gateway.resolvers.subgraph_client.failures.retry import (
    RETRIED_FAILURES,
    RETRIED_STATUSES,
    RetryBudget,
    RetryPolicy,
    retry_delay,
)
from gateway.resolvers.subgraph_client.transport import Failure, HttpAnswer, HttpTransport, TransportError

BUSY_STATUSES = frozenset({502, 503, 504})
"""What counts against a server. A 429 speaks of us, and a 500 may be a GraphQL answer."""


@dataclass(frozen=True, slots=True)
class FailurePolicy:
    """What is done about failures; None leaves it undone."""

    retry: RetryPolicy | None = None
    breaker: BreakerPolicy | None = None


class _Server:
    """What is known of one server."""

    def __init__(self, policy: FailurePolicy, clock: Callable[[], float]) -> None:
        self.retry = policy.retry
        self.budget = RetryBudget(policy.retry.budget) if policy.retry else None
        self.breaker = Breaker(policy.breaker, clock) if policy.breaker else NoBreaker()


class ResilientTransport:
    """An ``HttpTransport`` that retries by ``inner``, and refuses at once what is bound to fail.

    Servers are told apart by their URL without its query, so that each member of a partitioned subgraph stands for itself.
    ``policy_for`` gives the policy of a URL; ``chance`` gives numbers from 0 to 1, ``sleep`` waits for so many seconds.
    """

    def __init__(
        self,
        inner: HttpTransport,
        policy_for: Callable[[str], FailurePolicy],
        *,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner = inner
        self._policy_for = policy_for
        self._chance, self._sleep = chance, sleep
        self._servers: dict[str, _Server] = {}

    def breaker_state(self, url: str) -> BreakerState:
        """Whether requests to a URL go out at present."""
        return self.breaker(url).state

    def breaker(self, url: str) -> Breaker | NoBreaker:
        """What decides whether requests to a URL go out."""
        return self._server(url).breaker

    async def post(
        self, url: str, *, headers: Mapping[str, str], body: bytes, deadline: float, replayable: bool
    ) -> HttpAnswer:
        """See ``HttpTransport.post``; raises ``TransportError`` with ``Failure.OPEN`` for a server that is left alone."""
        server = self._servers.get(url) or self._server(url)
        breaker, attempt = server.breaker, 1
        if server.budget is not None:
            server.budget.earn()
        while True:
            answer: HttpAnswer | None = None
            error: TransportError | None = None
            if not breaker.admit():
                error = TransportError(Failure.OPEN)
            else:
                try:
                    answer = await self._inner.post(
                        url, headers=headers, body=body, deadline=deadline, replayable=replayable
                    )
                except TransportError as failure:
                    error = failure
                except BaseException:
                    breaker.abandon()
                    raise
                note(breaker, answer)
            if answer is not None and answer.status not in RETRIED_STATUSES:
                return answer
            delay = self._delay(server, attempt, answer, error, deadline) if replayable else None
            if delay is None:
                if answer is None:
                    raise error or TransportError(Failure.UNREACHABLE)
                return answer
            await self._sleep(delay)
            attempt += 1

    async def close(self) -> None:
        """See ``HttpTransport.close``."""
        await self._inner.close()

    def _server(self, url: str) -> _Server:
        server = self._servers.get(url)
        if server is None:
            bare = urlsplit(url)._replace(query="", fragment="").geturl()
            server = self._servers.get(bare)
            if server is None:
                server = self._servers[bare] = _Server(self._policy_for(url), time.monotonic)
            self._servers[url] = server
        return server

    def _delay(
        self,
        server: _Server,
        attempt: int,
        answer: HttpAnswer | None,
        error: TransportError | None,
        deadline: float,
    ) -> float | None:
        """Seconds to wait before the next attempt; None where there is none."""
        retry, budget = server.retry, server.budget
        if retry is None or budget is None or attempt >= retry.attempts:
            return None
        if error is not None and error.failure not in RETRIED_FAILURES:
            return None
        delay = retry_delay(retry, attempt, answer, self._chance)
        if asyncio.get_running_loop().time() + delay >= deadline or not budget.spend():
            return None
        return delay


def note(breaker: Breaker | NoBreaker, answer: HttpAnswer | None) -> None:
    """Tell a breaker how a request ended."""
    if answer is None or answer.status in BUSY_STATUSES:
        breaker.fail()
    else:
        breaker.succeed()
