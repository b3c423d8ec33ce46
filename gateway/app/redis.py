"""The store of answers on a Redis server, by the settings."""

import time

from gateway.errors import SettingsError
from gateway.resolvers.cache.redis_store import RedisOptions, RedisStore
from gateway.settings import Cache


def open_redis(settings: Cache) -> RedisStore:
    """The store. Raises SettingsError where there is none in the settings, or its URL is none."""
    redis = settings.redis
    if redis is None:
        raise SettingsError("cache.redis: there is no server.")
    options = RedisOptions(
        redis.url, redis.namespace, redis.timeout, redis.connections, redis.compress_above, settings.memory_bytes
    )
    return RedisStore(options, clock=time.time)
