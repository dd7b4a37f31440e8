"""The reasons that stand beside an answer: all that led to it, and nothing else.

Each story gives the whole list, so that a sentence too many is noticed like one too few.
"""

from __future__ import annotations

import pytest

from aboveboard.law.risk import BreachFacts, DataChange, DataHolder, DataOutage, Risk, assess
from aboveboard.law.terms import AffectedGroup, DataAcquisition, LossFacts, OrgProfile, Required
from tests.law.losses import BIRTH, CARD, CONTACT, SSN, STOLEN, duties_of

CASE_4_14 = "EDPB Guidelines 01/2021, cases 4 and 14"
CONTEXT = "ENISA methodology v1.0, Annex 1"
STOLEN_BY = "EDPB Guidelines 01/2021, cases 4, 5, 7, 8, 11, 17 and 18"
RECORD = "GDPR Art. 33(5)"

# What happened -> what each reason rests on, in order.
RISKS = [
    (
        "cards stolen: what they tell, who has them, whom to tell, and the record",
        BreachFacts(CARD, DataHolder.HOSTILE),
        [CONTEXT, CONTEXT, STOLEN_BY, "GDPR Art. 33(1) and 34(1)", RECORD],
    ),
    (
        "stolen, and made useless since: the people need not be told, and it is not said that "
        "they must",
        BreachFacts(CARD, DataHolder.HOSTILE, remedied=True),
        [CONTEXT, CONTEXT, STOLEN_BY, "GDPR Art. 33(1) and 34(3)(b)", RECORD],
    ),
    (
        "remedied, where there was no high risk to take away: nothing is said of it",
        BreachFacts(CONTACT, DataHolder.UNKNOWN, remedied=True),
        [CONTEXT, "EDPB Guidelines 01/2021, case 14", "GDPR Art. 33(1)", RECORD],
    ),
    (
        "unreadable: each question that found no risk, and why nobody can read it",
        BreachFacts(CONTACT, DataHolder.HOSTILE, unintelligible=True),
        [
            CONTEXT,
            "GDPR Art. 33(1); EDPB Guidelines 01/2021, cases 1 and 2",
            "GDPR Art. 4(12)",
            "GDPR Art. 4(12)",
            "GDPR Art. 34(3)(a); EDPB Guidelines 01/2021, cases 1, 6 and 10",
            "GDPR Art. 33(1)",
            RECORD,
        ],
    ),
    (
        "a passport copy, children, a few known people who deleted it unread",
        BreachFacts(
            frozenset({"user.government_id.passport_number"}),
            DataHolder.FEW_KNOWN,
            recipients=3,
            deletion=True,
            read=False,
            vulnerable=True,
        ),
        [
            CONTEXT,
            CASE_4_14,
            "EDPB Guidelines 01/2021, cases 13, 15 and 16",
            "GDPR Art. 33(1)",
            RECORD,
        ],
    ),
    (
        "children's everyday data: that they can protect themselves less is said",
        BreachFacts(CONTACT, DataHolder.HOSTILE, vulnerable=True),
        [
            CONTEXT,
            "EDPB Guidelines 9/2022, paragraph 114 (special characteristics of the individual)",
            STOLEN_BY,
            "GDPR Art. 33(1) and 34(1)",
            RECORD,
        ],
    ),
    (
        "gone for good and changed meanwhile: both, since both are a risk",
        BreachFacts(
            frozenset(), DataHolder.NOBODY, outage=DataOutage.FOR_GOOD, change=DataChange.USED
        ),
        [
            "EDPB Guidelines 01/2021, case 12",
            "EDPB Guidelines 9/2022 paragraph 17",
            "GDPR Art. 33(1)",
            RECORD,
        ],
    ),
]


@pytest.mark.parametrize(("name", "facts", "grounds"), RISKS, ids=[row[0] for row in RISKS])
def test_a_risk_is_explained_by_what_led_to_it(
    name: str, facts: BreachFacts, grounds: list[str]
) -> None:
    assert [reason.citation for reason in assess(facts).reasons] == grounds


def test_the_last_reason_but_one_says_whom_to_tell_as_the_answer_does() -> None:
    for facts in (
        BreachFacts(CARD, DataHolder.HOSTILE),
        BreachFacts(CARD, DataHolder.HOSTILE, remedied=True),
        BreachFacts(CONTACT, DataHolder.UNKNOWN),
    ):
        found = assess(facts)
        words = found.reasons[-2].text
        assert ("the people have to be told" in words) is found.notify_subjects, words


def test_from_a_thousand_people_on_telling_data_in_unknown_hands_is_a_high_risk() -> None:
    outcomes = [
        assess(BreachFacts(BIRTH, DataHolder.UNKNOWN, people=count)).risk for count in (999, 1000)
    ]
    assert outcomes == [Risk.RISK, Risk.HIGH]


def test_where_nothing_was_exposed_nothing_is_telling() -> None:
    assert (
        assess(BreachFacts(frozenset(), DataHolder.FEW_KNOWN, recipients=1)).risk is Risk.UNLIKELY
    )
    assert assess(BreachFacts(frozenset(), DataHolder.HOSTILE, vulnerable=True)).risk is Risk.RISK


def test_up_to_fifty_known_recipients_can_be_asked_one_by_one() -> None:
    outcomes = [
        assess(BreachFacts(CONTACT, DataHolder.FEW_KNOWN, recipients=count)).risk
        for count in (50, 51)
    ]
    assert outcomes == [Risk.UNLIKELY, Risk.RISK]


# -- why a duty binds ------------------------------------------------------------------------------

WHATEVER_HARM = "This law asks for notice whatever the likelihood of harm."
SECURITY_NUMBER = "The law covers what was lost: social security number."
KEYS_UNKNOWN = "The data was unreadable, but it is not known whether its keys went too."
HIGH = "Here: a high risk is likely."
LEAD = (
    "Your main establishment in the EEA is in Ireland, so its authority takes the lead (GDPR "
    "Art. 56)."
)
EVERY_AUTHORITY = (
    "You have no establishment in the EEA, so the authority of each country concerned is told "
    "(EDPB Guidelines 9/2022, para. 73)."
)
WHICH_LAND = (
    "Germany has an authority for each state (Land): say which one, and ask counsel if in doubt."
)
OWN_HARM = (
    "Notice is due if the law's own kind of harm, such as identity theft or fraud, is likely. "
    f"{HIGH}"
)
UNLESS_UNLIKELY = f"Notice is due unless a risk to people is unlikely. {HIGH}"
SERIOUS = "Notice is due if serious harm is likely."
SAFE = "The data cannot be read and its keys are safe, so this law asks for nothing."
KEYS_NOT_KNOWN = LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=False, keys_taken=None)

DUTIES: list[tuple[str, list[AffectedGroup], LossFacts, str, Required, tuple[str, ...]]] = [
    (
        "a lost French list: the authority of each country, and no word of a Land",
        [AffectedGroup("FR", 3, BIRTH)],
        STOLEN,
        "EU-GDPR-33-AUTH:FR",
        Required.YES,
        (UNLESS_UNLIKELY, EVERY_AUTHORITY),
    ),
    (
        "Germany without a Land: say which",
        [AffectedGroup("DE", 3, BIRTH)],
        STOLEN,
        "EU-GDPR-33-AUTH:DE",
        Required.YES,
        (UNLESS_UNLIKELY, EVERY_AUTHORITY, WHICH_LAND),
    ),
    (
        "Bavaria: its own authority, and no question",
        [AffectedGroup("DE-BY", 3, BIRTH)],
        STOLEN,
        "EU-GDPR-33-AUTH:DE-BY",
        Required.YES,
        (UNLESS_UNLIKELY, EVERY_AUTHORITY),
    ),
    (
        "the people of France: nothing about authorities",
        [AffectedGroup("FR", 3, BIRTH)],
        STOLEN,
        "EU-GDPR-34-SUBJ:FR",
        Required.YES,
        (f"Notice is due if a high risk to people is likely. {HIGH}",),
    ),
    (
        "nothing at all was exposed",
        [AffectedGroup("GB", 3, frozenset())],
        STOLEN,
        "UK-GDPR-33-AUTH",
        Required.NO,
        ("No personal data was exposed.",),
    ),
    (
        "the record: no harm is weighed",
        [AffectedGroup("GB", 3, CONTACT)],
        LossFacts(DataAcquisition.LOST, Risk.UNLIKELY),
        "UK-GDPR-33-5-REC",
        Required.YES,
        ("Every breach is written down, whether or not anybody has to be told.",),
    ),
    (
        "unreadable in California, keys safe",
        [AffectedGroup("US-CA", 9, frozenset(), SSN)],
        STOLEN,
        "US-CA-IND",
        Required.NO,
        (SAFE,),
    ),
    (
        "names readable, the number behind keys that are safe",
        [AffectedGroup("US-CA", 9, CONTACT, SSN)],
        STOLEN,
        "US-CA-IND",
        Required.NO,
        (
            "None of the data that this law covers was exposed in readable form. It also counts "
            "what is not asked for here: what number plate readers collect. What else would "
            "have counted cannot be read, and its keys are safe.",
        ),
    ),
    (
        "Texas, 250 of them certain: due, without a doubt",
        [AffectedGroup("US-TX", 250, SSN), AffectedGroup("US-TX", 50, frozenset(), SSN)],
        KEYS_NOT_KNOWN,
        "US-TX-AG",
        Required.YES,
        (SECURITY_NUMBER, WHATEVER_HARM, "Due at 250 or more (Texas residents); here 300."),
    ),
    (
        "Texas, 249 certain and 51 behind keys that may be gone: for counsel",
        [AffectedGroup("US-TX", 249, SSN), AffectedGroup("US-TX", 51, frozenset(), SSN)],
        KEYS_NOT_KNOWN,
        "US-TX-AG",
        Required.ASK,
        (
            SECURITY_NUMBER,
            WHATEVER_HARM,
            "Due at 250 or more (Texas residents); here 300. For some of them it is not clear that "
            "the law covers the data.",
        ),
    ),
    (
        "Texas, all behind keys that may be gone: the doubt is about all, not some",
        [AffectedGroup("US-TX", 300, frozenset(), SSN)],
        KEYS_NOT_KNOWN,
        "US-TX-AG",
        Required.ASK,
        (KEYS_UNKNOWN, WHATEVER_HARM, "Due at 250 or more (Texas residents); here 300."),
    ),
    (
        "Texas, 249: too few",
        [AffectedGroup("US-TX", 249, SSN)],
        STOLEN,
        "US-TX-AG",
        Required.NO,
        (SECURITY_NUMBER, WHATEVER_HARM, "Due at 250 or more (Texas residents); here 249."),
    ),
    (
        "Indiana from the first person on: no count is named",
        [AffectedGroup("US-IN", 1, SSN)],
        STOLEN,
        "US-IN-AG",
        Required.YES,
        (SECURITY_NUMBER, OWN_HARM),
    ),
    (
        "Hawaii, persons: enough with those elsewhere in the country is for counsel",
        [
            AffectedGroup("US-HI", 900, SSN),
            AffectedGroup("US-OR", 101, SSN),
            AffectedGroup("GB", 5000, SSN),
        ],
        STOLEN,
        "US-HI-AG",
        Required.ASK,
        (
            SECURITY_NUMBER,
            OWN_HARM,
            "Due at more than 1,000 (persons at one time); here 900. With people elsewhere in the "
            "country 1,001: whether they count is for counsel.",
        ),
    ),
    (
        "Hawaii: people abroad do not count",
        [
            AffectedGroup("US-HI", 900, SSN),
            AffectedGroup("US-OR", 100, SSN),
            AffectedGroup("GB", 5000, SSN),
        ],
        STOLEN,
        "US-HI-AG",
        Required.NO,
        (
            SECURITY_NUMBER,
            OWN_HARM,
            "Due at more than 1,000 (persons at one time); here 900.",
        ),
    ),
    (
        "Singapore, harm likely, few people: harm alone is enough",
        [AffectedGroup("SG", 499, BIRTH)],
        STOLEN,
        "SG-PDPA-PDPC",
        Required.YES,
        (f"{SERIOUS} {HIGH}",),
    ),
    (
        "Singapore, harm unlikely, many people: the number alone is enough",
        [AffectedGroup("SG", 500, BIRTH)],
        LossFacts(DataAcquisition.LOST, Risk.UNLIKELY),
        "SG-PDPA-PDPC",
        Required.YES,
        ("Due at 500 or more (individuals (alternative to harm)); here 500.",),
    ),
    (
        "Singapore, neither",
        [AffectedGroup("SG", 499, BIRTH)],
        LossFacts(DataAcquisition.LOST, Risk.UNLIKELY),
        "SG-PDPA-PDPC",
        Required.NO,
        (f"{SERIOUS} Here: a risk is unlikely.",),
    ),
    (
        "Australia, a risk that is not high: the law's own test for counsel",
        [AffectedGroup("AU", 4, BIRTH)],
        LossFacts(DataAcquisition.LOST, Risk.RISK),
        "AU-NDB-OAIC",
        Required.ASK,
        (
            f"{SERIOUS} Here: a risk is likely, not a high one. The law's own test: likely serious "
            "harm to any individual, not prevented by remedial action (26WF).",
        ),
    ),
    (
        "Australia, a high risk: no test is left to answer",
        [AffectedGroup("AU", 4, BIRTH)],
        STOLEN,
        "AU-NDB-OAIC",
        Required.YES,
        (f"{SERIOUS} {HIGH}",),
    ),
    (
        "California, only read: the verb is for counsel",
        [AffectedGroup("US-CA", 9, SSN)],
        LossFacts(DataAcquisition.ACCESSED, Risk.HIGH, codes_taken=False),
        "US-CA-IND",
        Required.ASK,
        (
            "The law covers what was lost: social security number, taxpayer number.",
            "This law speaks of: unauthorised acquisition of unencrypted computerised personal "
            "information. The data could be read by somebody without a right to it; nothing shows "
            "that it was taken. Whether that is enough is for counsel.",
            WHATEVER_HARM,
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "people", "facts", "duty", "required", "reasons"), DUTIES, ids=[r[0] for r in DUTIES]
)
def test_a_duty_is_explained_by_what_led_to_it(
    name: str,
    people: list[AffectedGroup],
    facts: LossFacts,
    duty: str,
    required: Required,
    reasons: tuple[str, ...],
) -> None:
    row = duties_of(people, facts)[duty]
    assert (row.required, row.reasons) == (required, reasons)


def test_the_lead_authority_is_explained_once_and_for_the_country_of_the_establishment() -> None:
    rows = duties_of([AffectedGroup("FR", 3, BIRTH)], profile=OrgProfile(("IE",)))
    assert rows["EU-GDPR-33-AUTH:IE"].reasons == (UNLESS_UNLIKELY, LEAD)
