"""Whom a law binds: a sector wherever it is, the agencies of its own place, and those who have no
other law in its stead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aboveboard.law import offering
from aboveboard.law.terms import AffectedGroup, BreachTimes, DutyDue, OrgProfile, Required
from tests.law.losses import AWARE, BIRTH, SSN, STOLEN, duties_of

NO, YES = Required.NO, Required.YES


def _rows(
    lives: str, us: OrgProfile, *, day: str = "2026-11-18", **times: object
) -> dict[str, DutyDue]:
    aware = datetime.fromisoformat(f"{day}T09:30:00+00:00")
    return duties_of([AffectedGroup(lives, 600, SSN | BIRTH)], profile=us, aware=aware, **times)  # type: ignore[arg-type]


def _asked(rows: dict[str, DutyDue]) -> set[str]:
    return {duty for duty, row in rows.items() if row.required is not NO}


# -- a sector wherever it is -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duty", "sector", "established", "lives"),
    [
        # Form 8-K, Item 1.05: a registrant, wherever it and its customers are.
        ("US-SEC-8K-105", "us_listed", "IE", "FR"),
        # 17 CFR 248.30(a)(4): customers of a registered adviser, wherever they live.
        ("US-SEC-SP-IND", "us_sec_regsp_large", "US-NY", "GB"),
        # DFARS 252.204-7012(c): a contractor abroad reports to the Department of Defense too.
        ("US-DFARS-7012", "us_defence_supplier", "GB", "GB"),
        # 23 NYCRR 500.17: a covered entity, wherever its customers live.
        ("US-NYDFS-500.17", "ny_dfs", "GB", "US-NJ"),
        # Regulation (EU) 2024/2847, Art. 14: a manufacturer outside the Union.
        ("EU-CRA-14-INC", "product_manufacturers", "JP", "JP"),
    ],
)
def test_a_sector_is_bound_wherever_it_is_and_wherever_the_people_live(
    duty: str, sector: str, established: str, lives: str
) -> None:
    with_it = _rows(lives, OrgProfile((established,), frozenset({sector})))
    assert with_it[duty].required is not NO
    assert duty not in _rows(lives, OrgProfile((established,)))


def test_nobody_is_asked_whether_they_are_listed_in_a_country_that_has_no_part_in_the_loss() -> (
    None
):
    offers = offering.offered(
        STOLEN,
        [AffectedGroup("NZ", 5, BIRTH)],
        times=BreachTimes(AWARE),
        profile=OrgProfile(("NZ",)),
    )
    assert not {"us_listed", "product_manufacturers"} & {offer.sector for offer in offers}


# -- another law in its stead ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sector", "established", "lives", "instead", "replaced"),
    [
        # GDPR Art. 2(3); Regulation (EU) 2018/1725, Art. 34 and 35.
        ("eu_institutions", "BE", "FR", "EU-EUDPR-34-AUTH", "EU-GDPR-33-AUTH:BE"),
        ("eu_institutions", "BE", "FR", "EU-EUDPR-35-SUBJ", "EU-GDPR-34-SUBJ:FR"),
        # GDPR Art. 2(2)(d); Directive (EU) 2016/680, Art. 30 and 31.
        ("law_enforcement", "FR", "FR", "EU-LED-30-AUTH", "EU-GDPR-33-AUTH:FR"),
        # GDPR Art. 95 and recital 173; Regulation (EU) No 611/2013, Art. 2.
        ("telecoms", "FR", "FR", "EU-611-2013-AUTH", "EU-GDPR-33-AUTH:FR"),
        ("telecoms", "FR", "FR", "EU-611-2013-SUBS", "EU-GDPR-34-SUBJ:FR"),
        # UK GDPR Art. 2(2); Data Protection Act 2018 s. 67.
        ("law_enforcement", "GB", "GB", "UK-DPA-67-AUTH", "UK-GDPR-33-AUTH"),
        # UK GDPR Art. 95; Privacy and Electronic Communications Regulations 2003, reg. 5A.
        ("telecoms", "GB", "GB", "UK-PECR-5A-AUTH", "UK-GDPR-33-AUTH"),
    ],
)
def test_who_has_a_law_of_their_own_is_not_under_the_general_one(
    sector: str, established: str, lives: str, instead: str, replaced: str
) -> None:
    rows = _rows(lives, OrgProfile((established,), frozenset({sector})))
    assert rows[instead].required is not NO
    assert (rows[replaced].required, rows[replaced].due_at) == (NO, None)
    assert rows[replaced].reasons[0].startswith("A law of its own stands in the place of this one")
    assert not any(row.not_covered for row in rows.values())


def test_a_telecom_that_is_not_established_in_the_union_stays_under_the_gdpr() -> None:
    """Regulation 611/2013 binds it nowhere here, so nothing stands in the place of Art. 33."""
    rows = _rows("FR", OrgProfile(("NZ",), frozenset({"telecoms"})))
    assert rows["EU-GDPR-33-AUTH:FR"].required is YES


# -- public bodies ---------------------------------------------------------------------------------


def test_an_agency_of_new_south_wales_is_under_its_own_scheme_and_not_the_federal_one() -> None:
    """Privacy Act 1988 (Cth) s. 6C(3); PPIP Act 1998 (NSW), Part 6A, since 28 November 2023."""
    rows = _rows("AU-NSW", OrgProfile(("AU-NSW",), public_body=True))
    assert "AU-NSW-COMMISSIONER" in _asked(rows)
    assert not [duty for duty in rows if duty.startswith("AU-NDB")]
    federal = _rows("AU-NSW", OrgProfile(("AU",), public_body=True))
    assert "AU-NDB-OAIC" in _asked(federal)
    assert not [duty for duty in federal if duty.startswith("AU-NSW")]


def test_an_agency_is_under_its_own_law_for_whoever_lives_in_another_state() -> None:
    rows = _rows("AU-QLD", OrgProfile(("AU-NSW",), public_body=True))
    assert "AU-NSW-IND" in _asked(rows)
    assert not any(row.not_covered for row in rows.values())


@pytest.mark.parametrize(
    ("place", "duty"),
    [
        # Cal. Civ. Code § 1798.29: "any agency" is one of California (§ 1798.3(b)).
        ("US-CA", "US-CA-PUBLIC-IND"),
        ("US-RI", "US-RI-PUBLIC"),  # R.I. Gen. Laws § 11-49.3-4
        ("US-WA", "US-WA-PUBLIC"),  # RCW 42.56.590
    ],
)
def test_the_law_for_the_agencies_of_a_state_binds_no_agency_of_elsewhere(
    place: str, duty: str
) -> None:
    own = _rows(place, OrgProfile((place,), public_body=True))
    foreign = [_rows(place, OrgProfile((at,), public_body=True)) for at in ("US-OH", "FR")]
    assert duty in own
    assert [duty in rows for rows in foreign] == [False, False]


def test_an_agency_from_elsewhere_is_told_that_what_is_held_binds_others() -> None:
    row = _rows("US-CA", OrgProfile(("US-OH",), public_body=True))["NOT-COVERED:US-CA"]
    assert "binds its own public bodies, or organisations that are none" in row.reasons[1]


# -- insurers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "own"), [("US-OH", "US-OH-INS-HOME"), ("US-CT", "US-CT-INS-DOM")]
)
def test_an_insurer_sees_the_duty_to_its_own_state_and_not_that_to_another_s(
    state: str, own: str
) -> None:
    """Ohio Rev. Code 3965.04(A)(1) and (2); Conn. Gen. Stat. § 38a-38(g)(1): by domicile, or else
    by 250 residents."""
    other = f"{state}-INS"
    insurer = frozenset({"us_insurance"})
    home = _rows(state, OrgProfile(("US",), insurer, domicile=state))
    foreign = _rows(state, OrgProfile(("US",), insurer, domicile="US-TX"))
    assert [own in home, other in home] == [True, False]
    assert [own in foreign, other in foreign] == [False, True]


# -- no law yet ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "duty"),
    [("2018-06-01", "NO-LAW-YET:CA-ON"), ("2018-11-01", "CA-PIPEDA-OPC")],
)
def test_ontario_had_no_general_duty_before_that_of_its_country(day: str, duty: str) -> None:
    """SI/2018-32: the breach duties of PIPEDA are in force since 1 November 2018."""
    rows = _rows("CA-ON", OrgProfile(("CA-ON",)), day=day)
    assert duty in rows
    assert "NOT-COVERED:CA-ON" not in rows
    if duty.startswith("NO-LAW"):
        assert "of 1 November 2018" in rows[duty].reasons[0]


# -- what follows ----------------------------------------------------------------------------------


def test_what_follows_a_notice_starts_with_the_notice_of_its_own_country() -> None:
    """GDPR Art. 33(4). Without an establishment each country's authority is told."""
    notice = AWARE + timedelta(hours=40)
    rows = duties_of(
        [AffectedGroup("IE", 5, SSN), AffectedGroup("FR", 5, SSN)],
        notified={"EU-GDPR-33-AUTH:IE": notice},  # type: ignore[arg-type]
    )
    started = {
        place: rows[f"EU-GDPR-33-4-FOLLOWUP:{place}"].clock_started_at for place in ["IE", "FR"]
    }
    assert started == {"IE": notice, "FR": None}


def test_what_follows_another_duty_may_have_a_clock_of_its_own() -> None:
    """Regulation (EU) 2024/2847, Art. 14(2)(c): 14 days after a corrective measure is available,
    whenever the notice before it was given."""
    us = OrgProfile(("DE",), frozenset({"product_manufacturers"}))
    notice, fixed = AWARE + timedelta(hours=60), AWARE + timedelta(days=9)
    notified = {"EU-CRA-14-VULN-72H": notice}
    before = _rows("DE", us, notified=notified)["EU-CRA-14-VULN-FINAL"]
    after = _rows("DE", us, notified=notified, other={"fix_available": fixed})
    assert before.clock_started_at is None
    assert after["EU-CRA-14-VULN-FINAL"].clock_started_at == fixed


@pytest.mark.parametrize(
    ("hours", "due_after"),
    [(2, 6), (23, 24), (24, 24), (25, 29), (72, 76)],
)
def test_what_is_classified_as_major_after_a_day_is_reported_four_hours_later(
    hours: int, due_after: int
) -> None:
    """Delegated Regulation (EU) 2025/301, Art. 5(1)(a) and 5(2)."""
    aware = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    row = _rows(
        "IE",
        OrgProfile(("IE",), frozenset({"financial_services"})),
        other={"incident_classified": aware + timedelta(hours=hours)},
    )["EU-DORA-19"]
    assert row.due_at == aware + timedelta(hours=due_after)
