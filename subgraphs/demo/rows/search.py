"""Core's search entries: every listing and every organisation that the search box may answer with."""

from collections.abc import Iterator

from subgraphs.demo.market import Market
from subgraphs.demo.places import PLACES, Place
from subgraphs.demo.rows.kinds import Row
from subgraphs.kit.enums import OrganizationKind
from subgraphs.kit.search_text import index_tokens

_FOUND = {
    OrganizationKind.ENTERPRISE: "Enterprise",
    OrganizationKind.UNIVERSITY: "University",
    OrganizationKind.RESEARCH_INSTITUTE: "ResearchInstitute",
    OrganizationKind.SERVICE_INSTITUTION: "ServiceInstitution",
}
"""The kinds of organisation that a search may find, by their GraphQL type."""


def search_rows(market: Market) -> list[Row]:
    """One row for each thing, its names and words as tokens."""
    texts = [*_listing_texts(market), *_organization_texts(market)]
    return [
        {"id": number, "kind": kind, "key": key, "tokens": index_tokens(text)}
        for number, (kind, key, text) in enumerate(texts, 1)
    ]


def _listing_texts(market: Market) -> Iterator[tuple[str, str, str]]:
    for kind, listings in (("TechnologyAchievement", market.achievements), ("Demand", market.demands)):
        for listing in listings:
            yield (
                kind,
                listing.id,
                " ".join((listing.title, listing.summary, *listing.leaf.name, *_where(listing.county))),
            )


def _organization_texts(market: Market) -> Iterator[tuple[str, str, str]]:
    for organization in market.register.all:
        if kind := _FOUND.get(organization.kind):
            yield kind, organization.uscc, " ".join((organization.name, organization.uscc, *_where(organization.place)))


def _where(place: Place) -> tuple[str, ...]:
    around = PLACES[place.city]
    return place.name, place.name_en, around.name, around.name_en
