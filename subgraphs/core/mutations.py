"""Core's mutations, each with its part of the market."""

import strawberry

from subgraphs.core.bidding import AuctionMutations
from subgraphs.core.challenges import ChallengeMutations
from subgraphs.core.contributions import ContributionMutations
from subgraphs.core.news import NewsMutations
from subgraphs.core.promotions import PromotionMutations


@strawberry.type(description="变更入口。Where changes begin.")
class Mutation(AuctionMutations, ChallengeMutations, ContributionMutations, NewsMutations, PromotionMutations):
    """What may be changed in core."""
