"""Write the protected contracts in ``pyproject.toml`` from what each package declares as public:
its other modules may be imported by itself alone. A test fails while they differ."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FILE: Final = ROOT / "pyproject.toml"
_SOURCE: Final = ROOT / "src" / "aboveboard"
_BEGIN: Final = "# Made from each package's apps.py by `make contracts`: change those.\n"
_END: Final = "# End of what is made.\n"


def _private(folder: Path, name: str, public: Collection[str]) -> Iterator[str]:
    """Yield the modules of a folder that are private; a folder whose modules all are, by its
    name alone."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("__") or not (path.is_dir() or path.suffix == ".py"):
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            continue
        module = f"{name}.{path.stem}" if name else path.stem
        inner = [each for each in public if each == module or each.startswith(f"{module}.")]
        if not inner:
            yield module
        elif path.is_dir():
            yield from _private(path, module, inner)


def _contract(name: str, public: Collection[str]) -> Iterator[str]:
    yield "[[tool.importlinter.contracts]]\n"
    yield f'name = "The private modules of {name} are its own"\n'
    yield 'type = "protected"\n'
    yield "protected_modules = [\n"
    for module in _private(_SOURCE / name, "", public):
        yield f'    "aboveboard.{name}.{module}",\n'
    yield "]\n"
    yield f'allowed_importers = ["aboveboard.{name}"]\n\n'


def written(text: str, unclean: Collection[str]) -> str:
    """Return ``pyproject.toml`` with the contracts as the packages declare them.

    ``unclean``: packages whose private modules are still imported elsewhere, so left out.
    """
    from aboveboard.basics.package import gathered

    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    made = [
        line
        for package in sorted(gathered(), key=lambda package: package.name)
        if package.public and package.name not in unclean
        for line in _contract(package.name, package.public)
    ]
    return f"{before}{_BEGIN}\n{''.join(made)}{_END}{after}"


def main() -> None:
    """Write the contracts."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "aboveboard.toml").write_text("")
        (Path(home) / "signing.key").write_text(secrets.token_hex(32))
        os.environ["ABOVEBOARD_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
        import django

        django.setup()
        from tests.house.test_imports import unclean

        FILE.write_text(written(FILE.read_text("utf-8"), unclean()), "utf-8")
    sys.stdout.write(f"{FILE.name}\n")


if __name__ == "__main__":
    main()
