"""Write the lock files from ``pyproject.toml``, ``requirements/*.in`` and ``package.json``.

They hold versions and hashes, no addresses. A version that still fits stays as it is; ``--upgrade``
takes the newest.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "base.txt": ["pyproject.toml", "requirements/build.in", "--extra", "demo"],
    "dev.txt": ["pyproject.toml", "requirements/build.in", "--extra", "dev"],
    "assets.txt": ["requirements/assets.in"],
}


def main() -> None:
    """Lock; ``dev`` keeps the versions of ``base``."""
    for name, sources in LOCKS.items():
        file = ROOT / "requirements" / name
        kept = ["--constraints", "requirements/base.txt"] if name == "dev.txt" else []
        options = [
            "--generate-hashes",
            "--universal",
            "--python-version",
            "3.11",
            "--no-emit-index-url",
            "--no-emit-find-links",
        ]
        shown = ["--no-annotate", "--no-header", "--quiet"]
        run(
            [
                sys.executable,
                "-m",
                "uv",
                "pip",
                "compile",
                *sources,
                *kept,
                *options,
                *shown,
                "-o",
                str(file.relative_to(ROOT)),
                *sys.argv[1:],
            ]
        )
        text = file.read_text("utf-8")
        if found := re.search(r"https?://\S+|^--(?!hash)\S*", text, re.M):
            raise SystemExit(f"{file} names an address: {found[0]}")
        file.write_text("# Made by `make lock`. Versions and hashes only.\n" + text, "utf-8")
    run(
        [
            "npm",
            "install",
            "--package-lock-only",
            "--omit-lockfile-registry-resolved",
            "--omit=peer",
            "--no-audit",
            "--no-fund",
        ]
    )


def run(command: list[str]) -> None:
    """Run a command in the project's folder; stop where it fails."""
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
