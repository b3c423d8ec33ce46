"""The Redis server of the stores' own tests."""

from tests.resolvers.cache.conftest import redis, redis_server

__all__ = ["redis", "redis_server"]
