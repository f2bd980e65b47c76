"""Check that each folder of the C recorder includes headers of its own and of lower folders alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

NATIVE = Path(__file__).resolve().parents[1] / "instrumentation/breadcrumb-instrumentation-calls/native"
LAYERS = (
    ("interpreter",),
    ("text",),
    ("redaction", "values", "replay"),
    ("memory",),
    ("calls",),
    ("recorder",),
)
"""The lowest first; those beside each other may include each other."""
INCLUDE = re.compile(r'^#include "([^"/]+)/', re.MULTILINE)


def main() -> int:
    """Name each include that points upwards and each folder that has no layer."""
    height = {folder: at for at, layer in enumerate(LAYERS) for folder in layer}
    faults = [
        f"{path.name}: a folder without a layer"
        for path in NATIVE.iterdir()
        if path.is_dir() and path.name not in height
    ]
    for path in sorted(NATIVE.glob("*/*.[ch]")):
        # `internal` is CPython's own
        included = set(INCLUDE.findall(path.read_text(encoding="utf-8"))) - {"internal"}
        faults += [
            f"{path.relative_to(NATIVE)} includes {each}, which stands above it"
            for each in sorted(included)
            if height.get(each, len(LAYERS)) > height.get(path.parent.name, len(LAYERS))
        ]
    print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
