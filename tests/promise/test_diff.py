"""What changed: each change in one sentence, and on the right side of more or less."""

import pytest

from aboveboard.promise.diff import ChangeDirection, compare
from aboveboard.promise.loading import load
from tests.promise import RETAILER, SMALL, WEBSITE, edited

BEFORE = load(SMALL, name="before")
ALLERGY = "  allergy: {label: Allergies, category: user.health, kind: text}\n"

TOOL = """automated:
  sorter:
    title: The sorter
    logic: It sorts by age.
    consequences: You get other news.
    purposes: [news]
losses:
"""

# name: changes to the small promise, the direction, words of the sentence
STORIES = {
    "a new field": (
        [
            (
                ALLERGY,
                ALLERGY + "  age: {label: Age, category: user.demographic.age_range, kind: text}\n",
            ),
            ("fields: [email, allergy]}", "fields: [email, allergy, age]}"),
            ("fields: [email, allergy]\n", "fields: [email, allergy, age]\n"),
        ],
        ChangeDirection.WIDENED,
        "We now hold “Age” (your age group).",
        "“To send news” now also uses “Age”.",
    ),
    "a source": (
        [("losses:\n", "sources:\n  list: {title: a list, fields: [email]}\nlosses:\n")],
        ChangeDirection.WIDENED,
        "We now also get “E-mail” from a list.",
    ),
    "a moment of collection": (
        [("losses:\n", "collection:\n  till: {title: At the till, purposes: [news]}\nlosses:\n")],
        ChangeDirection.REWORDED,
        "What is said at this moment changed: At the till.",
    ),
    "a program that decides": (
        [("losses:\n", TOOL)],
        ChangeDirection.WIDENED,
        "A program now takes part in decisions: The sorter.",
    ),
    "what is shown is chosen": (
        [("    basis: consent\n", "    basis: consent\n    personalises: true\n")],
        ChangeDirection.WIDENED,
        "“To send news” now chooses what people are shown or sent.",
    ),
    "whether it must be given": (
        [
            (
                "    basis: consent\n",
                "    basis: consent\n    must_provide: {ground: choice, otherwise: No news.}\n",
            )
        ],
        ChangeDirection.REWORDED,
        "“To send news” is explained in other words.",
    ),
    "another time zone": (
        [("country: FR, ", "country: FR, time_zone: Europe/Paris, ")],
        ChangeDirection.REWORDED,
        "Times are now shown in the time zone Europe/Paris, not UTC.",
    ),
    "a sector that is declared": (
        [("country: FR, ", "country: FR, sectors: [telecoms], ")],
        ChangeDirection.REWORDED,
        "The sectors that we declare changed: Provider of a public electronic communications "
        "service.",
    ),
    "a processor, too": (
        [("country: FR, ", "country: FR, role: [controller, processor], ")],
        ChangeDirection.REWORDED,
        "What we are in law changed: decides over the data it holds (controller) and holds data "
        "for others (processor).",
    ),
    "another establishment": (
        [("country: FR, ", "country: FR, establishments: [FR, DE-BY], ")],
        ChangeDirection.REWORDED,
        "Where we are established changed: France and Bayern, Germany.",
    ),
    "a public body": (
        [("country: FR, ", "country: FR, public_body: true, ")],
        ChangeDirection.REWORDED,
        "Whether we are a public body changed: we are one.",
    ),
    "another lead": (
        [("country: FR, ", "country: FR, lead_authority: IE, ")],
        ChangeDirection.REWORDED,
        "The authority that leads for us changed: Ireland.",
    ),
    "a field that means something else": (
        [("category: user.contact.email", "category: user.account.username")],
        ChangeDirection.WIDENED,
        "“E-mail” now means your user name.",
    ),
    "a field no longer masked": (
        [(", sensitive: true", "")],
        ChangeDirection.WIDENED,
        "“E-mail” is now no longer masked.",
    ),
    "a field with another label": (
        [("{en: E-mail, fr: E-mail}", "{en: Mail, fr: E-mail}")],
        ChangeDirection.REWORDED,
        "“Mail” was described as “E-mail”.",
    ),
    "a translation of a label": (
        [("{en: E-mail, fr: E-mail}", "{en: E-mail, fr: Courriel}")],
        ChangeDirection.REWORDED,
        "The field “E-mail”",
    ),
    "going on when use is restricted": (
        [
            (
                "    basis: consent\n",
                "    basis: vital_interests\n    allowed_when_restricted: protect_others\n",
            ),
            ('    choice: {asks: "May we?", fields: [email, allergy]}\n', ""),
            (
                "{condition: explicit_consent, note: The question says so.}",
                "{condition: vital_interests, note: n}",
            ),
            ("starts: choice", "starts: collection"),
        ],
        ChangeDirection.WIDENED,
        (
            "“To send news” now goes on when a person restricts the use of their data (protect "
            "others)."
        ),
    ),
    "direct marketing": (
        [("    basis: consent\n", "    basis: consent\n    direct_marketing: true\n")],
        ChangeDirection.NARROWED,
        "“To send news” is now direct marketing: an objection to it always stands.",
    ),
    "another role": (
        [
            ("  adviser: {title: us}\n", "  adviser: {title: us}\n  robot: {title: the program}\n"),
            ("roles: [adviser]", "roles: [adviser, robot]"),
        ],
        ChangeDirection.WIDENED,
        "“To send news” is now also open to the program.",
    ),
    "another channel": (
        [
            (
                "  email: {title: by e-mail}\n",
                "  email: {title: by e-mail}\n  post: {title: by post}\n",
            ),
            ("channels: [email]", "channels: [email, post]"),
        ],
        ChangeDirection.WIDENED,
        "“To send news” is now also done by post.",
    ),
    "a channel for programs alone": (
        [("  email: {title: by e-mail}\n", "  email: {title: by e-mail, staffed: false}\n")],
        ChangeDirection.REWORDED,
        "Customers no longer reach our staff by e-mail.",
    ),
    "another recipient": (
        [
            (
                "recipients:\n",
                (
                    "recipients:\n  friend: {title: a friend, name: F, kind: controller, country: "
                    "FR}\n"
                ),
            ),
            ("recipients: [mailer]", "recipients: [mailer, friend]"),
        ],
        ChangeDirection.WIDENED,
        "“To send news” is now also shared with a friend.",
    ),
    "kept longer": (
        [("keep: P1Y", "keep: P18M")],
        ChangeDirection.WIDENED,
        "is kept 18 months instead of one year.",
    ),
    "kept shorter": (
        [("keep: P1Y", "keep: P30D")],
        ChangeDirection.NARROWED,
        "is kept 30 days instead of one year.",
    ),
    "kept from another moment": (
        [("starts: choice", "starts: last_activity")],
        ChangeDirection.WIDENED,
        "runs from another moment",
    ),
    "a choice taken away": (
        [
            ("basis: consent", "basis: contract"),
            ('    choice: {asks: "May we?", fields: [email, allergy]}\n', ""),
            ("condition: explicit_consent", "condition: made_public"),
            ("starts: choice", "starts: collection"),
        ],
        ChangeDirection.WIDENED,
        "now rests on another basis: needed for your contract (it was: only if you say yes).",
    ),
    "told later": (
        [("within: P1D", "within: PT72H")],
        ChangeDirection.WIDENED,
        "When data is lost, we now promise: We tell you in a day.",
    ),
    "told sooner": (
        [("within: P1D", "within: PT2H")],
        ChangeDirection.NARROWED,
        "When data is lost, we now promise",
    ),
    "fewer reached": (
        [("at_least: 90", "at_least: 80")],
        ChangeDirection.WIDENED,
        "When data is lost, we now promise: We reach most.",
    ),
    "a loss promise dropped": (
        [("  reach: {text: We reach most., measure: reached, at_least: 90}\n", "")],
        ChangeDirection.WIDENED,
        "When data is lost, we no longer promise: We reach most.",
    ),
    "protection dropped": (
        [("  - Locked.", "  - Guarded.")],
        ChangeDirection.WIDENED,
        "We no longer say: Locked.",
    ),
    "a recipient that moved home": (
        [("country: US", "country: DE")],
        ChangeDirection.NARROWED,
        "The mailer now receives data in Germany, not in United States.",
    ),
    "a recipient under other clauses": (
        [("ground: certification", "ground: code_of_conduct")],
        ChangeDirection.WIDENED,
        "The mailer changed",
    ),
    "other words": (
        [("why: You asked for it.", "why: You said yes.")],
        ChangeDirection.REWORDED,
        "“To send news” is explained in other words.",
    ),
    "words for staff": (
        [("why: You asked for it.", "why: You asked for it.\n    for_staff: {title: A, what: B.}")],
        ChangeDirection.REWORDED,
        "“To send news” is explained to staff in other words.",
    ),
    "another question": (
        [("May we?", "May we write?")],
        ChangeDirection.REWORDED,
        "“To send news” is explained in other words.",
    ),
    "another legal note": (
        [("The question says so.", "See the question.")],
        ChangeDirection.REWORDED,
        "The legal notes on “To send news” changed.",
    ),
    "a role renamed": (
        [("title: us}", "title: our people}")],
        ChangeDirection.REWORDED,
        "“us” is now called “our people”.",
    ),
    "another address": (
        [("moi@corner.example", "toi@corner.example")],
        ChangeDirection.REWORDED,
        "The details of who makes this promise changed.",
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_each_change_is_said_on_the_right_side(name: str) -> None:
    changes, direction, *sentences = STORIES[name]
    changes_seen = compare(BEFORE, load(edited(*changes, base=SMALL), name="after"))
    for words in sentences:
        assert [
            change
            for change in changes_seen
            if change.direction is direction and words in change.sentence
        ], changes_seen


MIRRORED = [
    "a new field",
    "a field no longer masked",
    "another role",
    "another channel",
    "another recipient",
    "kept longer",
    "told later",
    "fewer reached",
    "a loss promise dropped",
    "a choice taken away",
]


@pytest.mark.parametrize("name", MIRRORED)
def test_what_widens_one_way_narrows_the_other(name: str) -> None:
    after = load(edited(*STORIES[name][0], base=SMALL), name="after")
    there, back = compare(BEFORE, after), compare(after, BEFORE)
    assert there[0].direction is ChangeDirection.WIDENED
    assert back[0].direction is ChangeDirection.NARROWED or any(
        change.direction is ChangeDirection.NARROWED for change in back
    )
    assert len(there) == len(back)


def test_nothing_changed() -> None:
    assert compare(BEFORE, load(SMALL + "# a comment\n", name="x")) == ()


def test_another_promise_altogether() -> None:
    retailer = load(RETAILER, name="x")
    there = compare(BEFORE, retailer)
    assert {
        "A new purpose: “To deliver what you order”.",
        "We no longer use data for “To send news”.",
    } <= {change.sentence for change in there}
    assert [change.direction for change in there] == sorted(
        (change.direction for change in there), key=list(ChangeDirection).index
    )


def test_what_a_program_that_decides_does_is_compared() -> None:
    """One that decides alone, that serves more, that is said in other words, that goes."""
    base = edited(("losses:\n", TOOL), base=SMALL)
    second = "  post: {title: To write, what: We write., why: You ask., basis: contract, "
    second += "fields: [email], roles: [adviser], channels: [email], "
    second += "retention: {keep: P1Y, starts: collection}}\nautomated:\n"
    base = edited(("automated:\n", second), base=base)
    before = load(base, name="before")
    alone = "purposes: [news]\n    decides_alone: true\n    review: Call us.\nlosses:\n"
    for old, new, direction, words in (
        ("purposes: [news]\nlosses:\n", alone, ChangeDirection.WIDENED, "now decides alone"),
        (
            "purposes: [news]\n",
            "purposes: [news, post]\n",
            ChangeDirection.WIDENED,
            "“The sorter” now also serves “To write”.",
        ),
        ("by age", "by taste", ChangeDirection.REWORDED, "“The sorter” is described in other"),
    ):
        after = load(edited((old, new), base=base), name="after")
        (change,) = compare(before, after)
        assert change.direction is direction
        assert words in change.sentence
        if "alone" in words:
            (back,) = compare(after, before)
            assert back.direction is ChangeDirection.NARROWED
    (gone,) = compare(before, load(base.replace(TOOL[: -len("losses:\n")], ""), name="gone"))
    assert gone.sentence == "A program no longer takes part in decisions: The sorter."


@pytest.mark.parametrize(
    ("old", "new", "direction", "sentence"),
    [
        (
            '"_n*": P1Y',
            '"_n*": P2Y',
            ChangeDirection.WIDENED,
            "Our website now also has the cookie _n* (two years) for “To send news”.",
        ),
        (
            "  necessary: {cookies: {basket: session}}\n",
            "",
            ChangeDirection.NARROWED,
            "Our website no longer has the cookie basket (until you close the browser) without "
            "asking.",
        ),
        (
            "  refused_by_gpc: [news]\n",
            "",
            ChangeDirection.WIDENED,
            "Global Privacy Control no longer refuses “To send news”.",
        ),
    ],
)
def test_what_changes_on_the_website_is_said(
    old: str, new: str, direction: ChangeDirection, sentence: str
) -> None:
    before = load(SMALL + WEBSITE, name="before")
    after = load(edited((old, new), base=SMALL + WEBSITE), name="after")
    changes = {change.sentence: change.direction for change in compare(before, after)}
    assert changes[sentence] is direction
