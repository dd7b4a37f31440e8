"""What ``pyproject.toml`` cannot say: a wheel holds the page assets.

So only who builds it needs Node. A build that lacks them stops, rather than make a wheel whose
pages have no style.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.errors import SetupError

VENDOR = Path(__file__).resolve().parent / "src" / "aboveboard" / "site" / "static" / "vendor"


class BuildWithAssets(build_py):
    """Copies the modules and their data, page assets among it."""

    def run(self) -> None:
        """Copy them. An editable install is a checkout's own set-up, which fetches them later."""
        if not self.editable_mode and not list(VENDOR.glob("*.css")):
            raise SetupError("The page assets are not here yet. Build with: make wheel")
        super().run()
        if not self.editable_mode:
            # What `aboveboard upgrade --changes` prints.
            self.copy_file(
                "CHANGELOG.md", str(Path(self.build_lib) / "aboveboard" / "CHANGELOG.md")
            )


setup(cmdclass={"build_py": BuildWithAssets})
