#!/usr/bin/env python3
"""Writes the tables of docs/networks.md from what bench_cuda_networks measured.

usage: network_tables.py [--check] [RESULT.json [PAGE.md]]
"""

import math
import statistics
import sys

from page_tables import run, table


# Policies whose plans say the same to a device as the sequential one's, for noise.
AGAIN = "sequential again"


def geometric_mean(values):
    return math.exp(statistics.mean(math.log(v) for v in values))


def result(network, policy, variants="fastest", programmatic=False):
    return next(
        r for r in network["results"]
        if r["policy"] == policy and r["variants"] == variants and r["programmatic"] == programmatic
    )


def single(data):
    """The networks for one input at a time."""
    return [n for n in data["networks"] if n.get("batch", 1) == 1]


def operators_are(network):
    return "fused" if network["fused"] else "as is"


def ranks(values):
    """Ranks from 0, equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for i in order[begin:end]:
            result[i] = (begin + end - 1) / 2
        begin = end
    return result


def rank_correlation(x, y):
    """Spearman's."""
    return statistics.correlation(ranks(x), ranks(y)) if len(set(x)) > 1 and len(set(y)) > 1 else math.nan


def machine(data):
    m = data["machine"]
    return (
        f"{m['gpu']}, {m['sms']} SMs, CUDA runtime {m['cuda_runtime']}, driver API {m['cuda_driver']}, host compiler "
        f"{m['compiler']}, opara {m['opara']}; simulated as `{data['model']}`."
    )


def networks(data):
    rows = []
    for n in single(data):
        r = result(n, "sequential")
        rows.append([
            n["network"], operators_are(n), n["operators"], n["kernels"], n["width"],
            f"{n['sum_of_operators_us']:.0f}", f"{n['longest_path_us']:.0f}", f"{n['lower_bound_us']:.0f}",
            f"{r['period_us']['median']:.0f}",
            f"{max(r['distance_from_host'] for r in n['results']):.0e}",
        ])
    return table(["network", "operators are", "operators", "kernels", "width", "sum, us", "longest path, us", "lower bound, us",
                  "sequential, us", "from the host"], rows)


def speedup(r, what):
    s = r[what + "_speedup"]
    return f"{s['median']:.2f}"


def policies(data, fused, what):
    chosen = [n for n in single(data) if n["fused"] == fused]
    names = [r["policy"] for r in chosen[0]["results"] if r["variants"] == "fastest" and not r["programmatic"]]
    rows = []
    for name in names:
        each = [result(n, name) for n in chosen]
        mean = geometric_mean([r[what + "_speedup"]["median"] for r in each])
        rows.append([f"`{name}`"] + [f"{r[what + '_us']['median']:.1f} ({speedup(r, what)})" for r in each] + [f"{mean:.2f}"])
    return table(["policy"] + [n["network"] for n in chosen] + ["mean"], rows)


def simulated(data):
    rows = []
    for n in data["networks"]:
        policies = [r for r in n["results"] if "simulated_us" in r and r["variants"] == "fastest" and r["policy"] != AGAIN]
        errors = {r["policy"]: r["simulated_us"] / r["period_us"]["median"] - 1 for r in policies}
        # Every plan with whole edges whose time was measured, those that a search measured first included.
        pairs = [(r["simulated_us"], r["period_us"]["median"]) for r in policies]
        for s in n.get("searches", []):
            if not s["programmatic"]:
                pairs += [(f["simulated_us"], f["period_us"]) for f in s["finalists"]]
        size = statistics.median(abs(x / y - 1) for x, y in pairs)
        worst = max(errors.items(), key=lambda e: abs(e[1]))
        simulated_best = min(policies, key=lambda r: r["simulated_us"])
        best = min(policies, key=lambda r: r["period_us"]["median"])
        rows.append([n["network"], operators_are(n), n.get("batch", 1), len(pairs), f"{100 * errors['sequential']:+.1f} %",
                     f"{100 * size:.1f} %", f"{rank_correlation(*zip(*pairs)):.2f}",
                     f"`{worst[0]}` {100 * worst[1]:+.1f} %", f"`{simulated_best['policy']}`", f"`{best['policy']}`",
                     f"{100 * (simulated_best['period_us']['median'] / best['period_us']['median'] - 1):.1f} %"])
    return table(["network", "operators are", "batch", "plans", "sequential: error", "median error", "rank correlation",
                  "largest error of a policy", "best as simulated", "best as measured", "what that choice loses"], rows)


def batches(data):
    """Policies against one operator after another as the batch grows."""
    chosen = ["nimble", "opara", "earliest_finish"]
    rows = []
    for n in data["networks"]:
        if n["network"] != "inception_v3":
            continue
        sequential = result(n, "sequential")
        best = min((r for r in n["results"] if r["policy"] not in ("sequential", AGAIN) and r["variants"] != "searched"),
                   key=lambda r: r["period_us"]["median"])
        again = result(n, AGAIN)["period_speedup"]["median"]
        rows.append([operators_are(n), n.get("batch", 1), f"{sequential['period_us']['median']:.0f}", f"{again:.3f}"]
                    + [speedup(result(n, p), "period") for p in chosen]
                    + [speedup(result(n, "earliest_finish", "sparing", True), "period"),
                       f"{speedup(best, 'period')}, `{best['policy']}`", f"{best['period_us']['median'] / n['lower_bound_us']:.2f}"])
    return table(["operators are", "batch", "sequential, us", "the same again"] + [f"`{p}`" for p in chosen]
                 + ["`earliest_finish`, sparing, programmatic", "best", "best over the lower bound"], rows)


def costs_of_planning(data):
    """What it takes to get a plan, and what memory it then needs."""
    names = ["rammer", "nimble", "ios", "opara", "earliest_finish"]
    rows = []
    for n in single(data):
        sequential = result(n, "sequential")["peak_bytes"]
        most = max((r for r in n["results"] if r["policy"] != AGAIN), key=lambda r: r["peak_bytes"])
        rows.append([n["network"], operators_are(n), f"{n['tuning_s']:.1f} s", f"{n['profiling_s']:.2f} s"]
                    + [f"{result(n, p)['planning_ms']:.2g}" for p in names]
                    + [f"{sequential / 1e6:.2f}", f"{result(n, 'opara')['peak_bytes'] / sequential:.2f}",
                       f"`{most['policy']}` {most['peak_bytes'] / sequential:.2f}"])
    return table(["network", "operators are", "tuning", "profiling"] + [f"`{p}`, ms" for p in names]
                 + ["peak of the sequential plan, MB", "`opara` over it", "the most over it"], rows)


def variants(data):
    rows = []
    for n in single(data):
        if not n["fused"]:
            continue
        for policy in ("sequential", "nimble", "opara", "earliest_finish"):
            cells = [n["network"], f"`{policy}`"]
            for kind, programmatic in (("model", False), ("fastest", False), ("sparing", False), ("fastest", True),
                                       ("sparing", True)):
                cells.append(f"{result(n, policy, kind, programmatic)['period_us']['median']:.1f}")
            rows.append(cells)
    return table(["network", "policy", "as estimated", "fastest alone", "sparing", "fastest, programmatic",
                  "sparing, programmatic"], rows)


NO_SEARCHES = "*The results hold no searches yet.*"


def row_of(network, policy, programmatic):
    """A row of a network by its policy and its edges, or None."""
    return next((r for r in network["results"]
                 if r["policy"] == policy and r["variants"] == "searched" and r["programmatic"] == programmatic), None)


def searched(data):
    """What searching is worth: periods in us, and in parentheses how many times as fast as the best policy."""
    if not any("searches" in n for n in data["networks"]):
        return NO_SEARCHES
    rows = []
    ratios = {}
    for n in data["networks"]:
        if "searches" not in n:
            continue
        for programmatic in (False, True):
            policies = [r for r in n["results"] if r["programmatic"] == programmatic and r["variants"] == "fastest"
                        and r["policy"] not in ("sequential", AGAIN)]
            best = min(policies, key=lambda r: r["period_us"]["median"])
            cells = [n["network"], operators_are(n), "programmatic" if programmatic else "whole",
                     f"{result(n, 'sequential', 'fastest', programmatic)['period_us']['median']:.1f}",
                     f"`{best['policy']}` {best['period_us']['median']:.1f}"]
            for name in ("searched_simulated", "searched_measured"):
                us = row_of(n, name, programmatic)["period_us"]["median"]
                ratio = best["period_us"]["median"] / us
                ratios.setdefault((n["fused"], programmatic, name), []).append(ratio)
                cells.append(f"{us:.1f} ({ratio:.2f})")
            s = next(s for s in n["searches"] if s["programmatic"] == programmatic)
            cells.append(f"{s['policy']['simulated_us'] / s['searched_simulated']['simulated_us']:.2f}")
            cells.append(f"{s['accepted']} of {s['tried']}")
            rows.append(cells)
    for fused, programmatic in dict.fromkeys((fused, programmatic) for fused, programmatic, _ in ratios):
        means = [geometric_mean(ratios[fused, programmatic, name])
                 for name in ("searched_simulated", "searched_measured")]
        rows.append(["mean", "fused" if fused else "as is", "programmatic" if programmatic else "whole", "", ""]
                    + [f"({mean:.2f})" for mean in means] + ["", ""])
    return table(["network", "operators are", "edges", "sequential", "best policy", "searched in simulation",
                  "searched by measurement", "gain in simulation", "changes kept"], rows)


def joint(data):
    """Everything together: the best policy with the kernels that are fastest alone, against the best searched plan."""
    rows = []
    for n in data["networks"]:
        if "searches" not in n:
            continue
        plain = [r for r in n["results"] if not r["programmatic"] and r["variants"] == "fastest"]
        best = min(plain, key=lambda r: r["period_us"]["median"])
        found = min((row_of(n, "searched_measured", p) for p in (False, True)), key=lambda r: r["period_us"]["median"])
        sequential = result(n, "sequential")["period_us"]["median"]
        us = found["period_us"]["median"]
        rows.append([n["network"], operators_are(n), f"`{best['policy']}` {best['period_us']['median']:.1f}",
                     f"{us:.1f}", "programmatic" if found["programmatic"] else "whole",
                     f"{best['period_us']['median'] / us:.2f}", f"{sequential / us:.2f}"])
    if not rows:
        return NO_SEARCHES
    return table(["network", "operators are", "best policy, whole edges", "searched by measurement", "edges",
                  "over the policy", "over one operator after another"], rows)


TABLES = {
    "machine": machine,
    "networks": networks,
    "fused_period": lambda d: policies(d, True, "period"),
    "fused_latency": lambda d: policies(d, True, "latency"),
    "framework_period": lambda d: policies(d, False, "period"),
    "simulated": simulated,
    "costs": costs_of_planning,
    "batches": batches,
    "variants": variants,
    "searched": searched,
    "joint": joint,
}


if __name__ == "__main__":
    sys.exit(run(TABLES, "cuda_networks.json", "networks.md", sys.argv[1:]))
