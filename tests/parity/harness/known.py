"""known.toml: differences that are meant, each with its reason.

    [[known]]
    case = ["records/8/bad-*"]        # case names; * and ? allowed
    only = ["*.body.data.filter"]     # optional: paths (step number first) that may differ; all may when absent
    reason = "records.md §18.7: …"

A case is explained when every differing path is allowed by some entry that names the case.
"""

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Known:
    cases: list
    reason: str
    only: list
    used: bool = False

    def names(self, case: str) -> bool:
        return any(fnmatch.fnmatchcase(case, pattern) for pattern in self.cases)

    def allows(self, path: str) -> bool:
        return not self.only or any(fnmatch.fnmatchcase(path, pattern) for pattern in self.only)


def load(path: Path) -> list[Known]:
    found = tomllib.loads(path.read_text()).get("known", [])
    return [Known(entry["case"], entry["reason"], entry.get("only", [])) for entry in found]


def explain(known: list[Known], case: str, paths: list[str]) -> str | None:
    """The reasons that together allow all differing paths of the case, or None."""
    entries = [entry for entry in known if entry.names(case)]
    reasons = []
    for path in paths:
        entry = next((entry for entry in entries if entry.allows(path)), None)
        if entry is None:
            return None
        entry.used = True
        if entry.reason not in reasons:
            reasons.append(entry.reason)
    return "; ".join(reasons)
