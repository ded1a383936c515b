#!/usr/bin/env python3
"""Trains the six systems with and without abstraction, and on finer and coarser grids, and records what comes of it.

    bench/training.py OPARA_TRAIN OPARA_VERIFY OUT.json [--jobs N] [--budget SECONDS] [--only SYSTEM] [--seeds N]

Performance: ten seeds (--seeds) on the published cells and on states. Sensitivity: three seeds on multiples of the
published widths, and opara_verify on the controllers. A program has one thread; N of them (default: as many as there are
hardware threads) run at a time. A training whose own time is used up is judged as it is; what has to be killed, and what
the budget leaves no time for, is recorded as that. Seconds are on the clock, CPU seconds are of whole programs. OUT.json
is written anew every few seconds, so that nothing is lost if this is killed, too. --only takes a part of a name.
bench/training_merge.py makes bench/results/training.json of one or more of them.
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from training_plan import SYSTEMS, VERIFY_LIMIT, VERIFY_MEMORY, jobs_of

POINTS = 60  # of a learning curve, at most
JUDGING = 60  # seconds on the clock that a training may go on after its limit: for the last episode, judging and writing


def limited(memory):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def run(command, deadline, memory=None):
    """Runs a program with one thread until it ends or the deadline comes.

    Gives its exit code (None: killed), seconds, CPU seconds, the most memory in MB, and the last line that it said.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([str(w) for w in command], stdout=said, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, env=environment,
                                   preexec_fn=limited(memory) if memory else None)
        killed = False
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if not killed and time.monotonic() >= deadline:
                process.kill()
                killed = True
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for: nobody else shall do it again
        said.seek(0, os.SEEK_END)
        said.seek(max(0, said.tell() - 2000))
        lines = said.read().decode(errors="replace").strip().splitlines()
    return {"code": None if killed else process.returncode, "seconds": round(time.monotonic() - begun, 3),
            "cpu_s": round(used.ru_utime + used.ru_stime, 3), "memory_mb": round(used.ru_maxrss / 1024),
            "said": lines[-1][:300] if lines else ""}


def thinned(episodes):
    """The rewards as at most POINTS pairs: the last episode's number of each stretch, and the stretch's mean reward."""
    n = len(episodes)
    points = min(n, POINTS)
    edges = [round(k * n / points) for k in range(points + 1)] if points else []
    return [[b, float(f"{sum(e['reward'] for e in episodes[a:b]) / (b - a):.5g}")] for a, b in zip(edges, edges[1:])]


def trained(job, train, folder, end):
    """The row of a training, and the controller's file if there is one."""
    limit = job.system.limit
    deadline = min(time.monotonic() + limit + JUDGING, end)  # --seconds is of the training alone, with all its attempts
    result = run([train, job.system.name, *job.options(), "--seed", job.seed, "--jobs", "1", "--seconds", limit,
                  "--out", folder], deadline)
    row = {"seconds": result["seconds"], "cpu_s": result["cpu_s"]}
    logs = list(Path(folder).glob("*.log.json"))
    if result["code"] is None or result["code"] not in (0, 1) or not logs:
        state = "killed" if result["code"] is None else "failed"
        return {"state": state, **row, "said": result["said"]}, None
    log = json.loads(logs[0].read_text(encoding="utf-8"))
    judged = log["evaluation"]
    return {"state": "done", "met": log["end"] == "criterion met", "end": log["end"], **row, "agent": log["agent"],
            "training_s": float(f"{log['seconds']:.4g}"), "attempts": log["attempts"], "episodes": len(log["episodes"]),
            "steps": log["steps"],
            "reward": {k: float(f"{judged[k]:.6g}") for k in ("mean", "spread", "worst", "best")},
            "curve": thinned(log["episodes"])}, logs[0].with_name(logs[0].name.replace(".log.json", ".json"))


def checked(job, verify, controller, folder, end):
    """What opara_verify finds of a controller, within limits of time and of memory, and so of states."""
    report = Path(folder) / "report.json"
    begun = time.monotonic()
    if begun >= end:
        return {"state": "no time"}
    result = run([verify, job.system.name, "--controller", controller, "--property", job.system.property, "--threads", "1",
                  "--report", report, *job.system.verify], min(begun + VERIFY_LIMIT, end), VERIFY_MEMORY)
    row = {k: result[k] for k in ("seconds", "cpu_s", "memory_mb")}
    if result["code"] not in (0, 1) or not report.exists():
        return {"state": "killed" if result["code"] is None else "failed", **row, "said": result["said"]}
    found = json.loads(report.read_text(encoding="utf-8"))
    return {"state": "done", **row, **{k: found[k] for k in ("property", "verdict", "states", "transitions") if k in found}}


def row_of(job, programs, end):
    row = {"system": job.system.name, "study": job.study, "abstract": job.factor is not None, "factor": job.factor,
           "widths": job.widths, "seed": job.seed, "options": job.options()}
    if time.monotonic() >= end:
        return {**row, "training": {"state": "no time"}}
    with tempfile.TemporaryDirectory() as folder:
        row["training"], controller = trained(job, programs[0], folder, end)
        if job.check and controller is not None:
            row["check"] = checked(job, programs[1], controller, folder, end)
    return row


def machine():
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


def versions(train):
    found = {"python": platform.python_version()}
    compiler = re.search(rb"GCC: \([^)]*\) [0-9.]+|clang version [0-9.]+", Path(train).read_bytes())
    found["compiler"] = compiler.group(0).decode() if compiler else ""
    linked = subprocess.run(["ldd", train], capture_output=True, text=True, check=False).stdout
    torch = re.search(r"=> (\S*libtorch_cpu\S*)", linked)
    library = Path(torch.group(1)).resolve() if torch else Path()
    told = library.parent.parent / "version.py"
    version = re.search(r"__version__ = '([^']*)'", told.read_text(encoding="utf-8")) if told.exists() else None
    found["libtorch"] = version.group(1) if version else library.name.partition(".so.")[2]
    here = Path(__file__).resolve().parent
    commit = subprocess.run(["git", "-C", str(here), "describe", "--always", "--dirty"], capture_output=True, text=True,
                            check=False)
    found["commit"] = commit.stdout.strip() if commit.returncode == 0 else ""
    return found


def written(path, data):
    """The rows one a line, and all or nothing."""
    head = json.dumps({k: v for k, v in data.items() if k != "runs"}, indent=1, ensure_ascii=False)[:-2]
    rows = ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in data["runs"])
    part = path.with_name(path.name + ".part")
    part.write_text(f'{head},\n "runs": [\n{rows}\n]}}\n', encoding="utf-8")
    part.replace(path)


def told(done, total, row):
    t, c = row["training"], row.get("check", {})
    print(f"{done}/{total} {row['system']} {'cells x ' + str(row['factor']) if row['abstract'] else 'states'} seed "
          f"{row['seed']}: {t.get('end', t['state'])} {t.get('cpu_s', '')} s, reward {t.get('reward', {}).get('mean', '')} "
          f"{t.get('said', '')} | {c.get('verdict', c.get('state', ''))} {c.get('states', '')} {c.get('said', '')}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description="Records trainings with and without abstraction.")
    parser.add_argument("train")
    parser.add_argument("verify")
    parser.add_argument("out", type=Path)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--budget", type=float, default=float("inf"))
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=10)
    a = parser.parse_args()
    jobs = jobs_of(a.only, a.seeds)
    if not jobs or a.jobs < 1 or a.seeds < 1:
        sys.exit(f"nothing to do; --only takes a part of: {' '.join(s.name for s in SYSTEMS)}")
    begun = time.monotonic()
    data = {"machine": machine(), "versions": versions(a.train), "jobs": a.jobs,
            "budget_s": None if a.budget == float("inf") else a.budget, "seconds": 0,
            "systems": [{"name": s.name, "title": s.title, "published": s.published, "widths": s.widths,
                         "property": s.property, "verify": s.verify} for s in SYSTEMS],
            "runs": []}
    written(a.out, data)  # that it cannot be written is known at once
    results, lock, waiting = {}, threading.Lock(), iter(enumerate(jobs))

    def save():
        data["seconds"] = round(time.monotonic() - begun, 1)
        data["runs"] = [results[k] for k in sorted(results)]
        written(a.out, data)

    def work():
        saved = begun
        while True:
            with lock:
                k, job = next(waiting, (None, None))
            if job is None:
                return
            try:
                row = row_of(job, (a.train, a.verify), begun + a.budget)
            except Exception as problem:  # one run's trouble shall not end the others
                row = {"system": job.system.name, "study": job.study, "abstract": job.factor is not None,
                       "factor": job.factor, "widths": job.widths, "seed": job.seed, "options": job.options(),
                       "training": {"state": "failed", "said": repr(problem)[:300]}}
            with lock:
                results[k] = row
                told(len(results), len(jobs), row)
                if time.monotonic() - saved > 5:
                    saved = time.monotonic()
                    save()

    threads = [threading.Thread(target=work) for _ in range(a.jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    save()


if __name__ == "__main__":
    main()
