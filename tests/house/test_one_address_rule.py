"""One function turns an address into what is matched and written to; nothing goes around it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house import source

ALLOWED = {
    "a message is made for Django in one place": (
        r"EmailMessage\(|send_mail\(|send_mass_mail\(|EmailMultiAlternatives\(",
        # The second for a provider's API: the address was read by the one rule before.
        {"accounts/mail.py", "delivery/providers/carrier.py"},
    ),
    "the envelope is spoken in one place": (
        r"RCPT TO|\.sendmail\(|\.send_message\(",
        {"delivery/smtp/connection.py"},
    ),
    "a domain becomes ASCII in one place": (
        r"""encode\(\s*["']idna["']|import idna\b|from idna\b|\bidna\.|["']punycode["']""",
        # The second only suggests how to write a setting; nothing is sent to what it says.
        {"kinds/email_addresses.py", "basics/setting_checks.py"},
    ),
    "nobody else judges an address": (
        r"validate_email\b|EmailValidator\b|forms\.EmailField|sanitize_address",
        set[str](),
    ),
}
ENTRANCES = [
    "accounts/actions.py",
    "accounts/mail.py",
    "accounts/models.py",
    "accounts/signin/forms.py",
    "delivery/django_mail.py",
    "delivery/smtp/carrier.py",
    "kinds/normalise.py",
    "portal/forms.py",
    "vault/mailboxes.py",
]


@pytest.mark.parametrize("rule", ALLOWED)
def test_nothing_goes_around_the_one_rule(rule: str) -> None:
    pattern, places = ALLOWED[rule]
    found = {
        source.in_source(path) for path in source.python("src") if re.search(pattern, _code(path))
    }
    assert found == places, rule


@pytest.mark.parametrize("place", ENTRANCES)
def test_every_door_uses_it(place: str) -> None:
    text = (source.SOURCE / place).read_text("utf-8")
    assert re.search(r"email_addresses\.(read|read_setting|legacy_form)", text), place


@cache
def _code(path: Path) -> str:
    """The text of a file without its docstrings, which may name what they warn of."""
    tree = ast.parse(source.text(path))  # its own, as it is changed here
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(tree)
