"""A member of staff at the console, as far as forms go."""

from __future__ import annotations

import json
import re
import secrets

from tests.documents.instance import Instance
from tests.model.browser import Browser, one_time_code


def administrator(instance: Instance) -> Browser:
    """Sign in as an administrator, once for each instance: a first link, then a second factor."""
    if instance.console is None:
        instance.console = _signed_in(instance)
    return instance.console


def _signed_in(instance: Instance) -> Browser:
    said = instance.operator.type(
        "aboveboard staff add keeper@example.org --name Keeper --role administrator --json"
    )
    return set_up_app(instance, json.loads(said)["link"])


def set_up_app(instance: Instance, link: str) -> Browser:
    """Sign in with a link, and set up an app as the second factor."""
    browser, path = Browser(instance.address), "/accounts/2fa/totp/activate/"
    browser.post(link.removeprefix(instance.address), {})
    secret = re.search(r"<code>([A-Z2-7]+)</code>", browser.get(path))
    assert secret, browser.page
    browser.post(path, {"code": one_time_code(secret[1])}, page="/accounts/")
    return browser


def add_device(instance: Instance) -> str:
    """Add a laptop that is not encrypted; return its label."""
    tag = f"LT-{secrets.token_hex(3)}"
    form = {"tag": tag, "name": "Laptop", "kind": "laptop", "encrypted": "no", "holder": ""}
    page = administrator(instance).post("/console/devices/add/", form)
    assert f"{tag} added" in page, page
    return tag
