"""``aboveboard systems catalogue`` and ``import-fides``: what a declaration is begun from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import DONE

if TYPE_CHECKING:
    from aboveboard.connectors.http.starting import CatalogueEntry

WITHOUT_INSTANCE = ("catalogue", "import-fides")
"""The verbs that read what ships with the program, or a file, and write nothing."""


def configure(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the arguments of both."""
    catalogue = below.add_parser(
        "catalogue", help="list the HTTP APIs that are declared already, or show one"
    )
    catalogue.add_argument("api", nargs="?", default="", help="show this one, such as stripe")
    catalogue.add_argument(
        "--declaration", action="store_true", help="print a declaration of it to complete"
    )
    catalogue.add_argument("--json", action="store_true", help="print JSON")
    fides = below.add_parser(
        "import-fides", help="make a declaration to complete of a SaaS config of Fides"
    )
    fides.add_argument("file", type=Path, help="the config (YAML), which begins with saas_config")
    fides.add_argument("--key", default="", help="the name of the system in its declaration")


def show_catalogue(args: argparse.Namespace) -> int:
    """List the catalogue, or show an API of it."""
    from aboveboard.connectors.http import starting

    if args.declaration and not args.api:
        raise Invalid(found="no API was named", fix="Such as: systems catalogue stripe")
    if args.declaration:
        print(starting.declaration_of(starting.catalogue_entry(args.api)), end="")
    elif args.api:
        entry = starting.catalogue_entry(args.api)
        print(json.dumps(_row(entry)) if args.json else _page(entry))
    elif args.json:
        print(json.dumps([_row(entry) for entry in starting.catalogue()]))
    else:
        for entry in starting.catalogue():
            print(f"{entry.key}  {entry.name}  by {', '.join(entry.finds_by)}  {_can(entry)}")
        print(
            "None of these was tried on the real service by us: try it with a person of your own."
        )
    return DONE


def import_fides(args: argparse.Namespace) -> int:
    """Print a declaration made of a config of Fides."""
    from aboveboard.connectors.http import starting

    try:
        source = args.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Invalid(found=f"{args.file} cannot be read as text", fix="Check the path.") from None
    print(starting.declaration_from_fides(source, name=str(args.file), key=args.key), end="")
    return DONE


def _can(entry: CatalogueEntry) -> str:
    verbs = ", ".join(verb.value for verb in entry.verbs)
    return f"{verbs} (erases later)" if entry.erases_later else verbs


def _row(entry: CatalogueEntry) -> dict[str, object]:
    return {
        "key": entry.key,
        "name": entry.name,
        "finds_by": entry.finds_by,
        "verbs": [verb.value for verb in entry.verbs],
        "erases_later": entry.erases_later,
        "references": entry.references,
        "checked": entry.checked,
        "settings": dict(entry.settings),
        "secrets": dict(entry.secrets),
        "cannot": entry.cannot,
        "tried_on_real_service": False,
    }


def _page(entry: CatalogueEntry) -> str:
    from aboveboard.connectors.http.starting import UNTRIED

    parts = [
        f"{entry.name} ({entry.key})",
        f"  finds a person by   {', '.join(entry.finds_by)}",
        f"  can                 {_can(entry)}",
        *(f"  setting             {name}: {about}" for name, about in entry.settings.items()),
        *(f"  secret              {name}: {about}" for name, about in entry.secrets.items()),
        *(f"  cannot              {sentence}" for sentence in entry.cannot),
        *(f"  reference           {address}" for address in entry.references),
        f"  reference read on   {entry.checked}",
        UNTRIED,
        f"To begin: aboveboard systems catalogue {entry.key} --declaration > {entry.key}.yaml",
    ]
    return "\n".join(parts)
