"""Each way in which a promise is refused for what the law says: the code, the line, and a fix that
names what to write."""

import pytest

from aboveboard.promise.loading import load
from tests.promise import RETAILER, Story, check_refusal, edited, problems

OFFER_FIELDS = "      fields: [first_name, last_name, email, phone, country, birth_date]\n"
NOTE = next(line for line in RETAILER.splitlines(keepends=True) if "note: UK addendum" in line)
HEALTH = ("category: user.demographic.date_of_birth", "category: user.health")

# name: changes to the sample, the code, words of the line that is blamed (after the
# change), words of the fix
STORIES: dict[str, Story] = {
    "a purpose with no lawful basis": (
        [("    basis: contract\n    basis_note: Performance of the contract of sale.\n", "")],
        "no_lawful_basis",
        "title: {en: To deliver what you order",
        "Add `basis:` with one of: consent, contract",
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
    "addresses confirmed where nobody is asked for a yes": (
        [("    basis: contract\n", "    basis: contract\n    double_opt_in: true\n")],
        "double_opt_in_without_consent",
        "double_opt_in: true",
        "or set `basis: consent`",
    ),
    "addresses confirmed where nobody is reached by e-mail": (
        [("channels: [email, api, export]", "channels: [api, export]")],
        "double_opt_in_without_email",
        "double_opt_in: true",
        "Add a channel with `contact: email`",
    ),
    "addresses confirmed of a purpose that uses none": (
        [
            ("      fields: [first_name, email]\n", "      fields: [first_name]\n"),
            ("    fields: [first_name, email]\n", "    fields: [first_name]\n"),
        ],
        "double_opt_in_address",
        "double_opt_in: true",
        "Name one field of `kind: email`",
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
    "legitimate interests without a balancing note": (
        [("    balancing: >-\n", "    basis_note: >-\n")],
        "no_balancing",
        "basis: legitimate_interests",
        "Add `balancing:`",
    ),
    "a program that decides alone, and nobody looks": (
        [
            (
                "    purposes: [personal-offers]\n\n# What our",
                "    purposes: [personal-offers]\n    decides_alone: true\n\n# What our",
            )
        ],
        "no_human_review",
        "decides_alone: true",
        "Add `review:`",
    ),
    "a moment for a purpose that is not declared": (
        [("purposes: [answer-contact]", "purposes: [answer-contacts]")],
        "undeclared_purpose",
        "purposes: [answer-contacts]",
        "Did you mean `answer-contact`?",
    ),
    "a source of a field that is not declared": (
        [("automated:\n", "sources:\n  agency: {title: an agency, fields: [shoe]}\nautomated:\n")],
        "undeclared_field",
        "fields: [shoe]",
        "Did you mean `phone`?",
    ),
    "a legal obligation without the law": (
        [("    law: UK GDPR and GDPR Art. 15, 16 and 20\n", "")],
        "no_law",
        "basis: legal_obligation",
        "Add `law:`",
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
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_refused_with_line_and_fix(name: str) -> None:
    check_refusal(STORIES[name])


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


def test_the_same_recipient_is_judged_by_the_organisation_s_law() -> None:
    """Brazil: adequate for the EU since January 2026, not for the UK."""
    to_brazil = ("    country: NL\n", "    country: BR\n")
    assert "no_transfer_ground" in {problem.code for problem in problems(edited(to_brazil))}
    assert (
        problems(edited(to_brazil, ("  country: GB\n  trades_in", "  country: FR\n  trades_in")))
        == ()
    )
