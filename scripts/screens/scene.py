"""One visitor before one page: how forms are filled in and sent, and what is photographed."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

from scripts.screens.stage import Stage
from scripts.screens.walk import Walk


@dataclass(frozen=True, slots=True)
class Scene:
    """One visitor's page, on the stage, in the walk."""

    walk: Walk
    stage: Stage
    page: Page
    who: str

    def seen(self, name: str, address: str = "") -> None:
        """Photograph what is open, or an address."""
        if address:
            self.page.goto(address)
        self.page.wait_for_load_state()
        self.walk.photograph(self.page, self.who, f"act-{name}")

    def fill(self, **fields: str) -> None:
        """Fill the form in; a choice is made by its value, and a box by ``on``."""
        for name, value in fields.items():
            found = self.page.locator(f"main [name={name}]:not([type=hidden])")
            kind = found.first.evaluate("field => field.type")
            if kind in ("radio", "checkbox"):
                (
                    found if value == "on" else found.and_(self.page.locator(f"[value='{value}']"))
                ).first.check()
            elif kind.startswith("select"):
                found.first.select_option(value)
            else:
                found.first.fill(value)

    def send(self, action: str = "", button: str = "") -> None:
        """Send the form with this action, or the first; ``button``: part of its name or words."""
        forms = self.page.locator("main form[method=post]")
        named = self.page.locator(f"main form[method=post][action*='{action}']")
        if action and named.count():
            forms = named
        buttons = forms.locator("button:not([type=button])")
        (buttons.filter(has_text=button) if button else buttons).first.click()
        self.page.wait_for_load_state()

    def file(self, name: str, content: bytes) -> None:
        """Put a file into the form."""
        self.page.locator("main input[type=file]").first.set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
