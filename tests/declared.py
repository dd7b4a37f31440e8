"""Other packages' declarations than the product's, for one test."""

from __future__ import annotations

from collections.abc import Iterable

from aboveboard.basics.package import Declaration, Package, gather


def gather_these(packages: Iterable[Package]) -> None:
    """Let these be what was gathered."""
    gather([_making(package) for package in packages])


def _making(package: Package) -> Declaration:
    return lambda: package
