"""When one type may stand where another stood: the same names and lists, and non-null only where it does no harm."""

from graphql import GraphQLList, GraphQLNonNull, GraphQLType


def is_safe_output(was: GraphQLType, now: GraphQLType) -> bool:
    """Whether every value of ``now`` is also one of ``was``: what was non-null still is."""
    if isinstance(now, GraphQLNonNull):
        return is_safe_output(was.of_type if isinstance(was, GraphQLNonNull) else was, now.of_type)
    if isinstance(was, GraphQLList) and isinstance(now, GraphQLList):
        return is_safe_output(was.of_type, now.of_type)
    return str(was) == str(now)


def is_safe_input(was: GraphQLType, now: GraphQLType) -> bool:
    """Whether every value of ``was`` is also one of ``now``: what was nullable still is."""
    return is_safe_output(now, was)
