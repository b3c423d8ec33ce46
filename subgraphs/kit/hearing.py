"""What a subscription's resolver is made of: a topic's events, each told over rows that are read anew."""

from collections.abc import AsyncGenerator

from subgraphs.kit.context import Info
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.events import EventsLost, Payload


async def hear(info: Info, topic: str) -> AsyncGenerator[Payload | None, None]:
    """``None`` as soon as the topic is listened to, for the present state to be read, and then each event's payload.

    Loaders forget what they read before, for a connection's subscriptions share them. Raises ``Refusal`` EVENTS_LOST where
    events may have been missed.
    """
    try:
        async with info.context.events.listen(topic) as payloads:
            info.context.loaders.forget()
            yield None
            async for payload in payloads:
                info.context.loaders.forget()
                yield payload
    except EventsLost as lost:
        raise Refusal(ErrorCode.EVENTS_LOST, str(lost)) from lost
