"""Core's mutations, each with its part of the market."""

import strawberry

from subgraphs.core.approving import ApprovalMutations
from subgraphs.core.audit.api import AuditMutations
from subgraphs.core.bidding import AuctionMutations
from subgraphs.core.challenges import ChallengeMutations
from subgraphs.core.contributions import ContributionMutations
from subgraphs.core.licensing import LicenceMutations
from subgraphs.core.news import NewsMutations
from subgraphs.core.promotions import PromotionMutations
from subgraphs.core.trade.listed import ListedOfferMutations
from subgraphs.core.trade.negotiating import NegotiationMutations
from subgraphs.core.trade.signing import SigningMutations


@strawberry.type(description="变更入口。Where changes begin.")
class Mutation(
    ApprovalMutations,
    AuctionMutations,
    AuditMutations,
    ChallengeMutations,
    ContributionMutations,
    LicenceMutations,
    ListedOfferMutations,
    NegotiationMutations,
    NewsMutations,
    PromotionMutations,
    SigningMutations,
):
    """What may be changed in core."""
