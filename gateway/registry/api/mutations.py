"""What can be changed in the registry."""

import secrets
from datetime import UTC

import strawberry

from gateway.registry.access import create_token
from gateway.registry.api.context import Info
from gateway.registry.api.fields import mutation
from gateway.registry.api.health_types import CreatedWebhook, WebhookEntry
from gateway.registry.api.inputs import InvalidateInput, MemberInput, SubgraphInput, TokenInput
from gateway.registry.api.queries import EnvironmentName
from gateway.registry.api.types import ChangeResult, CreatedToken, TokenEntry, VersionEntry
from gateway.registry.errors import InvalidError
from gateway.registry.events import EventKind
from gateway.registry.members import put_member, take_member
from gateway.registry.model import Member, Right
from gateway.registry.proposals import check_environment, check_url
from gateway.registry.store.tokens import revoke_token
from gateway.registry.store.webhooks import Webhook, remove_webhook, save_webhook
from gateway.resolvers.cache.invalidation import subgraphs_of


@strawberry.type(description="What can be changed. Every change is written into the audit log.")
class Mutation:
    """Each field says which right it needs."""

    @mutation(
        "Publish subgraphs as one version, if they compose and break no known client. Needs PUBLISH; 'force' needs FORCE."
    )
    async def publish(
        self,
        info: Info,
        subgraphs: list[SubgraphInput],
        environment: EnvironmentName = None,
        message: str = "",
        force: bool = False,
        expected_version: int | None = None,
        together: bool = False,
    ) -> ChangeResult:
        """What became of it."""
        registry = info.context.registry
        published = await registry.publisher.publish(
            info.context.caller,
            environment or registry.options.environment,
            [one.to_proposal() for one in subgraphs],
            message=message,
            force=force,
            expected=expected_version,
            together=together,
        )
        return ChangeResult.of(published)

    @mutation("Take a subgraph out. Needs PUBLISH; 'force' needs FORCE.")
    async def remove_subgraph(
        self, info: Info, name: str, environment: EnvironmentName = None, message: str = "", force: bool = False
    ) -> ChangeResult:
        """What became of it."""
        registry = info.context.registry
        where = environment or registry.options.environment
        removed = await registry.publisher.remove(info.context.caller, where, name, message=message, force=force)
        return ChangeResult.of(removed)

    @mutation("Put a member of a partitioned subgraph in its place, or a new one beside the others. Needs PUBLISH.")
    async def publish_member(
        self, info: Info, subgraph: str, member: MemberInput, environment: EnvironmentName = None, message: str = ""
    ) -> ChangeResult:
        """What became of it."""
        registry = info.context.registry
        where = environment or registry.options.environment
        wanted = Member(member.partition, tuple(member.urls), member.sdl)
        terms = registry.options.terms
        put = await put_member(
            registry.publisher, info.context.caller, where, subgraph, wanted, terms=terms, message=message
        )
        return ChangeResult.of(put)

    @mutation("Take a member of a partitioned subgraph out. Needs PUBLISH.")
    async def remove_member(
        self, info: Info, subgraph: str, partition: str, environment: EnvironmentName = None, message: str = ""
    ) -> ChangeResult:
        """What became of it."""
        registry = info.context.registry
        where = environment or registry.options.environment
        taken = await take_member(registry.publisher, info.context.caller, where, subgraph, partition, message=message)
        return ChangeResult.of(taken)

    @mutation("Make an earlier version's content current again. Needs ADMIN.")
    async def rollback(
        self, info: Info, number: int, environment: EnvironmentName = None, message: str = ""
    ) -> VersionEntry:
        """The new version."""
        registry = info.context.registry
        where = environment or registry.options.environment
        return VersionEntry.of(await registry.publisher.rollback(info.context.caller, where, number, message=message))

    @mutation(
        "Take the subgraphs of one environment over into another, which keeps its addresses. Needs PUBLISH for all subgraphs."
    )
    async def promote(
        self, info: Info, source: str, target: str, number: int | None = None, message: str = "", force: bool = False
    ) -> ChangeResult:
        """What became of it."""
        publisher = info.context.registry.publisher
        promoted = await publisher.promote(
            info.context.caller, source, target, number=number, message=message, force=force
        )
        return ChangeResult.of(promoted)

    @mutation(
        "Call back what the gateway has kept of answers; gives whether every replica obeys already. "
        "Needs PUBLISH for every subgraph that it is about, and ADMIN where that is not said."
    )
    async def invalidate(self, info: Info, targets: InvalidateInput) -> bool:
        """Whether every replica obeys already."""
        wanted, caller, call_back = targets.to_targets(), info.context.caller, info.context.registry.call_back
        for subgraph in subgraphs_of(wanted):
            caller.demand(Right.PUBLISH if subgraph else Right.ADMIN, subgraph=subgraph)
        if call_back is None:
            raise InvalidError("The gateway keeps nothing: its cache is not enabled (cache.enabled).")
        return (await call_back(wanted)).everywhere

    @mutation("Make a token. Needs ADMIN.")
    async def create_token(self, info: Info, token: TokenInput) -> CreatedToken:
        """The token, with its secret this once."""
        caller = info.context.caller
        caller.demand(Right.ADMIN)
        expires = token.expires_at
        if expires is not None and expires.tzinfo is None:
            expires = expires.replace(tzinfo=UTC)
        made, secret = await create_token(
            info.context.registry.database,
            name=token.name,
            rights=token.rights,
            created_by=caller.name,
            subgraphs=tuple(token.subgraphs),
            environments=tuple(token.environments),
            expires_at=expires,
        )
        return CreatedToken(token=TokenEntry.of(made), secret=secret)

    @mutation("Make a token useless from now on. Needs ADMIN.")
    async def revoke_token(self, info: Info, id: strawberry.ID) -> bool:  # noqa: A002  # GraphQL's name
        """True."""
        info.context.caller.demand(Right.ADMIN)
        await revoke_token(info.context.registry.database, str(id), actor=info.context.caller.name)
        return True

    @mutation("Tell an address what happens. Needs ADMIN.")
    async def create_webhook(
        self, info: Info, url: str, events: list[EventKind], environment: EnvironmentName = None
    ) -> CreatedWebhook:
        """The webhook, with the secret that signs, this once."""
        registry, caller = info.context.registry, info.context.caller
        where = environment or registry.options.environment
        caller.demand(Right.ADMIN)
        check_environment(where)
        if not events:
            raise InvalidError("Name at least one event.")
        await check_url(url, registry.options.terms)
        webhook = Webhook(secrets.token_hex(6), where, url, tuple(events), secrets.token_urlsafe(32), caller.name)
        await save_webhook(registry.database, webhook)
        return CreatedWebhook(webhook=WebhookEntry.of(webhook), secret=webhook.secret)

    @mutation("Tell a webhook nothing any more. Needs ADMIN.")
    async def remove_webhook(self, info: Info, id: strawberry.ID) -> bool:  # noqa: A002  # GraphQL's name
        """True."""
        info.context.caller.demand(Right.ADMIN)
        await remove_webhook(info.context.registry.database, str(id), actor=info.context.caller.name)
        return True
