"""The secrets of second factors belong to their account: a row copied to another one opens nothing.

allauth asks its owner to seal and open a secret and does not say whose it is. So the row says so
when it is loaded: what stands in memory begins with the account that the *row* names, which the
box must have been sealed for. Whoever changes the row changes what it is asked for, not the box.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_init, pre_save

from aboveboard.accounts import sealing

_CONTEXT = "second-factor"
_BOUND = "bound:"
_SECRETS = ("secret", "seed")
_LISTS = ("migrated_codes",)


def connect() -> None:
    """Listen; called once, when Django is ready."""
    post_init.connect(_loaded, sender=Authenticator, dispatch_uid="accounts.factor-loaded")
    pre_save.connect(_saved, sender=Authenticator, dispatch_uid="accounts.factor-saved")


def seal(text: str) -> str:
    """Return a secret sealed for nobody yet: it is bound when its row is saved."""
    return base64.b64encode(sealing.seal(_CONTEXT, text.encode())).decode()


def unseal(text: str) -> str:
    """Return a secret of a row.

    Raises:
        BoxDamaged: it was sealed for another account, or for none.
    """
    if not text.startswith(_BOUND):
        raise sealing.BoxDamaged(what=_CONTEXT)
    owner, _, box = text.removeprefix(_BOUND).rpartition(":")
    return sealing.unseal(_CONTEXT, base64.b64decode(box), belongs_to=owner.encode()).decode()


def _loaded(instance: Authenticator, **_: Any) -> None:
    # A deferred column would be read here, once for each row of a list.
    if "data" in instance.__dict__ and "user_id" in instance.__dict__:
        instance.data = _map_secrets(
            instance.data, lambda text: _with_owner(text, _owner(instance))
        )


def _saved(instance: Authenticator, **_: Any) -> None:
    instance.data = _map_secrets(instance.data, lambda text: _bind(text, _owner(instance)))


def _owner(instance: Authenticator) -> str:
    # The type too: recovery codes are not to be taken for the secret of an app.
    return f"{instance.user_id}:{instance.type}"


def _with_owner(text: str, owner: str) -> str:
    """Let a box say that it is of the account that its row names, whatever it said."""
    return f"{_BOUND}{owner}:{text.rpartition(':')[2]}" if text.startswith(_BOUND) else text


def _bind(text: str, owner: str) -> str:
    if text.startswith(_BOUND):
        return text
    plain = sealing.unseal(_CONTEXT, base64.b64decode(text))
    box = sealing.seal(_CONTEXT, plain, belongs_to=owner.encode())
    return f"{_BOUND}{owner}:{base64.b64encode(box).decode()}"


def _map_secrets(data: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(data, dict):
        return data
    return data | {
        name: [change(text) for text in value] if isinstance(value, list) else change(value)
        for name, value in _sealed_parts(data)
    }


def _sealed_parts(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _SECRETS:
        if isinstance(data.get(name), str):
            yield name, data[name]
    for name in _LISTS:
        if isinstance(data.get(name), list):
            yield name, data[name]
