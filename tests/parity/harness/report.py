"""What people read: one block per unexplained difference, then a table per chapter."""

import json
from collections import defaultdict

from harness.normal import difference

WIDTH = 600
MISSING = {"status": "not asked", "body": None}


def compare(cases, ours: dict, theirs: dict) -> dict:
    """Case name → [(step number, step, our answer, their answer, differing paths)] where they differ."""
    out = {}
    for case in cases:
        steps = [step for step in case.steps if not step.quiet]
        left, right = ours.get(case.name, []), theirs.get(case.name, [])
        found = []
        for i, step in enumerate(steps):
            a = left[i] if i < len(left) else MISSING
            b = right[i] if i < len(right) else MISSING
            paths = difference(a, b)
            if paths:
                found.append((i, step, a, b, paths))
        if found:
            out[case.name] = found
    return out


def block(name: str, found: list, labels: tuple, width: int = WIDTH) -> str:
    lines = [f"── {name}"]
    for i, step, ours, theirs, paths in found:
        lines.append(f"   [{i}] {step.line()}   as {step.as_}")
        if step.body is not None:
            lines.append(f"       body     {shorten(body_text(step.body), width)}")
        lines.append(f"       {labels[0]:<11}{shorten(text(ours), width)}")
        lines.append(f"       {labels[1]:<11}{shorten(text(theirs), width)}")
        lines.append(f"       differs at {', '.join(paths[:8])}{' …' if len(paths) > 8 else ''}")
    return "\n".join(lines)


def text(answer: dict) -> str:
    out = f"{answer['status']} {json.dumps(answer['body'], ensure_ascii=False, sort_keys=True)}"
    return out + (f"  {answer['headers']}" if len(answer.get("headers", {})) > 1 else "")


def body_text(body) -> str:
    if callable(body):
        return f"<{body.__name__}>"
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False)


def shorten(line: str, width: int) -> str:
    line = line.replace("\r\n", "⏎").replace("\n", "⏎")
    return line if len(line) <= width else line[:width] + f" … ({len(line)} characters)"


def table(cases, different: dict, explained: dict) -> str:
    """Counts per chapter, the first two parts of the case names."""
    rows = defaultdict(lambda: [0, 0, 0, 0])
    for case in cases:
        row = rows["/".join(case.name.split("/")[:2])]
        row[0] += 1
        row[1 if case.name not in different else 2 if case.name in explained else 3] += 1
    total = [sum(row[i] for row in rows.values()) for i in range(4)]
    lines = [f"{'chapter':<28}{'cases':>7}{'same':>7}{'known':>7}{'DIFFER':>8}"]
    for chapter, row in sorted(rows.items(), key=lambda item: chapter_order(item[0])):
        lines.append(f"{chapter:<28}{row[0]:>7}{row[1]:>7}{row[2] or '':>7}{row[3] or '':>8}")
    lines.append(f"{'all':<28}{total[0]:>7}{total[1]:>7}{total[2]:>7}{total[3]:>8}")
    return "\n".join(lines)


def chapter_order(chapter: str):
    book, _, number = chapter.partition("/")
    return book, [int(part) if part.isdigit() else 99 for part in number.split(".")], number
