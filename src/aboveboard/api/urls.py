"""The addresses under ``/api/v1/``. They are declared by their prefix; the description is for
anyone."""

from __future__ import annotations

from django.urls import path

from aboveboard.accounts.gate import Gate, GateKind, declare, public
from aboveboard.api.routes import ENDPOINTS, openapi

declare("/api/v1/", Gate(GateKind.SERVICE))

urlpatterns = [
    *(
        path(
            address.replace("{request_id}", "<int:request_id>").replace(
                "{agent_id}", "<str:agent_id>"
            ),
            endpoint,
        )
        for address, endpoint in ENDPOINTS.items()
    ),
    path(
        "openapi.json",
        public("engineers read how to ask before they have a token")(openapi),
        name="openapi",
    ),
]
