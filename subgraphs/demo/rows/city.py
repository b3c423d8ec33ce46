"""The cities' rows, of all or of one: listings, answers, and what counties report of their markets and brokers."""

from collections import Counter

from subgraphs.city import tables
from subgraphs.demo.contributions import POINTS
from subgraphs.demo.market import Market
from subgraphs.demo.places import PLACES, PROVINCE
from subgraphs.demo.premises import SERVICES, make_premises
from subgraphs.demo.rows.kinds import Row, Rows


def rows_of_city(city: str, market: Market) -> Rows:
    """The rows of one city's own database, by the city's code: what is its own and its counties', and the province around it."""
    return {table: [row for row in rows if lies_in(row, city)] for table, rows in city_rows(market).items()}


def lies_in(row: Row, city: str) -> bool:
    """Whether a row belongs to a city: its key, whatever its name, begins with the city's four digits or is the province's."""
    key = str(next(iter(row.values())))
    return key.startswith(city[:4]) or key == PROVINCE.code


def city_rows(market: Market) -> Rows:
    """All rows of the eleven cities, as one database for all of them holds them."""
    return {
        tables.Region: [
            {"code": p.code, "name": p.name, "level": p.level, "parent_code": p.parent} for p in PLACES.values()
        ],
        tables.Achievement: [
            {
                "id": a.id,
                "title": a.title,
                "summary": a.summary,
                "status": market.status_of[a.id],
                "published_at": a.published_at,
                "city_code": a.city,
                "county_code": a.county.code,
                "field_code": a.leaf.code,
                "owner_uscc": a.owner.uscc,
                "maturity_level": a.maturity,
                "service_invention": a.service_invention,
                "patent_nos": list(a.patents),
                "asking_price_fen": a.asking_price_fen,
                "supports_free_licence": a.supports_free_licence,
            }
            for a in market.achievements
        ],
        tables.Demand: [
            {
                "id": d.id,
                "title": d.title,
                "summary": d.summary,
                "status": market.status_of[d.id],
                "published_at": d.published_at,
                "city_code": d.city,
                "county_code": d.county.code,
                "field_code": d.leaf.code,
                "publisher_uscc": d.publisher.uscc,
                "source": d.source,
                "budget_fen": d.budget_fen,
                "deadline": d.deadline,
                "contact_name": d.contact_name,
                "contact_phone": d.contact_phone,
            }
            for d in market.demands
        ],
        tables.DemandAnswer: [
            {
                "id": a.id,
                "demand_id": a.demand.id,
                "organization_uscc": a.organization.uscc,
                "solution": a.solution,
                "at": a.at,
                "achievement_id": a.achievement.id if a.achievement else None,
            }
            for a in market.answers
        ],
        tables.PhysicalMarket: [
            {
                "id": p.id,
                "region_code": p.county.code,
                "annual_turnover_fen": p.turnover_fen,
                "services": [SERVICES[at] for at in p.services],
            }
            for p in make_premises()
        ],
        **_brokers(market),
        tables.Serial: _serials(market),
    }


def _brokers(market: Market) -> Rows:
    points = Counter({broker.registration_no: 0 for broker in market.brokers})
    for contribution in market.contributions:
        points[contribution.broker.registration_no] += POINTS[contribution.reason]
    return {
        tables.Broker: [{"registration_no": no, "contribution_points": total} for no, total in points.items()],
        tables.BrokerCounty: [
            {"registration_no": broker.registration_no, "county_code": county.code}
            for broker in market.brokers
            for county in broker.counties
        ],
    }


def _serials(market: Market) -> list[Row]:
    """The last number of each city's achievements and demands, and of each demand's answers."""
    last = Counter(achievement.id[:8] for achievement in market.achievements)
    last.update(demand.id[:8] for demand in market.demands)
    last.update(answer.demand.id for answer in market.answers)
    return [{"name": name, "last": number} for name, number in last.items()]
