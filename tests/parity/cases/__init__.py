"""All cases, one module per part of the contract."""

import importlib

MODULES = ["world", "filters", "reading", "rules", "writing", "batching", "schema_fields", "schema_endpoints", "authing", "platform", "last"]


def all_cases() -> list:
    out, names = [], set()
    for module in MODULES:
        for case in importlib.import_module(f"cases.{module}").cases():
            if case.name in names:
                raise SystemExit(f"two cases are called {case.name}")
            names.add(case.name)
            out.append(case)
    return out
