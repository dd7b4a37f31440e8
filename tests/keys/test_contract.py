"""What every provider of the root key promises, asked of each of them."""

from __future__ import annotations

import pytest

from aboveboard.basics.errors import Unavailable, http_status
from aboveboard.keys.providers.provider import Provider, RenewalRefused
from aboveboard.keys.wrapping import KeyUnwrapFailed
from tests.keys.places import KINDS, Place, Places

pytestmark = pytest.mark.slow

KEY, CONTEXT = bytes(range(32)), b"aboveboard/wrapping-key/v1/0badcafe"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, places: Places) -> Place:
    return places.make(request.param)


def test_what_it_wraps_another_process_unwraps(place: Place) -> None:
    wrapped = place.make().wrap(KEY, CONTEXT)
    assert place.make().unwrap(wrapped, CONTEXT) == KEY
    assert KEY not in wrapped
    assert place.make().wrap(KEY, CONTEXT) != wrapped


def test_another_context_a_changed_byte_a_cut_and_rubbish_are_refused(place: Place) -> None:
    provider = place.make()
    wrapped = provider.wrap(KEY, CONTEXT)
    changed = bytearray(wrapped)
    changed[-7] ^= 1
    for blob, context in (
        (wrapped, CONTEXT + b"x"),
        (bytes(changed), CONTEXT),
        (wrapped[:-4], CONTEXT),
        (b"", CONTEXT),
        (b"\xff" * 65, CONTEXT),
    ):
        with pytest.raises(KeyUnwrapFailed):
            provider.unwrap(blob, context)
    assert provider.unwrap(wrapped, CONTEXT) == KEY


def test_away_it_says_who_and_what_to_do_and_back_it_works_without_a_restart(place: Place) -> None:
    provider = place.make()
    wrapped = provider.wrap(KEY, CONTEXT)
    place.away()
    for ask in (
        lambda: provider.unwrap(wrapped, CONTEXT),
        lambda: provider.wrap(KEY, CONTEXT),
        provider.renew,
    ):
        with pytest.raises(Unavailable) as refused:
            ask()
        said = str(refused.value)
        assert (provider.name in said) or (provider.name.rpartition("/")[2] in said)
        assert refused.value.next_step.format(**refused.value.details)
        assert http_status(refused.value) == 503
    place.back()
    assert provider.unwrap(wrapped, CONTEXT) == KEY


def test_a_new_version_wraps_and_the_old_still_unwraps(place: Place) -> None:
    provider = place.make()
    older = provider.wrap(KEY, CONTEXT)
    if place.prepare_renewal is not Place.prepare_renewal:
        with pytest.raises(RenewalRefused):
            provider.renew()
        place.prepare_renewal()
    assert provider.renew()
    newer = provider.wrap(KEY, CONTEXT)
    assert place.make().unwrap(older, CONTEXT) == place.make().unwrap(newer, CONTEXT) == KEY
    provider.settle([older, newer])
    assert place.make().unwrap(older, CONTEXT) == KEY
    provider.settle([newer])
    assert place.make().unwrap(newer, CONTEXT) == KEY


def test_its_name_holds_no_secret(place: Place) -> None:
    provider: Provider = place.make()
    assert provider.name.partition("?")[0] == place.url.partition("?")[0]
