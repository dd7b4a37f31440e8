"""``awskms:KEY?region=REGION``: the root key inside AWS KMS; ``botocore`` signs
the requests (decision 8).

KEY is a key id, an ARN or ``alias/NAME``. The context goes as KMS's encryption context, which is
bound and logged by CloudTrail. Credentials are found as every AWS program finds them: environment,
profile, or the machine's role.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aboveboard.keys.limits import KEY_PROVIDER_PATIENCE
from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.wrapping import KEY_BYTES, KeyUnwrapFailed, LocalKey

_GUIDE = "See docs/how-to/keep-the-keys.md, AWS KMS."
_NOT_OURS = ("InvalidCiphertextException", "IncorrectKeyException")
_EXPECTED = "an address such as awskms:alias/aboveboard?region=eu-west-1"


def parse_url(url: str) -> tuple[str, str, str, str]:
    """Return key, region, endpoint and what is wrong with the address (empty when nothing
    is). Any text is taken."""
    place, _, query = url.partition(":")[2].partition("?")
    try:
        given = parse_qs(query, strict_parsing=True) if query else {}
        endpoint = given.get("endpoint", [""])[0]
        scheme = urlsplit(endpoint).scheme
    except ValueError:
        return "", "", "", _EXPECTED
    region = given.get("region", [""])[0] or (
        place.split(":")[3] if place.startswith("arn:") and place.count(":") >= 5 else ""
    )
    problem = (
        ""
        if place
        and region
        and not given.keys() - {"region", "endpoint"}
        and scheme in ("", "http", "https")
        else _EXPECTED
    )
    return place, region, endpoint, problem


class KmsProvider:
    """A root key in AWS KMS."""

    def __init__(self, key: str, region: str, endpoint: str = "") -> None:
        self.name = f"awskms:{key}?region={region}"
        self._key = key
        self._region = region
        self._endpoint = endpoint

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``.

        Raises:
            ProviderAway: KMS cannot be reached, or gives an answer that is not its own.
        """
        answer = self._request(
            "encrypt",
            KeyId=self._key,
            Plaintext=key,
            EncryptionContext=_encryption_context(context),
        )
        wrapped = answer.get("CiphertextBlob")
        if not isinstance(wrapped, bytes) or not wrapped:
            raise ProviderAway(
                provider=self.name, why="its answer is not one that KMS gives", fix=_GUIDE
            )
        return wrapped

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``.

        Raises:
            KeyUnwrapFailed: KMS did not wrap it, or what it opened is no key.
            ProviderAway: it cannot be reached.
        """
        if not 0 < len(wrapped) <= 6144:  # the longest CiphertextBlob of the API
            raise KeyUnwrapFailed(why=f"{self.name} did not wrap it")
        answer = self._request(
            "decrypt",
            KeyId=self._key,
            CiphertextBlob=wrapped,
            EncryptionContext=_encryption_context(context),
        )
        key = answer.get("Plaintext")
        if not isinstance(key, bytes) or len(key) != KEY_BYTES:
            raise KeyUnwrapFailed(why=f"{self.name} opened something that is no key of ours")
        return key

    def local_key(self, key_id: bytes) -> LocalKey | None:
        """Return None: the root key is in nobody's hands."""
        return None

    def renew(self) -> str:
        """Make KMS create new key material now (``RotateKeyOnDemand``).

        Raises:
            RenewalRefused: the policy or the kind of key does not allow it.
        """
        try:
            self._request("rotate_key_on_demand", KeyId=self._key)
        except ProviderAway as error:
            if not str(error.details["why"]).startswith("it refuses"):
                raise
            fix = (
                "Let its keeper rotate it, or turn its yearly rotation on; then run this with "
                "--same-version."
            )
            raise RenewalRefused(provider=self.name, why=error.details["why"], fix=fix) from None
        return f"{self.name} wraps with new key material from now on."

    def settle(self, kept: Collection[bytes]) -> str:
        """KMS keeps older material by itself."""
        return ""

    @cached_property
    def _client(self) -> Any:
        try:
            from botocore.config import Config
            from botocore.session import Session
        except ImportError:
            fix = 'Install it with the rest: pip install "aboveboard[aws]"'
            raise ProviderAway(
                provider=self.name, why="the package botocore is not installed", fix=fix
            ) from None
        timeout = KEY_PROVIDER_PATIENCE.total_seconds()
        config = Config(
            connect_timeout=timeout,
            read_timeout=timeout,
            # Off: the ring asks again a second later, and a thread that waits here holds up every
            # use (decision 0008).
            retries={"total_max_attempts": 1},
            parameter_validation=True,
        )
        return Session().create_client(
            "kms", self._region, endpoint_url=self._endpoint or None, config=config
        )

    def _request(self, what: str, **given: object) -> dict[str, Any]:
        client = self._client
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = getattr(client, what)(**given)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))[:60]
            # Told apart, for they need opposite help: to wait for KMS, or to look for the key that
            # wrapped this.
            if code in _NOT_OURS:
                raise KeyUnwrapFailed(
                    why=f"{self.name} says that it is not what it wrapped"
                ) from None
            raise ProviderAway(provider=self.name, why=f"it refuses: {code}", fix=_GUIDE) from None
        except (BotoCoreError, ValueError, TypeError, AttributeError) as error:
            fix = (
                "Nothing needs a restart: it goes on by itself once KMS answers. Check the network "
                "and the credentials."
            )
            raise ProviderAway(provider=self.name, why=type(error).__name__, fix=fix) from None
        return answer if isinstance(answer, dict) else {}


def _encryption_context(context: bytes) -> dict[str, str]:
    return {"aboveboard": context.decode("ascii")}
