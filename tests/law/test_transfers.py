"""Transfers to third countries: which country is one depends on where the organisation is."""

from __future__ import annotations

import pytest

from aboveboard.law import transfers


@pytest.mark.parametrize(
    ("home", "there", "third"),
    [
        ("GB", "GB", False), ("GB", "NO", False), ("GB", "JE", False), ("GB", "GI", False),
        ("GB", "US", True), ("GB", "CA", True), ("GB", "IN", True), ("GB", "BR", True),
        ("FR", "GB", False), ("FR", "IS", False), ("FR", "BR", False), ("FR", "GI", True),
        ("FR", "US", True), ("FR", "KR", False), ("GB", "KR", True), ("US", "US", True),
        ("US", "FR", False), ("FR", "AQ", True),
    ],
)  # fmt: skip
def test_third_country_depends_on_where_we_are(home: str, there: str, third: bool) -> None:
    assert transfers.regime_of(home).is_third_country(there) is third


def test_partial_adequacy_can_be_claimed_only_where_there_is_a_partial_decision() -> None:
    """GDPR Art. 45: the Data Privacy Framework for the United States, PIPEDA for Canada."""
    union = transfers.regime_of("FR")
    for country, fits in (("US", True), ("CA", True), ("BR", False), ("IN", False)):
        assert transfers.ground_fits("partial_adequacy", country, union) is fits, country
        assert transfers.ground_fits("standard_contractual_clauses", country, union)


def test_each_ground_has_its_article_and_its_words_in_three_languages() -> None:
    grounds = transfers.grounds()
    assert grounds["standard_contractual_clauses"].article == "Art. 46(2)(c)"
    for key, ground in grounds.items():
        assert ground.key == key
        assert ground.article.startswith(("Art. 45", "Art. 46", "Art. 49"))
        assert len({ground.say(language) for language in ("en", "fr", "de")}) == 3, key


def test_the_lists_of_law_say_when_they_were_checked() -> None:
    assert transfers.checked_on().year >= 2026
    for regime in transfers.regimes():
        assert not regime.adequate & set(regime.partial)
        assert all(
            len(country) == 2 and country.isupper()
            for country in regime.members | regime.adequate | set(regime.partial)
        )
