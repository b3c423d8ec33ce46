"""The one table of composition codes; ``docs/errors.md`` is printed from it."""

from gateway.schema.codes.code import Code
from gateway.schema.codes.errors import ErrorCode
from gateway.schema.codes.hints import HintCode

__all__ = ["Code", "ErrorCode", "HintCode"]
