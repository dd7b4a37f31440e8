"""Each way in which a promise is refused: the code, the line, and a fix
that names what to write. What would be unlawful is in ``test_lawfulness``."""

import pytest

from aboveboard.promise.loading import PromiseRefused, load
from tests.promise import RETAILER, Story, check_refusal, edited, problems

HEALTH = ("category: user.demographic.date_of_birth", "category: user.health")

# name: changes to the sample, the code, words of the line that is blamed (after the
# change), words of the fix
STORIES: dict[str, Story] = {
    "a purpose with its basis left blank": (
        [("    basis: contract\n", "    basis:\n")],
        "no_lawful_basis",
        "    basis:",
        "Add `basis:`",
    ),
    "a time zone that does not exist": (
        [("time_zone: Europe/London", "time_zone: Europe/Londn")],
        "unknown_time_zone",
        "  time_zone: Europe/Londn",
        "Did you mean `Europe/London`?",
    ),
    "a time zone by a name that is not the IANA's": (
        [("time_zone: Europe/London", "time_zone: (GMT+00) Greenwich Mean")],
        "unknown_time_zone",
        "  time_zone: (GMT+00)",
        "such as Europe/London",
    ),
    "a part of a country that it does not have": (
        [("country: GB\n", "country: DE\n  region: DE-BAY\n")],
        "unknown_region",
        "region: DE-BAY",
        "Did you mean `DE-BY`?",
    ),
    "a region of another country": (
        [("country: GB\n", "country: GB\n  region: US-CA\n")],
        "region_elsewhere",
        "region: US-CA",
        "Write a part of GB",
    ),
    "a country where a part of one is meant": (
        [("country: GB\n", "country: DE\n  region: DE\n")],
        "wrong_value",
        "region: DE",
        "such as DE-BY or US-CA",
    ),
    "an establishment in a country that does not exist": (
        [("country: GB\n", "country: GB\n  establishments: [UK, IE]\n")],
        "unknown_country",
        "[UK, IE]",
        "Did you mean `GB`?",
    ),
    "establishments without the country": (
        [("country: GB\n", "country: GB\n  establishments: [IE, FR]\n")],
        "country_not_established",
        "[IE, FR]",
        "List every place",
    ),
    "a lead authority outside the EEA": (
        [("country: GB\n", "country: GB\n  lead_authority: CH\n")],
        "lead_outside_eea",
        "lead_authority: CH",
        "such as IE",
    ),
    "a sector that is nearly right": (
        [("sectors: []", "sectors: [hippa]")],
        "unknown_sector",
        "[hippa]",
        "Did you mean `hipaa`?",
    ),
    "a sector that is not in the list": (
        [("sectors: []", "sectors: [bicycles]")],
        "unknown_sector",
        "[bicycles]",
        "docs/reference/duties.md lists them.",
    ),
    "a role that the law does not know": (
        [("country: GB\n", "country: GB\n  role: controler\n")],
        "wrong_value",
        "role: controler",
        "Did you mean `controller`?",
    ),
    "a list of roles with one too many": (
        [("country: GB\n", "country: GB\n  role: [controller, owner]\n")],
        "wrong_value",
        "role: [controller, owner]",
        "Use one of: controller, processor, joint_controller.",
    ),
    "a domicile outside the United States": (
        [("country: GB\n", "country: GB\n  domicile: CA-ON\n")],
        "domicile_elsewhere",
        "domicile: CA-ON",
        "such as US-OH",
    ),
    "the United Kingdom by its domain's letters": (
        [("  country: GB\n", "  country: UK\n")],
        "unknown_country",
        "  country: UK",
        "Did you mean `GB`?",
    ),
    "a country that does not exist": (
        [("trades_in: [GB, US,", "trades_in: [GB, ZZ,")],
        "unknown_country",
        "ZZ,",
        "such as GB",
    ),
    "a union where a country is meant": (
        [("trades_in: [GB, US,", "trades_in: [EU, US,")],
        "unknown_country",
        "[EU,",
        "a union has none",
    ),
    "a recipient in a country that is gone": (
        [("    country: NL\n", "    country: TP\n")],
        "unknown_country",
        "country: TP",
        "Did you mean `TL`?",
    ),
    "a language by its country's letters": (
        [("languages: [en, fr, de]", "languages: [en, fr, de, jp]")],
        "unknown_language",
        "jp]",
        "Did you mean `ja`?",
    ),
    "a language that does not exist": (
        [("languages: [en, fr, de]", "languages: [en, fr, de, xx]")],
        "unknown_language",
        "xx]",
        "such as fr",
    ),
    "a national number without saying which": (
        [("    kind: date\n", "    kind: national_id\n")],
        "no_format",
        "  birth_date:",
        "Add `format:` with one of: ar.dni",
    ),
    "a national number that no country has": (
        [("    kind: date\n", "    kind: national_id\n    format: gb.ninoo\n")],
        "unknown_format",
        "format: gb.ninoo",
        "Did you mean `gb.nino`?",
    ),
    "a card that is checked in no known way": (
        [("    format: unchecked ", "    format: mod97 ")],
        "unknown_format",
        "format: mod97",
        "Use one of: luhn, unchecked.",
    ),
    "a format for a kind that has none": (
        [("    kind: date\n", "    kind: date\n    format: DD/MM\n")],
        "unknown_format",
        "format: DD/MM",
        "Remove the line.",
    ),
    "a field that no purpose uses": (
        [
            (
                "  customer_number:\n",
                (
                    "  income: {label: Income, category: user.financial, kind: text}\n"
                    "  customer_number:\n"
                ),
            )
        ],
        "unused_field",
        "  income:",
        "Remove it, or name it in the purpose that needs it.",
    ),
    "a purpose that uses a field nobody declared": (
        [
            (
                "fields: [city, region, postal_code, country]",
                "fields: [city, region, postal_cod, country]",
            )
        ],
        "undeclared_field",
        "postal_cod,",
        "Did you mean `postal_code`?",
    ),
    "no retention": (
        [("    retention:\n      keep: P2Y\n      starts: last_activity\n\n", "\n")],
        "no_retention",
        "title: {en: To improve our shops",
        "Add `retention:`",
    ),
    "a retention without an end": (
        [("      keep: P6Y\n", "")],
        "no_retention",
        "      starts: last_activity",
        "Add `keep:`",
    ),
    "a retention of no length": (
        [("keep: P6Y", "keep: P0D")],
        "wrong_value",
        "keep: P0D",
        "such as P6Y",
    ),
    "a retention that is no period": (
        [("keep: P6Y", "keep: six years")],
        "wrong_value",
        "keep: six years",
        "a period such as P6Y",
    ),
    "a retention that starts with a choice nobody has": (
        [("      starts: last_activity\n", "      starts: choice\n")],
        "no_choice_to_start",
        "starts: choice",
        "starts: collection",
    ),
    "an unknown role": (
        [("roles: [finance]", "roles: [finanse]")],
        "undeclared_role",
        "[finanse]",
        "Did you mean `finance`?",
    ),
    "an unknown channel": (
        [("channels: [portal]", "channels: [web]")],
        "undeclared_channel",
        "[web]",
        "portal, phone, shop",
    ),
    "an unknown recipient": (
        [("recipients: [courier,", "recipients: [currier,")],
        "undeclared_recipient",
        "[currier,",
        "Did you mean `courier`?",
    ),
    "a recipient that receives nothing": (
        [("recipients: [courier, payment-provider]", "recipients: [courier]")],
        "unused_recipient",
        "  payment-provider:",
        "Remove it",
    ),
    "an unknown category": (
        [("user.contact.email", "user.contact.mail")],
        "unknown_category",
        "user.contact.mail",
        "Did you mean `user.contact.email`?",
    ),
    "a category by the name it used to have": (
        [HEALTH, ("category: user.health", "category: user.health_and_medical")],
        "unknown_category",
        "user.health_and_medical",
        "now called `user.health`",
    ),
    "an unknown key": (
        [("retention:", "retntion:")],
        "unknown_key",
        "retntion:",
        "Did you mean `retention`?",
    ),
    "a purpose that names no fields": (
        [("    fields: [city, region, postal_code, country]\n", "")],
        "no_fields",
        "title: {en: To improve our shops",
        "no more than it needs",
    ),
    "no promise for when data is lost": (
        [(RETAILER[RETAILER.index("losses:\n") : RETAILER.index("# How it is")], "")],
        "no_loss_promise",
        "promise: 1",
        "Add `losses:`",
    ),
    "no promise of how soon people are told": (
        [("measure: people_told", "measure: published")],
        "no_loss_promise",
        "  tell-you:",
        "measure: people_told",
    ),
    "a loss promise that nobody can check": (
        [("    measure: people_told\n    within: PT72H\n", "    measure: people_told\n")],
        "not_measurable",
        "    text:",
        "Add `within:`",
    ),
    "a loss promise measured the wrong way": (
        [("at_least: 95", "at_least: 95\n    within: P1D")],
        "not_measurable",
        "within: P1D",
        "use `at_least:`",
    ),
    "a sentence too long for customers": (
        [("Without these details your order cannot reach you.", " ".join(["and"] * 26))],
        "long_sentence",
        "and and",
        "at most 25 words",
    ),
    "a sentence too long for staff": (
        [("Make sure who is asking, and answer them.", " ".join(["and"] * 26))],
        "long_sentence",
        "and and",
        "at most 25 words",
    ),
    "words for staff without what they do": (
        [
            (
                "      what:\n        en: See where an order goes",
                "      that:\n        en: See where",
            )
        ],
        "unknown_key",
        "that:",
        "what",
    ),
    "a language that nobody listed": (
        [("languages: [en, fr, de]", "languages: [en, fr]")],
        "undeclared_language",
        "de:",
        "Add it there",
    ),
    "a text without English": (
        [("title: {en: by post, fr:", "title: {fr:")],
        "missing",
        "title: {fr:",
        "Add `en:`",
    ),
    "a flag that is neither true nor false": (
        [("sensitive: true", "sensitive: yes")],
        "wrong_value",
        "sensitive: yes",
        "`true` or `false`",
    ),
    "a list where one word belongs": (
        [("kind: text", "kind: [text]")],
        "wrong_type",
        "kind: [text]",
        "after the colon",
    ),
    "a word where a list belongs": (
        [("roles: [finance]", "roles: finance")],
        "wrong_type",
        "roles: finance",
        "Write a list",
    ),
    "something listed twice": (
        [("roles: [finance]", "roles: [finance, finance]")],
        "duplicate",
        "roles:",
        "Remove one.",
    ),
    "a key that is no key": (
        [("  sms:\n", "  Text Message:\n")],
        "bad_key",
        "Text Message",
        "lower-case",
    ),
    "a later format": (
        [("promise: 1", "promise: 2")],
        "wrong_value",
        "promise: 2",
        "the version of this format: 1",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_refused_with_line_and_fix(name: str) -> None:
    check_refusal(STORIES[name])


def test_the_sample_is_accepted() -> None:
    assert problems(RETAILER) == ()
    assert problems(RETAILER.encode()) == ()
    assert problems(b"\xef\xbb\xbf" + RETAILER.encode()) == ()
    assert problems(RETAILER.replace("\n", "\r\n")) == ()


def test_all_problems_at_once_in_the_order_of_the_file() -> None:
    matches = problems(
        edited(
            ("user.contact.email", "user.contact.mail"),
            ("country: US", "country: IN"),
            ("ground: uk_transfer_agreement", "ground: none"),
            ("roles: [finance]", "roles: [finanse]"),
            ("measure: people_told", "measure: published"),
        )
    )
    assert [problem.code for problem in matches] == [
        "unknown_category",
        "unknown_transfer_ground",
        "undeclared_role",
        "no_loss_promise",
    ]
    assert [problem.line for problem in matches] == sorted(problem.line for problem in matches)


def test_the_error_says_how_many_and_the_first() -> None:
    with pytest.raises(PromiseRefused) as refused:
        load(edited(("roles: [finance]", "roles: [finanse]")), name="ours.yaml")
    assert refused.value.code == "promise_refused"
    assert str(refused.value).startswith(
        "The promise in ours.yaml cannot be used: one problem to fix. First: ours.yaml:"
    )
