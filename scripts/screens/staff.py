"""What each of the staff plays."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from aboveboard.commands.demo.story import leaked_file
from scripts.screens.scene import Scene
from scripts.screens.stage import PDF


def adviser(scene: Scene) -> None:
    """Somebody is looked up, corrected, asked, and looked at in an emergency; a loss reported."""
    _documents(scene)
    _corrections(scene)
    _choices(scene)
    _refusals(scene)
    _emergency(scene)
    _report(scene)
    _report(scene, device="AW-011")


def _look_up(
    scene: Scene, purpose: str = "answer-contact", who: str = "", fields: str = ""
) -> None:
    scene.page.goto(f"/console/people/{purpose}/")
    scene.fill(who=who or scene.stage.customer["email"], channel="phone")
    for field in filter(None, fields.split()):
        scene.page.locator(f"main [type=checkbox][value={field}]").check()
    scene.send()


def _documents(scene: Scene) -> None:
    _look_up(scene, fields="purchase_proof")
    scene.seen("person")
    scene.send("add/")
    scene.seen("add")
    scene.send("add/")
    scene.seen("add-error")
    scene.file("page.html", b"<script>")
    scene.send("add/")
    scene.seen("add-refused")
    scene.file("receipt.pdf", PDF)
    scene.send("add/")
    scene.seen("added")


def _corrections(scene: Scene) -> None:
    _look_up(scene)
    scene.send("correct/")
    scene.seen("correct")
    scene.send("correct/")
    scene.seen("correct-error")
    for name, field, value in (
        ("corrected", "phone", "+44 113 496 0999"),
        ("correct-code", "email", "someone.new@example.org"),
    ):
        _look_up(scene)
        scene.send("correct/")
        scene.fill(field=field, value=value)
        scene.send("correct/")
        scene.seen(name)


def _choices(scene: Scene) -> None:
    _look_up(scene)
    scene.send("choice/")
    scene.seen("choice")
    scene.send("choice/")
    scene.seen("choice-error")
    scene.fill(purpose="personal-offers", answer="yes", evidence="417")
    scene.send("choice/")
    scene.seen("choice-recorded")


def _refusals(scene: Scene) -> None:
    _look_up(scene, who="nobody@example.org")
    scene.seen("nobody-found")
    _look_up(scene, "personal-offers", scene.stage.spare[1]["email"], "phone")
    scene.seen("look-up-refused")
    _look_up(scene)
    scene.page.locator("main form[action*='correct/'] [name=note]").evaluate(
        "field => { field.value = 'past' }"
    )
    scene.send("correct/")
    scene.seen("expired")
    scene.seen("not-theirs", "/console/settings/")
    scene.seen("not-allowed", "/console/people/choice/")


def _emergency(scene: Scene) -> None:
    for number in range(4):
        scene.page.goto("/console/emergency/")
        scene.fill(why="life-in-danger", who=scene.stage.spare[2]["email"], words="She fell.")
        scene.page.locator("main [type=checkbox][value=phone]").check()
        scene.send()
        if number == 0:
            scene.seen("emergency-opened")
    scene.seen("emergency-refused")
    scene.seen("emergency-record", "/console/emergency/3/")


def _report(scene: Scene, *, device: str = "") -> None:
    """Report that something is missing; ``device``: that one, by its label."""
    what, name = ("label", "label") if device else ("other", "title")
    scene.page.goto("/console/report-a-loss/")
    scene.fill(what=what)
    scene.send()
    scene.seen(f"report-{what}")
    scene.fill(**{name: device or "A box of order forms"})
    scene.send()
    if device:
        scene.seen("report-when")
        scene.send()
    scene.page.locator("main textarea").first.fill("Left on the counter over night.")
    scene.seen("report-happened")
    scene.send()
    scene.seen(f"reported-{what}")


def _as_lead(scene: Scene) -> None:
    """What every lead may see, and where the links of a walk do not lead each of them."""
    _report(scene)
    for name, address in (
        ("strangers", "/console/incidents/2/lines/stranger/"),
        ("everyone-notified", "/console/incidents/1/state/told/"),
        ("contained", "/console/incidents/1/state/contained/"),
        ("sent", "/console/incidents/1/notices/1/people/?state=sent"),
        ("export", "/console/devices/1/exports/1/"),
    ):
        scene.seen(name, address)
    scene.page.goto("/console/incidents/new/leak/")
    scene.fill(title="A list found in a drawer")
    scene.file("dump.csv", leaked_file([dict(row) for row in scene.stage.spare[:8]]))
    scene.send()
    scene.seen("columns")


def privacy_lead(scene: Scene) -> None:
    """Holds, restrictions, erasing, merges, differences, letters, and a review."""
    _as_lead(scene)
    scene.seen("prepare", "/console/incidents/2/notices/")
    for action in ("correct/", "choice/"):
        _look_up(scene, "tell-you-of-a-loss")
        scene.send(action)
        scene.seen(action.strip("/"))
    _look_up(scene, fields="purchase_proof")
    scene.send("add/")
    scene.seen("add-document")
    place = f"/console/retention/people/{_person(scene, 3)}/"
    _holds(scene, place)
    _erasing(scene)
    scene.seen("write-to", f"{place}write-to/")
    scene.fill(why="deceased")
    scene.send()
    scene.seen("written-to-nobody")
    scene.seen("write-to-them", f"{place}write-to-them/")
    scene.page.goto("/console/retention/duplicates/")
    scene.page.locator("main a[href*='duplicates/groups/']").first.click()
    scene.seen("duplicate-group")
    scene.send("?purpose")
    scene.seen("duplicate-group-opened")
    scene.page.get_by_role("button", name="Same person: compare").first.click()
    scene.seen("duplicates")
    scene.seen("shared-values", "/console/retention/duplicates/placeholders/")
    scene.page.goto("/console/retention/differences/")
    scene.page.locator("main a[href*='differences/']").first.click()
    scene.seen("differences")
    scene.seen("undo", "/console/retention/merges/1/undo/")
    _held_back(scene)
    scene.page.goto("/console/emergencies/")
    scene.page.locator("main a[href*='emergencies/']").first.click()
    scene.seen("emergency-review")
    scene.send("read/")
    scene.seen("emergency-read")
    scene.send(button="Save")
    scene.seen("emergency-review-error")
    scene.fill(verdict="not-justified")
    scene.send()
    scene.seen("emergency-reviewed")
    _concern(scene)


def _concern(scene: Scene) -> None:
    scene.seen("concerns-answered", "/console/concerns/?show=answered")
    scene.page.goto("/console/concerns/")
    scene.page.locator("main .ab-list a[href*='concerns/']").first.click()
    scene.seen("concern")
    scene.page.locator("main details > summary").first.click()
    scene.send("read/answer-contact/")
    scene.seen("concern-read")
    scene.page.go_back()
    scene.send("take/")
    scene.seen("concern-taken")


def _holds(scene: Scene, place: str) -> None:
    for name, answers in (
        ("hold", {"why": "claim", "reference": "case/2026-99"}),
        ("restrict", {"why": "unlawful", "reference": "call/2026-99"}),
    ):
        scene.page.goto(f"{place}{name}/")
        scene.send()
        scene.seen(f"{name}-error")
        scene.fill(**answers)
        scene.send()
        scene.seen(f"{name}-done")
    for name, reference in (("holds", "ruling/7"), ("restrictions", "letter/3")):
        scene.page.goto(place)
        scene.page.locator(f"main a[href*='{name}/']").first.click()
        scene.send()
        scene.seen(f"{name}-error")
        scene.fill(reference=reference)
        scene.send()
        scene.seen(f"{name}-ended")


def _held_back(scene: Scene) -> None:
    scene.page.goto("/console/retention/held-back/")
    scene.page.locator("main a[href*='held-back/']").first.click()
    scene.send()
    scene.seen("held-back-error")
    scene.fill(answer="take", reference="call/7")
    scene.send()
    scene.seen("held-back-confirm")
    scene.send()
    scene.seen("held-back-taken")
    scene.page.goto("/console/retention/held-back/?decided=yes")
    scene.seen("held-back-decided")
    scene.page.locator("main a[href*='held-back/']").first.click()
    scene.send("undo/")
    scene.seen("held-back-undone")
    scene.seen("let-in", "/console/retention/let-in/")
    scene.fill(erasure="1", reference="form/9")
    scene.send()
    scene.seen("let-in-confirm")
    scene.send()
    scene.seen("let-in-done")
    scene.seen("let-in-listed", "/console/retention/let-in/")


def _erasing(scene: Scene) -> None:
    held, gone = (f"/console/retention/people/{_person(scene, index)}/" for index in (1, 4))
    scene.seen("erase-held", f"{held}erase/")
    scene.seen("erase", f"{gone}erase/")
    scene.fill(why="asked")
    scene.send()
    scene.seen("erase-confirm")
    scene.send()
    scene.seen("erased")
    scene.seen("erased-person", gone)


def incident_lead(scene: Scene) -> None:
    """A leaked file; a duty that is done; notices that nobody needs; a late answer."""
    page = scene.page
    _as_lead(scene)
    page.locator("main select").evaluate_all("all => all.forEach(one => { one.value = 'ignore' })")
    scene.send()
    scene.seen("columns-error")
    page.goto("/console/incidents/new/leak/columns/")
    scene.send()
    scene.seen("counting")
    page.goto("/console/incidents/1/")
    page.locator("main a[href*='duties/']").first.click()
    scene.send()
    scene.seen("duty-done")
    scene.seen("prepare-none", "/console/incidents/3/notices/")
    scene.send()
    scene.seen("prepare-none-error")
    # Two windows, in which one thing is decided twice.
    page.goto("/console/incidents/3/")
    late = page.context.new_page()
    late.goto(page.url)
    scene.send("state/")
    scene.seen("moved")
    second = replace(scene, page=late)
    scene.walk.watch(late, scene.who)
    second.send("state/")
    second.seen("conflict")
    late.close()


def administrator(scene: Scene) -> None:
    """Devices: added, handed over, taken out of service, and a change that came too late; a
    colleague who is invited."""
    page = scene.page
    _as_lead(scene)
    _colleagues(scene)
    page.goto("/console/devices/add/")
    scene.fill(tag="LT-0051", name="Counter laptop", kind="laptop", encrypted="yes")
    scene.send()
    scene.seen("device-added")
    place = urlsplit(page.url).path
    scene.seen("hand-over", f"{place}hand-over/")
    page.goto(f"{place}retire/")
    scene.seen("retire")
    late = page.context.new_page()
    scene.walk.watch(late, scene.who)
    late.goto(f"{place}retire/")
    for each in (page, late):
        again = Scene(scene.walk, scene.stage, each, scene.who)
        each.locator("main input[type=radio]").first.check()
        again.send()
    again.seen("conflict")
    late.close()
    scene.seen("retired", place)


def _colleagues(scene: Scene) -> None:
    scene.page.goto("/console/staff/invite/")
    scene.fill(email="ada@adventure-works.example", name="Ada Byron", role="adviser")
    scene.send()
    scene.seen("invited")
    place = urlsplit(scene.page.url).path
    for change in ("invite-again", "role", "lost-phone", "end", "withdraw"):
        scene.seen(change, f"{place}{change}/")
    scene.send()
    scene.seen("withdrawn")
    scene.page.goto("/console/staff/")
    scene.page.locator("#list-q").fill("nobody")
    scene.page.locator("form[role=search] button").click()
    scene.seen("nobody-matches")


def _person(scene: Scene, index: int) -> int:
    from scripts.screens.furniture import person_of

    return person_of(scene.stage.spare[index])
