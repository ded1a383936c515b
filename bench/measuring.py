"""How the programs of bench/ run others, and how they say on what. Not a program."""

import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """A program that has ended."""

    code: int | None  # its exit code; None: it was killed at its deadline
    seconds: float  # on the clock
    cpu_s: float  # of all its threads
    memory_mb: int  # the most that it had
    output: str  # of both kinds

    @property
    def said(self):
        """The last line, and not too much of it."""
        lines = self.output.strip().splitlines()
        return lines[-1][:300] if lines else ""


def run(command, deadline=float("inf"), memory=None, environment=None):
    """Runs a program until it ends or `time.monotonic()` comes to the deadline, with so many bytes of memory at most."""
    limited = (lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))) if memory else None
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, preexec_fn=limited)
        killed = False
        while True:
            pid, status, used = os.wait4(process.pid, 0 if killed or deadline == float("inf") else os.WNOHANG)
            if pid:
                break
            if time.monotonic() >= deadline:
                process.kill()
                killed = True
            else:
                time.sleep(0.02)
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for: nobody else shall do it again
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Run(None if killed else process.returncode, round(seconds, 3), round(used.ru_utime + used.ru_stime, 3),
               round(used.ru_maxrss / 1024), text)


def measured(command, codes=(0,), environment=None):
    """The same for a program that has to end with one of these codes, or this one does not go on."""
    result = run(command, environment=environment)
    if result.code not in codes:
        sys.exit(f"{' '.join(map(str, command))}: {result.output}")
    return result


def machine():
    """What this machine is."""
    def first(file, pattern):
        try:
            found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
            return found.group(1).strip() if found else ""
        except OSError:
            return ""
    kilobytes = first("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    return {"cpu": first("/proc/cpuinfo", r"^model name\s*:\s*(.*)$"), "hardware_threads": len(os.sched_getaffinity(0)),
            "memory_gb": round(int(kilobytes) / 2**20) if kilobytes else None,
            "system": first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')}


def versions(program):
    """Of Python, of the compiler and the libtorch of a program, and of opara."""
    found = {"python": platform.python_version()}
    compiler = re.search(rb"GCC: \([^)]*\) [0-9.]+|clang version [0-9.]+", Path(program).read_bytes())
    found["compiler"] = compiler.group(0).decode() if compiler else ""
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    torch = re.search(r"=> (\S*libtorch_cpu\S*)", linked)
    library = Path(torch.group(1)).resolve() if torch else Path()
    told = library.parent.parent / "version.py"
    version = re.search(r"__version__ = '([^']*)'", told.read_text(encoding="utf-8")) if told.exists() else None
    found["libtorch"] = version.group(1) if version else library.name.partition(".so.")[2]
    found["commit"] = ""
    if shutil.which("git"):
        commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True,
                                text=True, check=False)
        found["commit"] = commit.stdout.strip() if commit.returncode == 0 else ""
    return found


def written(path, data, lines=None):
    """Writes a result, all or nothing; the rows of the member `lines`, which is the last one, one a line."""
    if lines is None:
        text = json.dumps(data, indent=1, ensure_ascii=False)
    else:
        head = json.dumps({k: v for k, v in data.items() if k != lines}, indent=1, ensure_ascii=False)[:-2]
        rows = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in data[lines])
        text = f'{head},\n "{lines}": [\n{rows}\n]}}'
    part = path.with_name(path.name + ".part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)
