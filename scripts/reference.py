"""Write ``docs/reference`` from the code: settings, commands, errors. A test fails while
a page is not current."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_type_hints

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
_MADE = "<!-- Made from the code by `make reference`. Change the code, not this page. -->\n"
_TYPES = {str: "text", int: "whole number", bool: "true or false"}


def settings_page() -> str:
    """Return the page of every setting."""
    from aboveboard.basics import settings
    from aboveboard.basics.errors import first_paragraph

    lines = [
        "# Settings\n",
        _MADE,
        "An instance is a folder. Its settings are in `aboveboard.toml`, read once when a",
        "process starts. A setting that is wrong or that nobody reads stops the start and is",
        "named. Each can be set from outside too, which is how secrets stay out of the file:",
        "`ABOVEBOARD_DATABASE_URL` is `url` of `[database]`. Sizes, times and counts that are not",
        "here are limits, each with its reason, in the `limits.py` of its package.\n",
    ]
    for section, kind in settings.SECTIONS.items():
        lines += [
            f"## [{section}]\n",
            f"{first_paragraph(kind)}\n",
            "| setting | kind | default | meaning |",
            "|---|---|---|---|",
        ]
        types = get_type_hints(kind)
        for item in fields(kind):
            default = str(item.default).lower() if isinstance(item.default, bool) else item.default
            lines.append(
                f"| `{item.name}` | {_TYPES[types[item.name]]} | `{default}` | "
                f"{item.metadata['help']} |"
            )
        lines.append("")
    return "\n".join(lines)


def commands_page() -> str:
    """Return the page of every command."""
    from aboveboard.commands import exits, main

    lines = [
        "# Commands\n",
        _MADE,
        "`aboveboard COMMAND --help` says the same. `--home DIR` names the instance folder, for",
        "every command, before or after its name; without it `ABOVEBOARD_HOME` does, else",
        "`./aboveboard-data`. With `--json` an error is JSON on standard error.\n",
        "## Exit codes\n",
        "| code | meaning |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in exits.MEANINGS.items()),
        "",
    ]
    for command in main.find_commands():
        parser = argparse.ArgumentParser(f"aboveboard {command.name}")
        command.load().configure(parser)
        lines += [
            f"## aboveboard {command.name}\n",
            f"{command.help}\n",
            *_arguments(parser),
            "```sh",
            command.example.strip(),
            "```",
            "",
        ]
    return "\n".join(lines)


def _arguments(parser: argparse.ArgumentParser, within: str = "") -> Iterator[str]:
    """Yield a table of the arguments, then those of each command within. argparse words its help
    differently in each Python."""
    shown = [
        action
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    ]
    if shown:
        yield from ("| argument | meaning |", "|---|---|")
        for action in shown:
            value = (
                ""
                if action.nargs == 0 or action.metavar == ""
                else f" {action.metavar or _value_name(action)}"
            )
            name = (
                ", ".join(action.option_strings) + value
                if action.option_strings
                else str(action.metavar or action.dest.upper())
            )
            meaning = (action.help or "").replace("|", "\\|").replace("%%", "%") + (
                " (required)" if action.option_strings and action.required else ""
            )
            yield f"| `{name}` | {meaning} |"
        yield ""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield f"### {within}{name}\n"
                yield f"{helps.get(name) or below.description or ''}\n"
                yield from _arguments(below, f"{within}{name} ")


def _value_name(action: argparse.Action) -> str:
    return "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()


def errors_page() -> str:
    """Return the page of every error code."""
    from aboveboard.basics.errors import AboveboardError, first_paragraph, http_status
    from aboveboard.commands import exits

    found = {
        error.code: error for error in _all_errors(AboveboardError) if error is not AboveboardError
    }
    lines = [
        "# Errors\n",
        _MADE,
        "Every error has a code, which never changes, for clients; a sentence and a next step, for",
        "people; and a family, which says what HTTP status and what exit code it has. No error",
        "holds personal data. Words in braces are filled in.\n",
        "| code | sentence | next step | HTTP | exit code | package |",
        "|---|---|---|---|---|---|",
    ]
    for code, error in sorted(found.items()):
        sentence = first_paragraph(error)
        package = error.__module__.removeprefix("aboveboard.").split(".")[0]
        bare = error.__new__(error)  # its family is all that matters here
        lines.append(
            f"| `{code}` | {sentence} | {error.next_step or '—'} | "
            f"{http_status(bare)} | {exits.code_for(bare)} | {package} |"
        )
    return "\n".join(lines) + "\n"


def duties_page() -> str:
    """Return the page of every duty to notify that the catalogue holds."""
    from aboveboard.law.rules import listing

    lines = [
        "# Duties to notify\n",
        _MADE,
        "Every duty to tell somebody of a loss of personal data that the catalogue holds, with",
        "the period in which it is law and when it was checked. Not legal advice. A place that",
        'is not here is shown as "not covered: ask counsel". How a duty is decided:',
        "[severity and duties](../explanation/severity-and-duties.md).\n",
    ]
    return "\n".join([*lines, *listing.page()]) + "\n"


def rights_page() -> str:
    """Return the page of by when requests must be answered."""
    from aboveboard.law.rights import listing

    lines = [
        "# Deadlines of requests\n",
        _MADE,
        "By when what a person asks about their own data must be answered, by where they live.",
        "Not legal advice. For a place or a day that is not here, one month is counted with",
        "nothing added, and the request says that counsel must be asked.\n",
    ]
    return "\n".join([*lines, *listing.page()]) + "\n"


def events_page() -> str:
    """Return the page of every event that other systems can be notified of."""
    from aboveboard.delivery.webhooks import payload
    from aboveboard.outbox.events import event_types

    lines = [
        "# Events\n",
        _MADE,
        "What your other systems can be notified of",
        "([how to](../how-to/notify-your-other-systems.md)). Each arrives as a POST by Standard",
        "Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature` in the headers,",
        "JSON in the body. `type` and `timestamp` say what happened and when; `data.entry` is the",
        "number of the ledger entry that proves it; `data.person`, of an event about somebody,",
        "stands for them: always the same for your system, another for every other, null where",
        "nobody is held. No event holds personal data.\n",
    ]
    at = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    for event in sorted(event_types().values(), key=lambda event: event.name):
        example = json.dumps(payload.example_of(event, at=at), indent=2)
        lines += [f"## {event.name}\n", f"{event.says}\n"]
        if event.fields:
            lines += ["| in `data` | meaning |", "|---|---|"]
            lines += [f"| `{name}` | {meaning} |" for name, meaning in event.fields.items()]
            lines.append("")
        lines += ["```json", example, "```", ""]
    return "\n".join(lines)


def _all_errors(kind: type) -> Iterator[type]:
    yield kind
    for below in kind.__subclasses__():
        # The pages are about the product: errors that tests make up are not in it.
        if below.__module__.startswith("aboveboard."):
            yield from _all_errors(below)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
    "duties.md": duties_page,
    "rights-deadlines.md": rights_page,
    "events.md": events_page,
}


@cache
def import_everything() -> None:
    """Import every module, so that every error is known. Django must be set up."""
    import aboveboard

    for module in pkgutil.walk_packages(aboveboard.__path__, "aboveboard."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def main() -> None:
    """Write the pages."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "aboveboard.toml").write_text("")
        (Path(home) / "signing.key").write_text(secrets.token_hex(32))
        os.environ["ABOVEBOARD_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
        import django

        django.setup()
        import_everything()
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, make in PAGES.items():
            (FOLDER / name).write_text(make(), "utf-8")
            sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
