"""Who is shown the way through which face."""

from __future__ import annotations

import pytest

from aboveboard.basics.actor import Role
from aboveboard.site.navigation import face_at, navigation_for


@pytest.mark.parametrize(
    ("path", "role", "shown"),
    [
        ("/console/", Role.ADVISER, True),
        ("/console/", Role.CUSTOMER, False),
        ("/console/", "", False),
        ("/you/", Role.CUSTOMER, True),
        ("/you/", Role.ADVISER, False),
        ("/trust/", "", True),
    ],
)
def test_the_way_through_a_face_is_shown_to_those_who_may_enter(
    path: str, role: str, shown: bool
) -> None:
    main, second = navigation_for(face_at(path), path, role)
    assert bool(main) == shown
    assert shown or not second


@pytest.mark.parametrize(
    ("path", "lit"),
    [
        ("/you/", "Your data"),
        ("/you/details/email/", "Your data"),
        ("/you/choices/", "Your choices"),
        ("/you/who-may-look/", "Your choices"),
        ("/you/third-parties/", "Your choices"),
        ("/you/organisations/water/", "Who has looked"),
        ("/you/portals/", "Who has looked"),
        ("/you/who-was-given/", "Who has looked"),
    ],
)
def test_a_page_lights_the_entry_that_leads_to_it(path: str, lit: str) -> None:
    main, _ = navigation_for(face_at(path), path, Role.CUSTOMER)
    assert [each.label for each in main if each.current] == [lit]
