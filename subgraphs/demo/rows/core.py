"""Core's rows: reference data, organisations, brokers, lists, and the letter's other counts."""

from collections.abc import Iterator
from datetime import date

from subgraphs.core import tables
from subgraphs.demo.contributions import POINTS
from subgraphs.demo.days import later
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.fields import FIELDS
from subgraphs.demo.letter import DELTA_ZONES, INDICATORS, MEANS, PARTNER_PROVINCES, make_users, make_visits
from subgraphs.demo.market import Market
from subgraphs.demo.organizations import Register
from subgraphs.demo.places import CITIES, COUNTIES, PLACES, designations, sub_market_id
from subgraphs.demo.premises import make_premises
from subgraphs.demo.programmes import CHALLENGE_YEAR, PROGRAMME_YEAR
from subgraphs.demo.rows.kinds import Row, Rows
from subgraphs.demo.rows.search import search_rows
from subgraphs.demo.rows.trading import trading_rows
from subgraphs.kit.enums import (
    AllianceMemberKind,
    Industry,
    OrganizationKind,
    RegionLevel,
    ServiceClass,
    SubMarketKind,
)

_INDUSTRIES = {Industry.AGRICULTURE: "农业", Industry.CARBON: "碳达峰碳中和", Industry.HEALTHCARE: "医疗卫生"}
_CO_BUILDERS = {
    Industry.AGRICULTURE: ("农业", "02"),
    Industry.CARBON: ("双碳", "04"),
    Industry.HEALTHCARE: ("医疗卫生", "03"),
}


def core_rows(market: Market) -> Rows:
    """All rows of core's database."""
    return {
        **_reference_rows(),
        tables.Organization: [
            {
                "uscc": o.uscc,
                "kind": o.kind,
                "name": o.name,
                "region_code": o.place.code,
                "resident": o.resident,
                "scale": o.scale,
                "high_tech": o.high_tech,
                "grade": o.grade,
                "service_class": o.service_class,
            }
            for o in market.register.all
        ],
        **_sub_market_rows(market.register),
        tables.AllianceMember: list(_alliance(market.register)),
        **_broker_rows(market),
        **trading_rows(market),
        **_programme_rows(market),
        **_letter_rows(),
        tables.SearchEntry: search_rows(market),
    }


def _reference_rows() -> Rows:
    return {
        tables.Region: [
            {
                "code": place.code,
                "name": place.name,
                "name_en": place.name_en,
                "level": place.level,
                "parent_code": place.parent,
                "legacy_code": f"ZJ-{place.code}" if place.level is RegionLevel.COUNTY else None,
            }
            for place in PLACES.values()
        ],
        tables.MountainCounty: [
            {"region_code": d.county, "kind": d.kind, "valid_from": d.valid_from, "valid_to": d.valid_to}
            for d in designations()
        ],
        tables.TechnicalField: [
            {"code": field.code, "name": field.name.zh, "name_en": field.name.en, "parent_code": None}
            for field in FIELDS
        ]
        + [
            {"code": leaf.code, "name": leaf.name.zh, "name_en": leaf.name.en, "parent_code": leaf.field}
            for field in FIELDS
            for leaf in field.leaves
        ],
        tables.PhysicalMarket: [
            {
                "id": p.id,
                "name": p.name,
                "region_code": p.county.code,
                "opened_on": p.opened_on,
                "annual_turnover_fen": p.turnover_before_fen,
            }
            for p in make_premises()
        ],
    }


def _sub_market_rows(register: Register) -> Rows:
    operator = next(o for o in register.all if o.resident and o.kind is OrganizationKind.ENTERPRISE)
    transfer = {
        city.code: next(
            o.uscc
            for o in register.of(OrganizationKind.SERVICE_INSTITUTION, city.code)
            if o.service_class is ServiceClass.TECHNOLOGY_TRANSFER
        )
        for city in CITIES
    }
    empty: Row = {"region_code": None, "city_market_id": None, "industry": None}
    cities = [
        empty
        | {
            "id": sub_market_id(city.code),
            "kind": SubMarketKind.CITY,
            "name": f"网上技术市场{city.name}分市场",
            "operator_uscc": transfer[city.code],
            "region_code": city.code,
        }
        for city in CITIES
    ]
    counties = [
        empty
        | {
            "id": sub_market_id(county.code),
            "kind": SubMarketKind.COUNTY,
            "name": f"网上技术市场{county.name}分市场",
            "operator_uscc": transfer[county.city],
            "region_code": county.code,
            "city_market_id": sub_market_id(county.city),
        }
        for county in COUNTIES
    ]
    industries = [
        empty
        | {
            "id": sub_market_id(industry),
            "kind": SubMarketKind.INDUSTRY,
            "name": f"网上技术市场{name}分市场",
            "operator_uscc": operator.uscc,
            "industry": industry,
        }
        for industry, name in _INDUSTRIES.items()
    ]
    return {tables.SubMarket: cities + counties + industries, tables.SubMarketCoBuilder: list(_co_builders(register))}


def _co_builders(register: Register) -> Iterator[Row]:
    """The resident institute of each industry and the first university of the capital that works in it."""
    for industry, (word, field) in _CO_BUILDERS.items():
        institute = next(o for o in register.all if o.resident and f"{word}技术分市场" in o.name)
        university = register.working_in(OrganizationKind.UNIVERSITY, field, CITIES[0].code)[0]
        for organization in (institute, university):
            yield {"sub_market_id": sub_market_id(industry), "organization_uscc": organization.uscc}


def _alliance(register: Register) -> Iterator[Row]:
    """91 universities and institutes, 34 high-tech enterprises, 21 intermediaries and investors."""

    def by_lot(kind: OrganizationKind) -> list[str]:
        return sorted((o.uscc for o in register.of(kind) if not o.resident), key=lambda uscc: rank(f"alliance:{uscc}"))

    high_tech = {o.uscc for o in register.of(OrganizationKind.ENTERPRISE) if o.high_tech}
    classes = (ServiceClass.TECHNOLOGY_TRANSFER, ServiceClass.TECH_FINANCE)
    brokers = [o.uscc for o in register.of(OrganizationKind.SERVICE_INSTITUTION) if o.service_class in classes]
    science = [o.uscc for city in CITIES for o in register.of(OrganizationKind.UNIVERSITY, city.code)[:1]]
    science += [u for u in by_lot(OrganizationKind.UNIVERSITY) if u not in science][: 45 - len(science)]
    science += by_lot(OrganizationKind.RESEARCH_INSTITUTE)[:46]
    members = [(uscc, AllianceMemberKind.UNIVERSITY_OR_INSTITUTE) for uscc in science]
    tech = [uscc for uscc in by_lot(OrganizationKind.ENTERPRISE) if uscc in high_tech][:34]
    members += [(uscc, AllianceMemberKind.TECH_ENTERPRISE) for uscc in tech]
    brokers.sort(key=lambda uscc: rank(f"alliance:{uscc}"))
    members += [(uscc, AllianceMemberKind.INTERMEDIARY_OR_VC) for uscc in brokers[:21]]
    for uscc, kind in members:
        joined_on = later(date(2018, 10, 18), Draw(f"joined:{uscc}").below(1_300))
        yield {"member_uscc": uscc, "kind": kind, "joined_on": joined_on}


def _broker_rows(market: Market) -> Rows:
    return {
        tables.Broker: [
            {
                "registration_no": b.registration_no,
                "name": b.name,
                "level": b.level,
                "institution_uscc": b.institution.uscc if b.institution else None,
                "phone": b.phone,
            }
            for b in market.brokers
        ],
        tables.Contribution: [
            {
                "id": number,
                "registration_no": c.broker.registration_no,
                "points": POINTS[c.reason],
                "reason": c.reason,
                "at": c.at,
                "deal_id": c.deal.id if c.deal else None,
                "demand_id": c.demand.id if c.demand else None,
            }
            for number, c in enumerate(market.contributions, 1)
        ],
    }


def _programme_rows(market: Market) -> Rows:
    return {
        tables.ProgrammeListing: [
            {
                "programme": item.programme,
                "year": PROGRAMME_YEAR,
                "number": item.number,
                "title": item.title,
                "organisation_mode": item.mode,
                "list": item.list,
            }
            for item in market.listings
        ],
        tables.ProgrammeListingSource: [
            {
                "programme": item.programme,
                "year": PROGRAMME_YEAR,
                "number": item.number,
                "position": position,
                "demand_id": demand.id,
            }
            for item in market.listings
            for position, demand in enumerate(item.sources, 1)
        ],
        tables.ChallengeEvent: [{"year": CHALLENGE_YEAR, "name": f"{CHALLENGE_YEAR}年技术创新挑战赛"}],
        tables.ChallengeEntry: [
            {
                "event_year": CHALLENGE_YEAR,
                "number": entry.number,
                "demand_id": entry.demand.id,
                "stage": entry.stage,
                "intended_amount_fen": entry.intended_fen,
            }
            for entry in market.entries
        ],
    }


def _letter_rows() -> Rows:
    return {
        tables.RegisteredUser: [
            {"id": number, "registered_on": day, "region_code": county}
            for number, (day, county) in enumerate(make_users(), 1)
        ],
        tables.DailyVisits: [{"day": day, "visits": visits} for day, visits in make_visits()],
        tables.PartnerProvince: [
            {"code": code, "name": name.zh, "name_en": name.en} for code, name in PARTNER_PROVINCES.items()
        ],
        tables.DeltaZone: [
            {"id": number, "name": zone.zh, "name_en": zone.en} for number, zone in enumerate(DELTA_ZONES, 1)
        ],
        tables.MarketMeansOffered: [{"means": means, "name": name} for means, name in MEANS.items()],
        tables.EnterpriseIndicator: [
            {"id": number, "name": n.zh, "name_en": n.en, "unit": unit, "of_enterprises": part, "of_all": whole}
            for number, (n, unit, part, whole) in enumerate(INDICATORS, 1)
        ],
    }
