"""Read the YAML files that are part of the program: rules, texts, tables.

They were read thousands of times before they reached anybody, so the parser in C, ten times as
fast, reads them: every command, and every process of a test, waits for them at its start. Files
that somebody else wrote (a promise, a mapping) are read by the parser in Python, whose errors name
the line and say in stable words what is wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

# The C parser is missing where PyYAML was built without libyaml; both make the same objects, and
# neither makes one of any class but the plain ones.
LOADER: Final[type[yaml.SafeLoader | yaml.CSafeLoader]] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)


def load(file: Path) -> Any:
    """Return what a YAML file of the program's own holds.

    Raises:
        OSError, yaml.YAMLError: the file is missing or was changed; the program is not whole.
    """
    return yaml.load(file.read_bytes(), Loader=LOADER)  # noqa: S506 - both are safe loaders
