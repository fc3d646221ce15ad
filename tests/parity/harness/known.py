"""known.toml: differences that are meant, each with its reason.

    [[known]]
    case = "records/8/bad-*"          # case name, * and ? allowed
    only = ["*.body.data.filter"]     # optional: paths (step number first) that may differ; all may when absent
    reason = "records.md §18.7: …"
"""

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Known:
    case: str
    reason: str
    only: list
    used: bool = False

    def covers(self, name: str, paths: list[str]) -> bool:
        if not fnmatch.fnmatchcase(name, self.case):
            return False
        return not self.only or all(any(fnmatch.fnmatchcase(p, pattern) for pattern in self.only) for p in paths)


def load(path: Path) -> list[Known]:
    found = tomllib.loads(path.read_text()).get("known", [])
    return [Known(entry["case"], entry["reason"], entry.get("only", [])) for entry in found]


def explain(known: list[Known], name: str, paths: list[str]) -> str | None:
    """The reason of the first entry that covers all the paths of a case's difference."""
    for entry in known:
        if entry.covers(name, paths):
            entry.used = True
            return entry.reason
    return None
