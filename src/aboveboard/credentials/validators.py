"""What Django asks for by its settings: the policy wherever a password is set
(``AUTH_PASSWORD_VALIDATORS``), and how one is hashed (``PASSWORD_HASHERS``)."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from aboveboard.credentials import queries
from aboveboard.credentials.policy import normal_form
from aboveboard.credentials.words import sentences


class PolicyValidator:
    """Holds a new password to the policy."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password that may not be one by Django's own error, with every reason and what
        to do."""
        judged = queries.judge_password(
            password, second_factor=has_second_step(user), person=person_texts(user)
        )
        if not judged.allowed:
            code = judged.problems[0].value
            raise ValidationError([ValidationError(each, code=code) for each in sentences(judged)])

    def get_help_text(self) -> str:
        """Return the rule in a sentence."""
        return help_text(queries.policy().length)


def help_text(least: int) -> str:
    """Return the rule in a sentence."""
    return _("At least %(length)d characters. Three or four unrelated words are a good choice.") % {
        "length": least
    }


def person_texts(user: object) -> tuple[str, ...]:
    """Return what is known of the person whose account it is."""
    texts = (getattr(user, name, "") for name in ("email", "name", "team"))
    return tuple(text for text in texts if text)


def has_second_step(user: object) -> bool:
    """Whether this account is one of staff: the gate lets none in without a second factor."""
    return user is not None and getattr(user, "is_customer", True) is False


class NormalFormArgon2(Argon2PasswordHasher):
    """Django's argon2id, over the normal form of the password: one that is typed on another
    keyboard, where é is two characters, is the same (NIST SP 800-63B-4, 3.1.1.2)."""

    def encode(self, password: str, salt: str) -> str:
        """Return the hash of a password."""
        return super().encode(normal_form(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether a hash is of this password."""
        normal = normal_form(password)
        if super().verify(normal, encoded):
            return True
        # One from before passwords were normalised, of somebody who types it as they did then.
        return normal != password and super().verify(password, encoded)
