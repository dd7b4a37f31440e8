"""Codes of others' lists: which clocks a country keeps."""

import pytest

from aboveboard.kinds.codes import countries, zones_of


@pytest.mark.parametrize(
    ("country", "zones"),
    [
        ("GB", {"Europe/London"}),
        ("DE", {"Europe/Berlin"}),
        ("IN", {"Asia/Kolkata"}),
        ("XX", set()),
        ("NZ", {"Pacific/Auckland", "Pacific/Chatham"}),
    ],
)
def test_a_zone_for_each_clock_that_a_country_keeps(country: str, zones: set[str]) -> None:
    assert set(zones_of(country)) == zones


@pytest.mark.parametrize("country", ["US", "CA", "AU", "BR", "MX", "ES", "PT", "RU", "ID", "CN"])
def test_a_country_with_several_clocks_says_so(country: str) -> None:
    assert len(zones_of(country)) > 1


def test_the_zone_that_is_known_best_comes_first() -> None:
    zones = zones_of("US")
    assert {"America/New_York", "America/Chicago", "America/Los_Angeles"} <= set(zones)
    assert zones_of("BR")[-1] != "America/Sao_Paulo"


def test_nearly_every_country_has_a_clock() -> None:
    assert {code for code in countries() if not zones_of(code)} <= {"BV", "HM", "XK"}
