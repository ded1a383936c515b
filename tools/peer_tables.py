#!/usr/bin/env python3
"""Writes the tables of docs/peers.md from what bench/peers/pytorch.py measured.

usage: peer_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import sys

from page_tables import run, table

NAMES = {
    "eager": "PyTorch, one operator after another",
    "default": "PyTorch, `torch.compile`",
    "max-autotune": "PyTorch, `torch.compile`, max-autotune",
    "opara, best policy": "opara, best policy",
    "opara, searched": "opara, searched by measurement",
}


def machine(data):
    c = data["context"]
    return f"{c['gpu']}, PyTorch {c['torch']}, cuDNN {c['cudnn']}, {c['precision'].upper()}, batch {c['batch']}, {c['date']}."


def peers(data):
    networks = list(dict.fromkeys(r["network"] for r in data["results"]))
    found = {(r["network"], r["mode"]): r for r in data["results"]}
    modes = [m for m in NAMES if any((n, m) in found for n in networks)]
    rows = []
    for mode in modes:
        cells = []
        for n in networks:
            r = found.get((n, mode))
            compiled = found.get((n, "default"))
            cells.append(f"{r['queued_us']:.0f} ({compiled['queued_us'] / r['queued_us']:.2f})" if r else "")
        rows.append([NAMES[mode], *cells])
    return table(["a replay of the CUDA graph, us", *networks], rows)


TABLES = {"machine": machine, "peers": peers}

if __name__ == "__main__":
    sys.exit(run(TABLES, "peers_pytorch.json", "peers.md", sys.argv[1:]))
