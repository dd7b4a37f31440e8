"""The guide for who connects a program of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable

import requests

from aboveboard.commands import exits
from tests.documents.instance import SAMPLE, Instance
from tests.documents.reader import PATIENCE, Reader


def ask_from_your_shop_system(reader: Reader, instance: Instance) -> None:
    """Somebody keeps the secrets of both programs where the page has them."""
    reader.replace("https://data.example.org", instance.address)
    reader.ends_with('aboveboard client add "Shop till" --role shop-sytem', exits.INVALID)
    keep_secret = remember(reader, instance, token=False)
    reader.after('aboveboard client add "Shop till" --role shop-system', keep_secret)
    reader.after(
        "curl https://data.example.org/oauth/token",
        lambda: reader.environment.update(TOKEN=json.loads(reader.printed)["access_token"]),
    )
    reader.before(
        '{"purpose": "deliver-orders"',
        lambda: (reader.folder / "people.ndjson").write_text(reader.printed + "\n"),
    )
    with_token = remember(reader, instance, token=True)
    reader.after('aboveboard client add "Order form"', with_token)
    reader.after('aboveboard client add "Account page"', with_token)


def let_a_third_party_in(reader: Reader, instance: Instance) -> None:
    """Somebody who registers a third party, as the sample promise opens a purpose to it."""

    def is_in_the_sample() -> None:
        lines = SAMPLE.splitlines()
        assert [line for line in reader.printed.splitlines() if line.rstrip() not in lines] == []

    reader.before("get-advice:", is_in_the_sample)


def remember(reader: Reader, instance: Instance, *, token: bool) -> Callable[[], None]:
    """Return what keeps the secret that was printed, or a token that it gets."""

    def keep() -> None:
        lines = reader.printed.splitlines()
        secret = dict(line.split() for line in lines if line.startswith("client_"))
        reader.environment |= {name.upper(): value for name, value in secret.items()}
        if token:
            answer = requests.post(
                f"{instance.address}/oauth/token",
                {"grant_type": "client_credentials"},
                auth=(secret["client_id"], secret["client_secret"]),
                timeout=PATIENCE,
            )
            reader.environment["TOKEN"] = answer.json()["access_token"]

    return keep
