"""What every response tells the browser not to do.

No page has a script or a style of its own: all are files of ours, so the policy needs no
``unsafe-inline`` and no nonce, and text that slips into a page can never run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
"""Content-Security-Policy (W3C CSP3). ``data:`` images are the arrows inside GOV.UK
Frontend's style sheet."""

NOT_USED: Final = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
"""Browser features no page asks for (W3C Permissions Policy). Passkeys need
``publickey-credentials-*``, which stay."""

_FIXED: Final = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_USED),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class SecurityHeaders:
    """Puts the headers on every response, static files and errors too, and
    keeps pages out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then add what is missing. A view may only loosen ``Cache-Control``, and say that
        other sites may load what it gives (``Cross-Origin-Resource-Policy``)."""
        response = self.get_response(request)
        for name, value in _FIXED.items():
            response[name] = value
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # A shared computer must not show a customer's page to the next person who presses "back"
        # after sign-out.
        response.setdefault("Cache-Control", "no-store")
        return response
