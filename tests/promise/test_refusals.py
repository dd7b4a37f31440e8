"""Each way in which a promise is refused: the code, the line, and a fix
that names what to write."""

import pytest

from aboveboard.law import transfers
from aboveboard.promise.loading import PromiseRefused, load
from tests.promise import RETAILER, edited, problems

DELIVER = "To deliver what you order"
OFFER_FIELDS = "      fields: [first_name, last_name, email, phone, country, birth_date]\n"
NOTE = next(line for line in RETAILER.splitlines(keepends=True) if "note: UK addendum" in line)
HEALTH = ("category: user.demographic.date_of_birth", "category: user.health")

# name: changes to the sample, the code, words of the line that is blamed (after the
# change), words of the fix
STORIES = {
    "a purpose with no lawful basis": (
        [("    basis: contract\n    basis_note: Performance of the contract of sale.\n", "")],
        "no_lawful_basis",
        "title: {en: To deliver what you order",
        "Add `basis:` with one of: consent, contract",
    ),
    "a purpose with its basis left blank": (
        [("    basis: contract\n", "    basis:\n")],
        "no_lawful_basis",
        "    basis:",
        "Add `basis:`",
    ),
    "a lawful basis that the law does not know": (
        [("    basis: contract\n", "    basis: contracts\n")],
        "unknown_lawful_basis",
        "basis: contracts",
        "Did you mean `contract`?",
    ),
    "direct marketing that a contract is said to need": (
        [("    basis: contract\n", "    basis: contract\n    direct_marketing: true\n")],
        "marketing_basis",
        "    basis: contract",
        "Set `basis: consent`",
    ),
    "direct marketing that goes on against a restriction": (
        [
            (
                "    direct_marketing: true\n",
                "    direct_marketing: true\n    allowed_when_restricted: protect_others\n",
            )
        ],
        "marketing_when_restricted",
        "    allowed_when_restricted: protect_others",
        "Remove `allowed_when_restricted:`",
    ),
    "consent that goes on against a restriction": (
        [("    direct_marketing: true\n", "    allowed_when_restricted: protect_others\n")],
        "consent_when_restricted",
        "    allowed_when_restricted: protect_others",
        "Remove `allowed_when_restricted:`",
    ),
    "a public interest that no law lays down": (
        [
            (
                "    basis: contract\n",
                "    basis: contract\n    allowed_when_restricted: public_interest\n",
            )
        ],
        "no_law_when_restricted",
        "    allowed_when_restricted: public_interest",
        "Add `law:`",
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
    "consent asked for a field that the purpose does not list": (
        [(OFFER_FIELDS, OFFER_FIELDS.replace("birth_date", "birth_date, region"))],
        "consent_beyond_fields",
        "      fields: [first_name",
        "take it out of the question",
    ),
    "consent not asked for a field that the purpose uses": (
        [(OFFER_FIELDS, OFFER_FIELDS.replace(", birth_date", ""))],
        "consent_not_asked",
        "    fields: [first_name, last_name, email, phone, country, birth_date]",
        "Name it in `choice: fields:`",
    ),
    "consent without a question": (
        [("    choice:\n", "    law: x\n    chioce:\n")],
        "no_question",
        "basis: consent",
        "Add `choice:`",
    ),
    "a question where nothing rests on consent": (
        [("basis: consent", "basis: contract"), ("starts: choice", "starts: collection")],
        "question_without_consent",
        "asks:",
        "set `basis: consent`",
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
    "special-category data without its Article 9 condition": (
        [HEALTH],
        "no_article9_condition",
        "    fields: [first_name, last_name, email, phone, country, birth_date]",
        "Add `article9:`",
    ),
    "explicit consent claimed, never asked": (
        [
            (
                "    basis: legitimate_interests\n",
                (
                    "    basis: legitimate_interests\n"
                    "    article9: {condition: explicit_consent, note: n}\n"
                ),
            )
        ],
        "explicit_consent_not_asked",
        "article9: {",
        "basis: consent",
    ),
    "a recipient in a third country without a transfer ground": (
        [
            ("    transfer:\n      ground: uk_transfer_agreement\n", ""),
            (NOTE, ""),
        ],
        "no_transfer_ground",
        "country: US",
        "Add `transfer:` with a `ground:` (one of: partial_adequacy, standard_contractual_clauses",
    ),
    "a transfer ground that the country cannot have": (
        [
            (
                "country: US\n    transfer:\n      ground: uk_transfer_agreement",
                "country: IN\n    transfer:\n      ground: partial_adequacy",
            )
        ],
        "ground_does_not_fit",
        "ground: partial_adequacy",
        "Claim another ground.",
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
    "legitimate interests without a balancing note": (
        [("    balancing: >-\n", "    basis_note: >-\n")],
        "no_balancing",
        "basis: legitimate_interests",
        "Add `balancing:`",
    ),
    "a legal obligation without the law": (
        [("    law: UK GDPR and GDPR Art. 15, 16 and 20\n", "")],
        "no_law",
        "basis: legal_obligation",
        "Add `law:`",
    ),
    "a purpose that names no fields": (
        [("    fields: [city, region, postal_code, country]\n", "")],
        "no_fields",
        "title: {en: To improve our shops",
        "no more than it needs",
    ),
    "a transfer ground that the law does not know": (
        [("ground: uk_transfer_agreement", "ground: privacy_shield")],
        "unknown_transfer_ground",
        "privacy_shield",
        "Use one of: partial_adequacy",
    ),
    "an Article 9 condition that the law does not know": (
        [
            HEALTH,
            (
                "    basis: consent\n",
                "    basis: consent\n    article9: {condition: explicit_concent, note: n}\n",
            ),
        ],
        "unknown_article9_condition",
        "explicit_concent",
        "Did you mean `explicit_consent`?",
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


@pytest.mark.parametrize("name", STORIES)
def test_refused_with_line_and_fix(name: str) -> None:
    changes, code, blamed, fix = STORIES[name]
    source = edited(*changes)
    lines = source.splitlines()
    found = [problem for problem in problems(source) if problem.code == code]
    assert found, f"not refused for {code}: {[p.code for p in problems(source)]}"
    assert any(blamed in lines[problem.line - 1] and fix in problem.fix for problem in found), [
        str(p) for p in found
    ]


@pytest.mark.parametrize("name", STORIES)
def test_every_problem_can_be_acted_on(name: str) -> None:
    source = edited(*STORIES[name][0])
    for problem in problems(source):
        assert problem.file == "promise.yaml"
        assert 1 <= problem.line <= len(source.splitlines())
        assert problem.column >= 1
        assert problem.message.endswith((".", "”"))
        assert problem.fix


def test_the_sample_is_accepted() -> None:
    assert problems(RETAILER) == ()
    assert problems(RETAILER.encode()) == ()
    assert problems(b"\xef\xbb\xbf" + RETAILER.encode()) == ()
    assert problems(RETAILER.replace("\n", "\r\n")) == ()


def test_all_problems_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        edited(
            ("user.contact.email", "user.contact.mail"),
            ("country: US", "country: IN"),
            ("ground: uk_transfer_agreement", "ground: none"),
            ("roles: [finance]", "roles: [finanse]"),
            ("measure: people_told", "measure: published"),
        )
    )
    assert [one.code for one in found] == [
        "unknown_category",
        "unknown_transfer_ground",
        "undeclared_role",
        "no_loss_promise",
    ]
    assert [one.line for one in found] == sorted(one.line for one in found)


def test_the_error_says_how_many_and_the_first() -> None:
    with pytest.raises(PromiseRefused) as refused:
        load(edited(("roles: [finance]", "roles: [finanse]")), name="ours.yaml")
    assert refused.value.code == "promise_refused"
    assert str(refused.value).startswith(
        "The promise in ours.yaml is refused: one problem to put right. First: ours.yaml:"
    )


def test_special_data_with_its_condition_is_accepted() -> None:
    health = edited(
        HEALTH,
        (
            "    basis: consent\n",
            (
                "    basis: consent\n    article9: {condition: explicit_consent, note: Asked in "
                "the question.}\n"
            ),
        ),
        (
            "    law: UK GDPR and GDPR Art. 15, 16 and 20\n",
            (
                "    law: UK GDPR Art. 15\n    article9: {condition: substantial_public_interest, "
                "note: DPA 2018 Sch. 1.}\n"
            ),
        ),
    )
    assert problems(health) == ()
    assert load(health, name="x").fields["birth_date"].sensitive


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


def test_the_same_recipient_is_judged_by_the_organisation_s_law() -> None:
    """Brazil: adequate for the EU since January 2026, not for the UK."""
    to_brazil = ("    country: NL\n", "    country: BR\n")
    assert "no_transfer_ground" in {one.code for one in problems(edited(to_brazil))}
    assert (
        problems(edited(to_brazil, ("  country: GB\n  trades_in", "  country: FR\n  trades_in")))
        == ()
    )


def test_the_lists_of_law_say_when_they_were_checked() -> None:
    assert transfers.checked().year >= 2026
    for regime in transfers.regimes():
        assert not regime.adequate & set(regime.partial)
        assert all(
            len(country) == 2 and country.isupper()
            for country in regime.members | regime.adequate | set(regime.partial)
        )
