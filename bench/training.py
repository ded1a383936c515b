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
import sys
import tempfile
import threading
import time
from pathlib import Path

from measuring import machine, run, versions, written
from training_plan import SYSTEMS, VERIFY_LIMIT, VERIFY_MEMORY, jobs_of

POINTS = 60  # of a learning curve, at most
JUDGING = 60  # seconds on the clock that a training may go on after its limit: for the last episode, judging and writing
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


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
                  "--out", folder], deadline, environment=ONE_THREAD)
    row = {"seconds": result.seconds, "cpu_s": result.cpu_s}
    logs = list(Path(folder).glob("*.log.json"))
    if result.code not in (0, 1) or not logs:
        return {"state": "killed" if result.code is None else "failed", **row, "said": result.said}, None
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
                  "--report", report, *job.system.verify], min(begun + VERIFY_LIMIT, end), VERIFY_MEMORY, ONE_THREAD)
    row = {"seconds": result.seconds, "cpu_s": result.cpu_s, "memory_mb": result.memory_mb}
    if result.code not in (0, 1) or not report.exists():
        return {"state": "killed" if result.code is None else "failed", **row, "said": result.said}
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
            "systems": [{"name": s.name, "title": s.title, "widths": s.widths,
                         "property": s.property, "verify": s.verify} for s in SYSTEMS],
            "runs": []}
    written(a.out, data, "runs")  # that it cannot be written is known at once
    results, lock, waiting = {}, threading.Lock(), iter(enumerate(jobs))

    def save():
        data["seconds"] = round(time.monotonic() - begun, 1)
        data["runs"] = [results[k] for k in sorted(results)]
        written(a.out, data, "runs")

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
