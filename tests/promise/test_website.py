"""What a promise says of the website: each way in which it is refused."""

import pytest

from tests.promise import Story, check_refusal

STORIES: dict[str, Story] = {
    "a website that asks about a purpose that does not exist": (
        [("    measure-visits:\n      cookies", "    mesure-visits:\n      cookies")],
        "undeclared_purpose",
        "    mesure-visits:",
        "Did you mean `measure-visits`?",
    ),
    "a website that asks about what needs no yes": (
        [("    measure-visits:\n      cookies", "    improve-shops:\n      cookies")],
        "website_without_consent",
        "    improve-shops:",
        "move what the site cannot do without to `necessary:`",
    ),
    "a signal of a browser that refuses what is misspelt": (
        [("refused_by_gpc: [personal-offers]", "refused_by_gpc: [personal-ofers]")],
        "undeclared_purpose",
        "personal-ofers",
        "Did you mean `personal-offers`?",
    ),
    "a signal of a browser that refuses what the law asks for": (
        [("refused_by_gpc: [personal-offers]", "refused_by_gpc: [tax-accounts]")],
        "gpc_without_choice",
        "tax-accounts",
        "Remove it",
    ),
    "a cookie of two purposes": (
        [('cookies: {"offers_*": P6M}', "cookies: {aw_visit: P6M}")],
        "claimed_twice",
        "cookies: {aw_visit: P6M}",
        "Leave it to one of them",
    ),
    "a host in two parts": (
        [("    storage: {aboveboard: until_removed}\n", "    hosts: [video.example]\n")],
        "claimed_twice",
        "hosts: [offers.example, video.example]",
        "Leave it to one of them",
    ),
    "a cookie without its time": (
        [("cookies: {basket: session}", "cookies: {basket: long}")],
        "wrong_value",
        "basket: long",
        "how long it is kept there",
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_each_is_refused_at_its_line_with_a_fix(story: Story) -> None:
    check_refusal(story)
