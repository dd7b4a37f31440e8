"""What nobody in particular, two customers and a new colleague play."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from scripts.screens.furniture import link_of
from scripts.screens.scene import Scene


def nobody(scene: Scene) -> None:
    """Signing in, and everything that goes wrong before anybody is known."""
    page, stage = scene.page, scene.stage
    scene.seen("link-used", stage.used_link)
    scene.seen("link-late", stage.late_link)
    scene.seen("link-unknown", "/accounts/link/AB-nobody/")
    scene.seen("inactive", "/accounts/inactive/")
    page.goto("/accounts/staff/code/")
    scene.fill(login="ben@adventure-works.example")
    scene.send()
    scene.seen("staff-code")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    scene.fill(login=stage.customer["email"])
    scene.send()
    scene.seen("code")
    scene.fill(code="0000-0000")
    scene.send()
    scene.seen("code-wrong")
    _forged(scene, "/accounts/login/")
    page.goto("/accounts/login/")
    page.locator("main form").first.evaluate(
        "form => { for (let n = 0; n < 2000; n++) form.append(Object.assign("
        "document.createElement('input'), {type: 'hidden', name: 'x' + n})) }"
    )
    scene.send()
    scene.seen("bad-request")
    for _ in range(40):
        page.context.clear_cookies()
        page.goto("/accounts/login/")
        scene.fill(login=stage.spare[0]["email"])
        scene.send()
        if scene.walk.last == 429:
            break
    scene.seen("too-many")


def customer(scene: Scene) -> None:
    """What a customer changes, and what is refused to them."""
    page = scene.page
    page.goto("/you/details/phone/")
    scene.fill(value=scene.stage.customer["phone"][:-1] + "0")
    scene.send()
    scene.seen("detail-changed")
    page.goto("/you/details/email/")
    scene.fill(value="someone.new@example.org")
    scene.send()
    scene.seen("detail-code")
    page.goto("/you/moving/")
    scene.fill(city="")
    scene.send()
    scene.seen("moving-error")
    page.goto("/you/who-has-looked/concern/")
    page.locator("main input[type=radio]").first.check()
    scene.send()
    scene.seen("concern-sent")
    scene.seen("not-yours", "/console/")
    scene.seen("choose", "/you/choices/personal-offers/")
    scene.seen("sign-out", "/accounts/logout/")


def restricted(scene: Scene) -> None:
    """A customer whose data is restricted and kept for a claim."""
    for name, address in (
        ("home", "/you/"),
        ("choices", "/you/choices/"),
        ("detail", "/you/details/phone/"),
        ("document", "/you/documents/purchase_proof/"),
        ("boundaries", "/you/who-may-look/"),
        ("third-parties", "/you/third-parties/"),
        ("uses", "/you/who-has-looked/"),
    ):
        scene.seen(name, address)


_WORDS = "a first horse battery staple"


def new_colleague(scene: Scene) -> None:
    """The second factor: asked for, set up as an app, recovery codes, and asked again."""
    page = scene.page
    scene.seen("second-factor", "/accounts/second-factor/")
    scene.seen("totp", "/accounts/2fa/totp/activate/")
    secret = page.locator("main code, main input[readonly]").first
    text = secret.evaluate("one => one.value || one.textContent")
    scene.fill(code="000000")
    scene.send()
    scene.seen("totp-error")
    scene.fill(code=_totp(text.replace(" ", "").strip()))
    scene.send()
    scene.seen("totp-done")
    for name, address in (
        ("account", "/accounts/"),
        ("recovery", "/accounts/2fa/recovery-codes/"),
        ("recovery-new", "/accounts/2fa/recovery-codes/generate/"),
        ("totp-off", "/accounts/2fa/totp/deactivate/"),
        ("passkeys", "/accounts/2fa/webauthn/"),
        ("passkey-add", "/accounts/2fa/webauthn/add/"),
        ("password", "/accounts/password/set/"),
        ("again", "/accounts/2fa/reauthenticate/"),
        ("home", "/console/"),
    ):
        scene.seen(name, address)
    page.goto("/accounts/password/set/")
    scene.fill(password1=_WORDS, password2=_WORDS)
    scene.send()
    scene.seen("password-change", "/accounts/password/change/")
    page.context.clear_cookies()
    # Made now: setting up a second factor ends the links that were made before.
    page.goto(link_of("colleague"))
    page.get_by_role("main").get_by_role("button").first.click()
    scene.seen("second-step")
    scene.send()
    scene.seen("second-step-error")


def _forged(scene: Scene, address: str) -> None:
    scene.page.goto(address)
    scene.page.locator("main [name=csrfmiddlewaretoken]").first.evaluate(
        "field => { field.value = 'x'.repeat(64) }"
    )
    scene.fill(login="jon@example.org")
    scene.send()
    scene.seen("forged")


def _totp(secret: str) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{int.from_bytes(digest[start : start + 4]) % 2**31 % 10**6:06d}"
