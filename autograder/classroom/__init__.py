"""The nbgrader side: a class folder, its configuration, and grading with secret challenges."""

import sys

# jsonschema loads this if it can, and a grammar of international addresses is then compiled, which
# takes as long as all else that a command imports. No schema of a notebook asks for such addresses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
