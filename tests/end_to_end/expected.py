"""What the ten front-end queries must answer, worked out from the databases by SQL and never through GraphQL."""

from typing import Any

from tests.end_to_end.databases import Databases, Row, listed, moment, money

TYPE_NAMES = {
    "ENTERPRISE": "Enterprise",
    "UNIVERSITY": "University",
    "RESEARCH_INSTITUTE": "ResearchInstitute",
    "HOSPITAL": "Hospital",
    "GOVERNMENT_DEPARTMENT": "GovernmentDepartment",
    "SERVICE_INSTITUTION": "ServiceInstitution",
}
CROPS = ("RICE", "TEA", "CITRUS", "BAYBERRY", "VEGETABLE", "EDIBLE_FUNGI", "BAMBOO", "LIVESTOCK", "AQUATIC")
"""In the order of the schema, which lists of crops keep."""

NEWEST_FIRST = "order by published_at desc, id"


class Market:
    """The market's answers, a method for each thing that several queries ask for."""

    def __init__(self, databases: Databases) -> None:
        self.db = databases

    # core

    def region_name(self, code: str) -> str:
        name = self.db.value("core", "select name from region where code = ?", code)
        assert isinstance(name, str)
        return name

    def mountain_county(self, code: str) -> Row | None:
        """The county's designation on the day of the data."""
        return self.db.row(
            "core",
            "select * from mountain_county where region_code = ? and valid_from <= '2022-06-27'"
            " and (valid_to is null or valid_to >= '2022-06-27')",
            code,
        )

    def organization(self, uscc: str) -> Row:
        row = self.db.row("core", "select * from organization where uscc = ?", uscc)
        assert row is not None
        return row

    def organization_name(self, uscc: str) -> str:
        name = self.organization(uscc)["name"]
        assert isinstance(name, str)
        return name

    def alliance(self, uscc: str) -> Row | None:
        return self.db.row("core", "select * from alliance_member where member_uscc = ?", uscc)

    def deals_of(self, achievement: str) -> list[Row]:
        return self.db.rows(
            "core", "select * from deal where achievement_id = ? order by signed_at desc, id", achievement
        )

    def auction_of(self, achievement: str) -> Row | None:
        return self.db.row(
            "core", "select * from auction where achievement_id = ? order by closes_at desc, id", achievement
        )

    def is_small_and_in_the_mountains(self, demand: Row) -> bool:
        """先免费许可: for micro and small enterprises of the 26 counties."""
        publisher = self.organization(demand["publisher_uscc"])
        return bool(self.mountain_county(demand["county_code"])) and publisher["scale"] in ("MICRO", "SMALL")

    # city

    def achievement(self, key: str) -> Row:
        row = self.db.row("city", "select * from achievement where id = ?", key)
        assert row is not None
        return row

    def demand(self, key: str) -> Row:
        row = self.db.row("city", "select * from demand where id = ?", key)
        assert row is not None
        return row

    def open_demands(self, county: str, first: int) -> list[Row]:
        sql = f"select * from demand where county_code = ? and status = 'OPEN' {NEWEST_FIRST} limit ?"
        return self.db.rows("city", sql, county, first)

    # agriculture, carbon, healthcare

    def crops(self, achievement: str) -> Row | None:
        found = self.db.row("agriculture", "select * from achievement_profile where achievement_id = ?", achievement)
        crops = self.db.rows("agriculture", "select crop from achievement_crop where achievement_id = ?", achievement)
        return found and {"crops": sorted((row["crop"] for row in crops), key=CROPS.index)}

    def bases(self, achievement: str) -> list[Row]:
        return self.db.rows(
            "agriculture",
            "select b.* from demonstration_base b join achievement_base a on a.base_id = b.id"
            " where a.achievement_id = ? order by b.id",
            achievement,
        )

    def extension_stage(self, achievement: str) -> str | None:
        """Where an agricultural achievement stands, from the maturity that the city keeps."""
        if not self.db.row("agriculture", "select 1 from achievement_profile where achievement_id = ?", achievement):
            return None
        level = self.achievement(achievement)["maturity_level"]
        stages = ((3, "LABORATORY"), (5, "SMALL_PLOT"), (7, "DEMONSTRATION"), (9, "WIDE_EXTENSION"))
        return next(stage for highest, stage in stages if level <= highest)

    def farm_demand(self, demand: str) -> Row | None:
        return self.db.row("agriculture", "select * from demand_profile where demand_id = ?", demand)

    def carbon(self, listing: str) -> Row | None:
        return self.db.row(
            "carbon",
            "select p.*, s.name as sector_name from carbon_profile p join carbon_sector s on s.code = p.sector_code"
            " where p.listing_id = ?",
            listing,
        )

    def carbon_sector(self, listing: str) -> Row | None:
        found = self.carbon(listing)
        return found and {"sector": {"name": found["sector_name"]}}

    def medical(self, achievement: str) -> Row | None:
        return self.db.row("healthcare", "select * from medical_profile where achievement_id = ?", achievement)

    def regulatory_class(self, achievement: str) -> str:
        """What is not medical has no profile, and the class NONE."""
        found = self.medical(achievement)
        return "NONE" if found is None else str(found["regulatory_class"])

    def trial_bases(self, achievement: str) -> list[Row]:
        rows = self.db.rows(
            "healthcare",
            "select hospital_uscc from trial_base where achievement_id = ? order by hospital_uscc",
            achievement,
        )
        return [self.organization(row["hospital_uscc"]) for row in rows]

    def medical_demand(self, demand: str) -> Row | None:
        return self.db.row("healthcare", "select * from demand_profile where demand_id = ?", demand)


def province_home(market: Market, period: str) -> Row:
    """Query 1."""
    db = market.db

    def count(sql: str, *values: Any) -> int:
        return int(db.value("core", f"select count(*) from {sql}", *values))

    def statistics(code: str) -> Row:
        published = "where city_code = ? and substr(published_at, 1, 4) = ?"
        demands = int(db.value("city", f"select count(*) from demand {published}", code, period))
        deals = count("deal where region_code = ? and substr(signed_at, 1, 4) = ?", code, period)
        return {
            "achievementCount": db.value("city", f"select count(*) from achievement {published}", code, period),
            "demandCount": demands,
            "openDemandCount": db.value(
                "city", f"select count(*) from demand {published} and status = 'OPEN'", code, period
            ),
            "dealCount": deals,
            "matchRate": deals / demands if demands else None,
        }

    agricultural = db.rows(
        "agriculture",
        "select achievement_id as id from achievement_profile order by published_at desc, achievement_id limit 3",
    )
    cities = db.rows("core", "select code, name from region where parent_code = '330000' order by code")
    return {
        "figures": {
            "cities": count("region where level = 'CITY'"),
            "counties": count("region where level = 'COUNTY'"),
            "physicalMarkets": count("physical_market"),
            "residentInstitutions": count("organization where resident"),
            "serviceInstitutions": count("organization where kind = 'SERVICE_INSTITUTION'"),
            "brokers": count("broker"),
            "deals": count("deal"),
            "dealAmount": money(db.value("core", "select sum(amount_fen) from deal")),
            "negotiated": count("deal where pricing_mode = 'NEGOTIATED'"),
            "listed": count("deal where pricing_mode = 'LISTED'"),
            "auctioned": count("deal where pricing_mode = 'AUCTION'"),
            "jianbing": count("programme_listing where programme = 'JIANBING'"),
            "lingyan": count("programme_listing where programme = 'LINGYAN'"),
        },
        "province": {"children": [{**city, "statistics": statistics(city["code"])} for city in cities]},
        "carbonSectors": db.rows("carbon", "select code, name from carbon_sector order by code"),
        "agricultural": [
            {
                "id": row["id"],
                "title": market.achievement(row["id"])["title"],
                "county": {"name": market.region_name(market.achievement(row["id"])["county_code"])},
            }
            for row in agricultural
        ],
    }


def achievement_detail(market: Market, key: str) -> Row:
    """Query 2."""
    db, row = market.db, market.achievement(key)
    owner, auction, mountain = (
        market.organization(row["owner_uscc"]),
        market.auction_of(key),
        market.mountain_county(row["county_code"]),
    )
    carbon, medical = market.carbon(key), market.medical(key)
    university = owner["kind"] == "UNIVERSITY"
    alliance = market.alliance(owner["uscc"])
    return {
        "achievement": {
            "id": key,
            "title": row["title"],
            "summary": row["summary"],
            "maturityLevel": row["maturity_level"],
            "status": row["status"],
            "askingPrice": money(row["asking_price_fen"]),
            "patentNos": listed(row["patent_nos"]),
            "county": {
                "name": market.region_name(row["county_code"]),
                "mountainCounty": mountain and {"validFrom": mountain["valid_from"]},
            },
            "technicalField": {
                "name": db.value("core", "select name from technical_field where code = ?", row["field_code"])
            },
            "owner": {
                "__typename": TYPE_NAMES[owner["kind"]],
                "name": owner["name"],
                **(
                    {"alliance": alliance and {"kind": alliance["kind"], "joinedOn": alliance["joined_on"]}}
                    if university
                    else {}
                ),
            },
            "auction": auction
            and {
                "status": auction["status"],
                "currentPrice": money(auction["current_price_fen"]),
                "closesAt": moment(auction["closes_at"]),
            },
            "deals": [
                {
                    "pricingMode": deal["pricing_mode"],
                    "signedAt": moment(deal["signed_at"]),
                    "broker": db.row(
                        "core", "select name, level from broker where registration_no = ?", deal["broker_no"]
                    ),
                }
                for deal in market.deals_of(key)
            ],
            "evidence": [
                {"kind": each["kind"], "sha256": each["sha256"], "recordedAt": moment(each["recorded_at"])}
                for each in db.rows("core", "select * from evidence where chain = ? order by height", key)
            ],
            "agriculture": (crops := market.crops(key))
            and {
                **crops,
                "demonstrationBases": [
                    {"name": base["name"], "region": {"name": market.region_name(base["region_code"])}}
                    for base in market.bases(key)
                ],
            },
            "extensionStage": market.extension_stage(key),
            "carbon": carbon
            and {
                "sector": {"name": carbon["sector_name"]},
                "reductionTonnesPerYear": carbon["reduction_tonnes_per_year"],
            },
            "medical": medical
            and {
                "indication": medical["indication"],
                "trialPhase": medical["trial_phase"],
                "trialBases": [{"name": each["name"], "grade": each["grade"]} for each in market.trial_bases(key)],
            },
            "regulatoryClass": market.regulatory_class(key),
        }
    }


def mountain_counties(market: Market) -> Row:
    """Query 3."""
    db = market.db

    def physical_market(row: Row) -> Row:
        reported = db.row("city", "select * from physical_market where id = ?", row["id"])
        assert reported is not None
        turnover = money(reported["annual_turnover_fen"])
        return {"name": row["name"], "services": listed(reported["services"]), "annualTurnover": turnover}

    def node(row: Row) -> Row:
        farm = market.farm_demand(row["id"])
        crops = db.rows("agriculture", "select crop from demand_crop where demand_id = ?", row["id"])
        return {
            "id": row["id"],
            "title": row["title"],
            "freeLicenceEligible": market.is_small_and_in_the_mountains(row),
            "publisher": {"name": market.organization_name(row["publisher_uscc"])},
            "agriculture": farm
            and {"crops": sorted((each["crop"] for each in crops), key=CROPS.index), "farmers": farm["farmers"]},
            "carbon": market.carbon_sector(row["id"]),
        }

    def designation(row: Row) -> Row:
        code = row["region_code"]
        region = db.row("core", "select * from region where code = ?", code)
        assert region is not None
        markets = db.rows("core", "select * from physical_market where region_code = ? order by id", code)
        counted = "select count(*) from demand where county_code = ? and status = 'OPEN'"
        return {
            "kind": row["kind"],
            "region": {
                "code": code,
                "name": region["name"],
                "parent": {"name": market.region_name(region["parent_code"])},
                "physicalMarkets": [physical_market(each) for each in markets],
                "demands": {
                    "totalCount": db.value("city", counted, code),
                    "edges": [{"node": node(each)} for each in market.open_demands(code, 5)],
                },
            },
        }

    valid = "valid_from <= '2022-06-27' and (valid_to is null or valid_to >= '2022-06-27')"
    rows = db.rows("core", f"select * from mountain_county where {valid} order by region_code")
    return {"mountainCounties": [designation(row) for row in rows]}


def carbon_market(market: Market, sector: str) -> Row:
    """Query 4."""
    rows = market.db.rows(
        "carbon",
        "select * from carbon_profile where sector_code = ? order by published_at desc, listing_id limit 20",
        sector,
    )

    def listing(profile: Row) -> Row:
        key = profile["listing_id"]
        carbon = {"reductionTonnesPerYear": profile["reduction_tonnes_per_year"], "methodology": profile["methodology"]}
        if "-A-" in key:
            row = market.achievement(key)
            return {
                "__typename": "TechnologyAchievement",
                "id": key,
                "carbon": carbon,
                "title": row["title"],
                "county": {"name": market.region_name(row["county_code"])},
                "maturityLevel": row["maturity_level"],
                "owner": {"name": market.organization_name(row["owner_uscc"])},
                "deals": [{"pricingMode": deal["pricing_mode"]} for deal in market.deals_of(key)],
            }
        row = market.demand(key)
        publisher = market.organization(row["publisher_uscc"])
        return {
            "__typename": "Demand",
            "id": key,
            "carbon": carbon,
            "title": row["title"],
            "county": {"name": market.region_name(row["county_code"])},
            "budget": money(row["budget_fen"]),
            "publisher": {"name": publisher["name"], "region": {"name": market.region_name(publisher["region_code"])}},
            "freeLicenceEligible": market.is_small_and_in_the_mountains(row),
        }

    return {"carbonListings": [listing(row) for row in rows]}


def tea(market: Market) -> Row:
    """Query 5."""
    rows = market.db.rows(
        "agriculture",
        "select p.* from achievement_profile p join achievement_crop c on c.achievement_id = p.achievement_id"
        " where c.crop = 'TEA' order by p.published_at desc, p.achievement_id limit 10",
    )

    def farmers(demand: str) -> Row | None:
        found = market.farm_demand(demand)
        return found and {"farmers": found["farmers"]}

    def base(row: Row) -> Row:
        mountain = market.mountain_county(row["region_code"])
        demands = market.open_demands(row["region_code"], 3)
        return {
            "name": row["name"],
            "areaMu": row["area_mu"],
            "region": {
                "name": market.region_name(row["region_code"]),
                "mountainCounty": mountain and {"kind": mountain["kind"]},
                "demands": {
                    "edges": [
                        {"node": {"title": each["title"], "agriculture": farmers(each["id"])}} for each in demands
                    ]
                },
            },
        }

    def achievement(profile: Row) -> Row:
        key = profile["achievement_id"]
        row, carbon = market.achievement(key), market.carbon(key)
        return {
            "id": key,
            "title": row["title"],
            "extensionStage": market.extension_stage(key),
            "owner": {"name": market.organization_name(row["owner_uscc"])},
            "deals": [
                {
                    "signedAt": moment(deal["signed_at"]),
                    "buyer": {"name": market.organization_name(deal["buyer_uscc"])},
                }
                for deal in market.deals_of(key)
            ],
            "agriculture": {
                "varietyApprovalNo": profile["variety_approval_no"],
                "demonstrationBases": [base(each) for each in market.bases(key)],
            },
            "carbon": carbon and {"reductionTonnesPerYear": carbon["reduction_tonnes_per_year"]},
        }

    return {"agriculturalAchievements": [achievement(row) for row in rows]}


def medical(market: Market) -> Row:
    """Query 6."""
    db = market.db
    profiles = db.rows(
        "healthcare",
        "select * from medical_profile where regulatory_class = 'DEVICE_III'"
        " order by published_at desc, achievement_id limit 10",
    )

    def hospital(row: Row) -> Row:
        departments = db.value("healthcare", "select departments from hospital where uscc = ?", row["uscc"])
        trials = db.rows(
            "healthcare",
            "select achievement_id from trial_base where hospital_uscc = ? order by achievement_id limit 3",
            row["uscc"],
        )
        return {
            "name": row["name"],
            "grade": row["grade"],
            "departments": listed(departments),
            "trialAchievements": [{"title": market.achievement(each["achievement_id"])["title"]} for each in trials],
        }

    def achievement(profile: Row) -> Row:
        key = profile["achievement_id"]
        row, auction = market.achievement(key), market.auction_of(key)
        owner = market.organization(row["owner_uscc"])
        return {
            "id": key,
            "title": row["title"],
            "regulatoryClass": profile["regulatory_class"],
            "owner": {"name": owner["name"], "region": {"name": market.region_name(owner["region_code"])}},
            "medical": {
                "indication": profile["indication"],
                "trialBases": [hospital(each) for each in market.trial_bases(key)],
            },
            "askingPrice": money(row["asking_price_fen"]),
            "auction": auction and {"status": auction["status"]},
        }

    def institution(row: Row) -> Row:
        brokers = db.rows(
            "core", "select name from broker where institution_uscc = ? order by registration_no", row["uscc"]
        )
        points = db.value(
            "core",
            "select coalesce(sum(c.points), 0) from contribution c join broker b using (registration_no)"
            " where b.institution_uscc = ?",
            row["uscc"],
        )
        region = {"name": market.region_name(row["region_code"])}
        return {"name": row["name"], "region": region, "brokers": brokers, "contributionPoints": points}

    institutions = db.rows(
        "core", "select * from organization where service_class = 'INSPECTION_AND_TESTING' order by uscc limit 10"
    )
    return {
        "medicalAchievements": [achievement(row) for row in profiles],
        "serviceInstitutions": [institution(row) for row in institutions],
    }


def auction_hall(market: Market) -> Row:
    """Query 7."""
    rows = market.db.rows("core", "select * from auction where status = 'OPEN' order by closes_at, id limit 20")

    def auction(row: Row) -> Row:
        key = row["achievement_id"]
        achievement = market.achievement(key)
        bids = market.db.rows(
            "core", "select * from bid where auction_id = ? order by amount_fen desc limit 5", row["id"]
        )
        return {
            "id": row["id"],
            "status": row["status"],
            "currentPrice": money(row["current_price_fen"]),
            "increment": money(row["increment_fen"]),
            "closesAt": moment(row["closes_at"]),
            "bids": [
                {"paddleNo": bid["paddle_no"], "amount": money(bid["amount_fen"]), "at": moment(bid["at"])}
                for bid in bids
            ],
            "achievement": {
                "title": achievement["title"],
                "maturityLevel": achievement["maturity_level"],
                "serviceInvention": bool(achievement["service_invention"]),
                "county": {"name": market.region_name(achievement["county_code"])},
                "carbon": market.carbon_sector(key),
                "regulatoryClass": market.regulatory_class(key),
            },
        }

    return {"auctions": [auction(row) for row in rows]}


def broker_desk(market: Market, number: str) -> Row:
    """Query 8, but for ``contributionPoints``: which of two ledgers answers is drawn for each request."""
    db = market.db
    broker = db.row("core", "select * from broker where registration_no = ?", number)
    assert broker is not None

    def county(code: str) -> Row:
        mountain = market.mountain_county(code)
        return {"name": market.region_name(code), "mountainCounty": mountain and {"kind": mountain["kind"]}}

    def demand(key: str | None) -> Row | None:
        if key is None:
            return None
        row, profile = market.demand(key), market.medical_demand(key)
        return {
            "title": row["title"],
            "status": row["status"],
            "publisher": {"name": market.organization_name(row["publisher_uscc"])},
            "medical": profile and {"department": profile["department"]},
        }

    def deal(key: str | None) -> Row | None:
        if key is None:
            return None
        row = db.row("core", "select * from deal where id = ?", key)
        assert row is not None
        demands = db.rows(
            "city", f"select title from demand where publisher_uscc = ? {NEWEST_FIRST} limit 3", row["buyer_uscc"]
        )
        return {
            "contractNo": row["contract_no"],
            "achievement": {
                "title": market.achievement(row["achievement_id"])["title"],
                "extensionStage": market.extension_stage(row["achievement_id"]),
            },
            "buyer": {"name": market.organization_name(row["buyer_uscc"]), "demands": demands},
        }

    institution = market.organization(broker["institution_uscc"])
    counties = db.rows("city", "select * from broker_county where registration_no = ? order by county_code", number)
    contributions = db.rows(
        "core", "select * from contribution where registration_no = ? order by at desc, id limit 10", number
    )
    return {
        "broker": {
            "name": broker["name"],
            "level": broker["level"],
            "servesCounties": [county(each["county_code"]) for each in counties],
            "institution": {"name": institution["name"], "serviceClass": institution["service_class"]},
            "contributions": [
                {
                    "points": each["points"],
                    "reason": each["reason"],
                    "at": moment(each["at"]),
                    "demand": demand(each["demand_id"]),
                    "deal": deal(each["deal_id"]),
                }
                for each in contributions
            ],
        }
    }


def university_page(market: Market, uscc: str) -> Row:
    """Query 9."""
    db, row = market.db, market.organization(uscc)
    alliance = market.alliance(uscc)

    def licence(each: Row) -> Row:
        number = db.value("core", "select contract_no from deal where id = ?", each["converted_into"])
        return {
            "county": {"name": market.region_name(each["county_code"])},
            "freeTo": each["free_to"],
            "convertedInto": number and {"contractNo": number},
        }

    def achievement(each: Row) -> Row:
        key, carbon, profile = each["id"], market.carbon(each["id"]), market.medical(each["id"])
        licences = db.rows("core", "select * from free_licence where achievement_id = ? order by id", key)
        return {
            "id": key,
            "title": each["title"],
            "status": each["status"],
            "deals": [
                {"pricingMode": deal["pricing_mode"], "signedAt": moment(deal["signed_at"])}
                for deal in market.deals_of(key)
            ],
            "freeLicences": [licence(one) for one in licences],
            "carbon": carbon and {"reductionTonnesPerYear": carbon["reduction_tonnes_per_year"]},
            "agriculture": market.crops(key),
            "medical": profile and {"indication": profile["indication"]},
        }

    rows = db.rows("city", f"select * from achievement where owner_uscc = ? {NEWEST_FIRST} limit 20", uscc)
    return {
        "organization": {
            "__typename": TYPE_NAMES[row["kind"]],
            "uscc": uscc,
            "name": row["name"],
            "region": {"name": market.region_name(row["region_code"])},
            "alliance": alliance and {"kind": alliance["kind"]},
            "achievements": [achievement(each) for each in rows],
        }
    }


def jianbing_list(market: Market, year: int) -> Row:
    """Query 10."""
    db = market.db

    def answer(row: Row) -> Row:
        achievement = row["achievement_id"] and market.achievement(row["achievement_id"])
        return {
            "organization": {"name": market.organization_name(row["organization_uscc"])},
            "achievement": achievement
            and {"title": achievement["title"], "maturityLevel": achievement["maturity_level"]},
        }

    def demand(key: str) -> Row:
        row = market.demand(key)
        publisher, farm, profile = (
            market.organization(row["publisher_uscc"]),
            market.farm_demand(key),
            market.medical_demand(key),
        )
        answers = db.rows("city", "select * from demand_answer where demand_id = ? order by at desc, id limit 3", key)
        entries = db.rows(
            "core", "select stage from challenge_entry where demand_id = ? order by event_year, number", key
        )
        return {
            "id": key,
            "title": row["title"],
            "source": row["source"],
            "status": row["status"],
            "county": {"name": market.region_name(row["county_code"])},
            "publisher": {
                "name": publisher["name"],
                **({"highTech": bool(publisher["high_tech"])} if publisher["kind"] == "ENTERPRISE" else {}),
            },
            "answers": [answer(each) for each in answers],
            "carbon": market.carbon_sector(key),
            "agriculture": farm and {"areaMu": farm["area_mu"]},
            "medical": profile and {"clinical": bool(profile["clinical"])},
            "challengeEntries": entries,
        }

    def item(row: Row) -> Row:
        sources = db.rows(
            "core",
            "select demand_id from programme_listing_source where programme = ? and year = ? and number = ?"
            " order by position",
            row["programme"],
            row["year"],
            row["number"],
        )
        return {
            "number": row["number"],
            "title": row["title"],
            "organisationMode": row["organisation_mode"],
            "list": row["list"],
            "sourceDemands": [demand(each["demand_id"]) for each in sources],
        }

    rows = db.rows(
        "core",
        "select * from programme_listing where programme = 'JIANBING' and year = ? order by number limit 50",
        year,
    )
    return {"programmeListings": [item(row) for row in rows]}
