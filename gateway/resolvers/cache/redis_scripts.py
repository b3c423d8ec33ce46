"""What Redis does in one step: number an invalidation, tell those that one has missed, begin anew where they are lost, end a lock.

``KEYS[1]`` is the last number, ``KEYS[2]`` a sorted set of invalidations by number, with the member ``floor``: entries that had not
seen the floor are invalid. Numbers are microseconds of the server's clock, or one more than the last: after everything was lost
(a flush, an eviction, an older snapshot) they are nonetheless higher than any before.
"""

from typing import Final

_NEXT: Final = """
local now = redis.call('TIME')
local function after(last)
  return string.format('%.0f', math.max(tonumber(now[1]) * 1000000 + tonumber(now[2]), last + 1))
end
local function begin_anew(last)
  local number = after(last)
  redis.call('SET', KEYS[1], number)
  redis.call('DEL', KEYS[2])
  redis.call('ZADD', KEYS[2], number, 'floor')
  return number
end
local last = redis.call('GET', KEYS[1])
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
"""

INVALIDATE: Final = (
    _NEXT
    + """
if not last or not floor then last = begin_anew(tonumber(last or '0')) end
local number = after(tonumber(last))
redis.call('SET', KEYS[1], number)
redis.call('ZADD', KEYS[2], number, number .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', tonumber(redis.call('ZSCORE', KEYS[2], 'floor'))),
  string.format('%.0f', tonumber(number) - tonumber(ARGV[2])))
local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if excess > 0 then
  local lowest = redis.call('ZRANGE', KEYS[2], excess - 1, excess - 1, 'WITHSCORES')[2]
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, excess - 1)
  redis.call('ZADD', KEYS[2], lowest, 'floor')
end
return number
"""
)
"""``ARGV``: the tags as JSON, for how many microseconds an invalidation must be remembered, how many are remembered at most."""

CATCH_UP: Final = (
    _NEXT
    + """
local known = tonumber(ARGV[1])
if not last or not floor or tonumber(last) < known then
  local number = begin_anew(math.max(known, tonumber(last or '0')))
  return {number, number, {}}
end
return {last, string.format('%.0f', tonumber(floor)), redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf')}
"""
)
"""``ARGV``: the last number that the caller knows. Gives the last number, the floor, and what came between."""

UNLOCK: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"
"""``KEYS[1]`` is the lock, ``ARGV[1]`` who believes to hold it."""
