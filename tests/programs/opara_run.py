"""opara_run as a user runs it: the table, the files it writes, and what it says when something is wrong."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv.pop(1))
POLICIES = [
    "sequential", "data_edges", "round_robin", "rammer", "torchsched", "nimble", "ios", "opara", "opara_published",
    "earliest_finish", "tensorrt_llm", "critical_first", "depth_first",
]


def run(*arguments, **how):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, **how)


class Program(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def ok(self, *arguments):
        result = run(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def report(self, *arguments):
        path = self.folder / "report.json"
        self.ok(*arguments, "--report", path)
        return json.loads(path.read_text())

    def refused(self, expected, *arguments, code=2):
        result = run(*arguments)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertIn(expected, result.stderr)
        self.assertEqual(result.stdout, "")


class Results(Program):
    def test_googlenet(self):
        report = self.report("googlenet")
        self.assertEqual(
            list(report),
            ["model", "batch", "fused", "merged", "operators", "edges", "width", "device", "sequential_us", "lower_bound_us",
             "policies", "best"],
        )
        self.assertEqual([report[k] for k in ("model", "batch", "operators", "width")], ["googlenet", 1, 197, 4])
        policies = {p["name"]: p for p in report["policies"]}
        self.assertEqual(list(policies), POLICIES)
        self.assertEqual((policies["opara"]["lanes"], policies["opara"]["waits"]), (28, 54))
        self.assertEqual((policies["nimble"]["lanes"], policies["nimble"]["waits"]), (4, 54))
        self.assertEqual((policies["sequential"]["lanes"], policies["sequential"]["waits"]), (1, 0))
        self.assertEqual(policies["sequential"]["speedup"], 1.0)
        for p in report["policies"]:
            self.assertGreaterEqual(p["latency_us"], report["lower_bound_us"], p)
            self.assertAlmostEqual(p["speedup"], report["sequential_us"] / p["latency_us"])
            self.assertGreaterEqual(p["peak_bytes"], policies["sequential"]["peak_bytes"], p)
        self.assertEqual(report["best"], min(report["policies"], key=lambda p: p["latency_us"])["name"])
        self.assertLess(policies["opara"]["latency_us"], policies["sequential"]["latency_us"])

    def test_the_searched_plan_is_the_best(self):
        path = self.folder / "report.json"
        plan = self.folder / "plan.json"
        lines = self.ok("googlenet", "--search", "0.5", "--report", path, "--plan", plan)
        report = json.loads(path.read_text())
        searched = report["policies"][-1]
        self.assertEqual([p["name"] for p in report["policies"]], [*POLICIES, "searched"])
        self.assertLess(searched["latency_us"], min(p["latency_us"] for p in report["policies"][:-1]))
        self.assertGreaterEqual(searched["latency_us"], report["lower_bound_us"])
        self.assertEqual(report["best"], "searched")
        self.assertGreaterEqual(report["search"]["seconds"], 0.5)
        self.assertGreater(report["search"]["steps"], report["search"]["parts"])
        self.assertIn(f"searched: {report['search']['steps']} moves", lines)
        self.assertEqual(json.loads(plan.read_text())["lanes"], searched["lanes"])

    def test_a_searched_plan_is_kept_and_taken_again(self):
        cache, path, plan = self.folder / "plans", self.folder / "report.json", self.folder / "plan.json"
        search = ("googlenet", "--policy", "sequential,opara", "--search", "0.3", "--plan-cache", cache, "--report", path)
        self.ok(*search, "--plan", plan)
        first = json.loads(path.read_text())
        (kept,) = cache.iterdir()
        stored = json.loads(kept.read_text())
        self.assertEqual(stored["plan"], json.loads(plan.read_text()))
        searched = first["policies"][-1]["latency_us"]
        self.assertAlmostEqual(stored["us"], searched, delta=1e-3 * searched)
        lines = self.ok(*search)
        again = json.loads(path.read_text())
        self.assertEqual(again["policies"], first["policies"])
        self.assertEqual(again["search"], {"taken_from": str(kept)})
        self.assertIn(f"searched before: the plan is from {kept}", lines)
        # For another batch, another device or fused operators it is no plan.
        for other in (("--batch", "2"), ("--device", "a100_pcie_40gb"), ("--fused",)):
            self.ok(*search, *other)
            self.assertIn("seconds", json.loads(path.read_text())["search"])
        self.assertEqual(len(list(cache.iterdir())), 4)
        kept.write_text(kept.read_text()[:1000])
        self.refused(str(kept), *search, code=1)
        self.refused("--plan-cache is where searched plans are kept", "googlenet", "--plan-cache", cache)

    def test_memory_is_bought_with_waits(self):
        options = ("bert_base", "--fused", "--policy", "sequential,opara,nimble")
        free = {p["name"]: p for p in self.report(*options)["policies"]}
        bounded = {p["name"]: p for p in self.report(*options, "--memory", "1.05")["policies"]}
        self.assertEqual(free["sequential"], bounded["sequential"])
        most = 1.05 * free["sequential"]["peak_bytes"]
        for name in ("opara", "nimble"):
            self.assertGreater(free[name]["peak_bytes"], most)
            self.assertLessEqual(bounded[name]["peak_bytes"], most)
            self.assertLess(bounded[name]["latency_us"], 1.02 * free[name]["latency_us"])
        report = self.folder / "report.json"
        lines = self.ok("googlenet", "--fused", "--policy", "opara", "--memory", "1", "--report", report)
        self.assertIn("budget_bytes", json.loads(report.read_text()))
        self.assertNotIn("--memory:", lines)  # all plans of GoogLeNet fit as they are
        lines = self.ok("deepfm", "--policy", "opara", "--memory", "1", "--report", report)
        found = json.loads(report.read_text())
        self.assertEqual("--memory: opara takes" in lines, found["policies"][0]["peak_bytes"] > found["budget_bytes"])
        for ratio in ("0.9", "much", "nan"):
            self.refused("--memory takes a ratio of at least 1", "bert_base", "--memory", ratio)

    def test_the_table_holds_what_the_report_holds(self):
        path = self.folder / "report.json"
        lines = self.ok("deepfm", "--report", path, "--policy", "sequential,opara,nimble").splitlines()
        report = json.loads(path.read_text())
        for p in report["policies"]:
            row = next(line.split() for line in lines if line.startswith(p["name"] + " "))
            self.assertEqual(row[1:5], [str(p["lanes"]), str(p["waits"]), f"{p['latency_us']:.1f}", f"{p['speedup']:.2f}"])
        self.assertTrue(any(line.startswith("best: " + report["best"]) for line in lines))

    def test_batch_and_fusion_change_the_network(self):
        plain = self.report("googlenet", "--policy", "sequential")
        batch = self.report("googlenet", "--policy", "sequential", "--batch", "8")
        fused = self.report("googlenet", "--policy", "sequential", "--fused")
        self.assertEqual((batch["batch"], batch["operators"]), (8, plain["operators"]))
        self.assertGreater(batch["sequential_us"], plain["sequential_us"])
        self.assertLess(fused["operators"], plain["operators"] / 2)
        self.assertLess(fused["sequential_us"], plain["sequential_us"])
        self.assertTrue(fused["fused"])
        merged = self.report("googlenet", "--policy", "sequential", "--merged")
        self.assertLess(merged["operators"], fused["operators"])
        self.assertEqual([r["merged"] for r in (plain, fused, merged)], [False, False, True])

    def test_devices_differ(self):
        times = {d: self.report("googlenet", "--policy", "sequential", "--device", d)["sequential_us"]
                 for d in ("rtx_2080_super", "a100_pcie_40gb", "h200")}
        self.assertGreater(times["rtx_2080_super"], times["a100_pcie_40gb"])
        self.assertGreater(times["a100_pcie_40gb"], times["h200"])

    def test_files(self):
        names = {kind: self.folder / kind for kind in ("timeline", "trace", "plan")}
        self.ok("googlenet", "--timeline", names["timeline"], "--trace", names["trace"], "--plan", names["plan"])
        picture = xml.etree.ElementTree.parse(names["timeline"]).getroot()
        self.assertTrue(picture.tag.endswith("svg"))
        trace = json.loads(names["trace"].read_text())
        events = trace["traceEvents"] if isinstance(trace, dict) else trace
        self.assertGreaterEqual(sum(e.get("ph") == "X" for e in events), 150)
        plan = json.loads(names["plan"].read_text())
        self.assertEqual(sum(c["do"] == "launch" for c in plan["commands"]), 197)
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.endswith(".partial")], [])

    def test_the_host_repeats_the_sequential_run(self):
        report = self.report("deepfm", "--backend", "host", "--threads", "3", "--policy", "opara,nimble,ios,rammer")
        host = report["host"]
        self.assertEqual((host["threads"], host["max_relative_difference"]), (3, 0))
        self.assertGreater(host["sequential_us"], 0)
        self.assertGreater(host["wall_us"], 0)
        self.assertNotIn("reference_difference", host)

    def test_the_gpu_repeats_the_sequential_run_or_is_missed_aloud(self):
        path = self.folder / "report.json"
        result = run("deepfm", "--fused", "--backend", "cuda", "--policy", "opara,nimble", "--report", path)
        if result.returncode != 0:
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, "--backend cuda: (there is no CUDA device|.*without the CUDA toolkit)")
            self.assertFalse(path.exists())
            return
        report = json.loads(path.read_text())
        self.assertEqual(report["cuda"]["max_relative_difference"], 0)
        self.assertLess(report["cuda"]["host_difference"], 0.01)
        for policy in report["policies"]:
            self.assertGreater(policy["queued_us"], 0)
            self.assertLessEqual(policy["measured_low_us"], policy["measured_us"])
            self.assertLessEqual(policy["measured_us"], policy["measured_high_us"])

    def test_the_gpu_is_searched_by_measurement_or_is_missed_aloud(self):
        path = self.folder / "report.json"
        result = run("googlenet", "--fused", "--backend", "cuda", "--policy", "sequential,opara", "--search", "8",
                     "--programmatic", "--report", path)
        if result.returncode != 0:
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertRegex(result.stderr, "--backend cuda: (there is no CUDA device|.*without the CUDA toolkit)")
            return
        report = json.loads(path.read_text())
        policies = {p["name"]: p for p in report["policies"]}
        self.assertEqual(list(policies), ["sequential", "opara", "searched", "searched_measured"])
        for policy in policies.values():
            self.assertEqual(policy["cuda_max_relative_difference"], 0, policy["name"])
            self.assertLess(policy["cuda_host_difference"], 0.01, policy["name"])
        self.assertLess(policies["searched_measured"]["queued_us"], policies["sequential"]["queued_us"])
        measured = report["search"]["measured"]
        self.assertGreater(measured["finalists"], 5)
        self.assertGreater(measured["tried"], measured["accepted"])
        self.assertLess(measured["searched_measured_to_sequential"]["high"], 1)
        self.assertIn("searched_measured gains", result.stdout)

    def test_the_gpu_computes_in_half_precision_or_is_missed_aloud(self):
        for precision in ("fp16", "bf16"):
            path = self.folder / f"{precision}.json"
            result = run("googlenet", "--fused", "--backend", "cuda", "--policy", "sequential,opara", "--precision",
                         precision, "--report", path)
            if result.returncode != 0:
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertRegex(result.stderr, "--backend cuda: (there is no CUDA device|.*without the CUDA toolkit)")
                return
            report = json.loads(path.read_text())
            self.assertEqual(report["cuda"]["precision"], precision)
            for policy in report["policies"]:
                self.assertEqual(policy["cuda_max_relative_difference"], 0, policy["name"])
                self.assertGreater(policy["cuda_host_difference"], 1e-5, policy["name"])

    def test_any_pair_of_policies(self):
        report = self.report("deepfm", "--policy", "round_robin+depth_first,by_level+smallest_demand", "--lanes", "3")
        self.assertEqual(report["policies"][0]["lanes"], 3)


class Mistakes(Program):
    def test_the_command_line(self):
        self.refused("which model? A network of the zoo (googlenet,")
        self.refused("'no_such_net' is neither a network of the zoo (googlenet", "no_such_net")
        for seconds in ("0", "-1", "soon", "1s", "nan", "inf"):
            self.refused("--search takes a number of seconds", "googlenet", "--search", seconds)
        self.refused("there is no option --policies", "googlenet", "--policies", "opara")
        self.refused("there is no policy 'oparra'; there are sequential,", "googlenet", "--policy", "opara,oparra")
        self.refused("there is no policy 'single+'", "googlenet", "--policy", "single+")
        self.refused("there is no device 'h300'; there are", "googlenet", "--device", "h300")
        self.refused("--batch takes a whole number from 1", "googlenet", "--batch", "0")
        self.refused("not '3x'", "googlenet", "--lanes", "3x")
        self.refused("--report needs a value", "googlenet", "--report")
        self.refused("one model at a time", "googlenet", "deepfm")
        self.refused("--backend is simulate, host or cuda", "googlenet", "--backend", "cuda2")
        self.refused("it needs --backend host or cuda", "googlenet", "--reference", "x.pb")
        self.refused("it needs --backend cuda", "googlenet", "--programmatic")
        self.refused("it needs --backend cuda", "googlenet", "--precision", "fp16")
        self.refused("--precision is tf32, fp16 or bf16, not 'fp8'", "googlenet", "--backend", "cuda", "--precision", "fp8")
        self.refused("it needs --backend host or cuda", "googlenet", "--input", "x.pb")
        self.refused("it needs --backend host", "googlenet", "--threads", "2")

    def test_an_unwritable_report_is_found_before_the_work_starts(self):
        self.refused("/no/such/folder/r.json", "nasnet_large", "--report", "/no/such/folder/r.json", code=1)
        self.refused("cannot", "nasnet_large", "--timeline", self.folder, code=1)
        path = self.folder / "both"
        self.refused(f"two files are to be written to {path}", "nasnet_large", "--report", path, "--plan", path, code=1)

    def test_an_output_may_have_the_name_of_a_network(self):
        result = run("googlenet", "--policy", "opara", "--report", "googlenet", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads((self.folder / "googlenet").read_text())["model"], "googlenet")

    def test_what_is_read_is_not_written_over(self):
        device = self.folder / "device.json"
        device.write_text("precious")
        self.refused(f"what is read from {device} would be written over", "googlenet", "--device", device,
                     "--report", device, code=1)
        self.assertEqual(device.read_text(), "precious")

    def test_a_table_that_is_lost_is_no_success(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "googlenet", "--policy", "opara"], stdout=full, stderr=subprocess.PIPE,
                                    text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not be written to the standard output: No space left on device", result.stderr)
        report = self.folder / "report.json"
        result = subprocess.run(f"{PROGRAM} googlenet --policy opara --report {report} >&-", shell=True,
                                stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not be written to the standard output: Bad file descriptor", result.stderr)
        self.assertFalse(report.exists())

    def test_no_escape_sequence_reaches_the_terminal(self):
        self.refused("'no?[31msuch' is neither a network of the zoo", "no\x1b[31msuch")

    def test_an_old_report_survives_a_failure(self):
        path = self.folder / "report.json"
        path.write_text("old")
        self.refused("", self.folder / "nothing.onnx", "--report", path)
        self.assertEqual(path.read_text(), "old")

    def test_files_that_are_not_what_they_should_be(self):
        bad = self.folder / "bad.onnx"
        bad.write_bytes(b"\x08\x03\x12\x04this is no model")
        self.refused("bad.onnx", bad, code=1)
        bad.write_bytes(b"")
        self.refused("bad.onnx", bad, code=1)
        device = self.folder / "device.json"
        device.write_text('{"name": "x", "sms": }')
        self.refused("device.json: JSON, line 1", "googlenet", "--device", device, code=1)
        tensor = self.folder / "input.pb"
        tensor.write_bytes(b"\xff\xff\xff")
        self.refused("input.pb", "googlenet", "--backend", "host", "--input", tensor, code=1)

    def test_help_is_complete(self):
        text = self.ok("--help")
        for option in ("--batch", "--fused", "--merged", "--input", "--reference", "--backend", "--device", "--policy", "--lanes",
                       "--report", "--timeline", "--trace", "--plan", "--threads", "--programmatic",
                       "--precision"):
            self.assertIn(f"  {option}", text)
        for name in POLICIES:
            self.assertIn(f"  {name} ", text)


if __name__ == "__main__":
    os.environ.pop("OMP_NUM_THREADS", None)
    unittest.main()
