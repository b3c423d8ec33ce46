"""Both stores, and one Redis server for all tests here that need one."""

from collections.abc import Iterator

import pytest

from tests.services.redis import RedisServer, find_redis, serve_redis


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running server."""
    program = find_redis()
    if program is None:
        pytest.fail("redis-server is not installed here; tests/services/install installs it")
    with serve_redis(program) as server:
        yield server


@pytest.fixture
def redis(redis_server: RedisServer) -> RedisServer:
    """The server, empty and with no limit to its memory."""
    redis_server.ask("CONFIG", "SET", "maxmemory", "0")
    redis_server.ask("FLUSHALL")
    return redis_server
