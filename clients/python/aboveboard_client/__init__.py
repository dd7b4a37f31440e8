"""A client for the API of Aboveboard, in the standard library alone.

    client = Aboveboard("https://data.example.org", client_id, client_secret)
    use = client.post_use(
        {"person": {"kind": "customer_number", "value": "AW11001"}, "purpose": "deliver-orders",
         "fields": ["city"], "channel": "shop"}
    )

What is refused is an ``ApiProblem``, of a class of its own by its code (``UseRefused``,
``NoOneFound``, ``RateLimited`` ...). Each POST has an Idempotency-Key, and is sent again under it
where nothing was answered.
"""

from aboveboard_client.api import Aboveboard
from aboveboard_client.transport import (
    ApiProblem,
    BadRequest,
    NoOneFound,
    RateLimited,
    SeveralFound,
    SignInNeeded,
    Unavailable,
    UseRefused,
)

__all__ = [
    "Aboveboard",
    "ApiProblem",
    "BadRequest",
    "NoOneFound",
    "RateLimited",
    "SeveralFound",
    "SignInNeeded",
    "Unavailable",
    "UseRefused",
]
