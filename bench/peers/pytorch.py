#!/usr/bin/env python3
"""Times PyTorch on the networks of the zoo, as a user would run them: one operator after another in a CUDA Graph, and
compiled (torch.compile, inside a CUDA Graph, weights frozen).

    bench/peers/pytorch.py DESCRIBE --out FILE.json [--networks googlenet,...] [--batch N] [--precision tf32|fp16]
                           [--modes eager,default,max-autotune] [--seconds S]

DESCRIBE is the program describe_network, which tells the networks' operators; so both sides compute the same network,
with weights of their own. All graphs of a network are replayed in turn, so that they see the same GPU; the numbers are
medians of single replays and of replays queued behind each other, in us, by CUDA events.

Without a GPU (--check) every network is built and run once on the processor, with every shape compared.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import zlib

import torch
from torch.nn import functional


def same_padding(size, kernel, stride, out):
    total = max((out - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Network(torch.nn.Module):
    """The operators of a description, one call each."""

    def __init__(self, description, dtype, device):
        super().__init__()
        self.dtype = dtype
        self.device = device
        self.values = description["values"]
        self.steps = []
        self.inputs = description["inputs"]
        self.outputs = description["outputs"]
        self.check_shapes = False
        # Integers that an operator takes as a parameter stay in Python; tables that a kernel reads become buffers.
        self.known = {}
        for number, value in enumerate(self.values):
            if value["kind"] != "weight":
                continue
            if "data" in value:
                self.known[number] = value["data"]
                tensor = torch.tensor(value["data"], dtype=getattr(torch, value["type"])).reshape(value["dims"])
                tensor = tensor.to(dtype) if tensor.is_floating_point() else tensor
                self.register_buffer(f"v{number}", tensor.to(device))
            else:
                self.register_parameter(f"v{number}", torch.nn.Parameter(self.weight(value, dtype).to(device), False))
        for operator in description["operators"]:
            translate = getattr(self, "op_" + operator["type"].lower())
            self.steps.append((translate(operator), operator["inputs"], operator["outputs"]))
        # What nobody reads any more is let go, as in a program written by hand.
        last = {v: i for i, (_, inputs, _) in enumerate(self.steps) for v in inputs}
        self.dead = [[v for v in inputs if last[v] == i and v not in self.outputs]
                     for i, (_, inputs, _) in enumerate(self.steps)]

    @staticmethod
    def weight(value, dtype):
        generator = torch.Generator().manual_seed(zlib.crc32(value["name"].encode()))
        fan_in = 1
        for extent in value["dims"][1:]:
            fan_in *= extent
        if len(value["dims"]) <= 1:  # scales and variances must be positive
            return (0.5 + torch.rand(value["dims"], generator=generator)).to(dtype)
        return (torch.randn(value["dims"], generator=generator) / max(fan_in, 1) ** 0.5).to(dtype)

    def forward(self, *inputs):
        held = dict(zip(self.inputs, inputs))
        for i, (function, sources, targets) in enumerate(self.steps):
            arguments = [None if v < 0 else held[v] if v in held else getattr(self, f"v{v}") for v in sources]
            results = function(*arguments)
            results = results if isinstance(results, (tuple, list)) else (results,)
            for target, result in zip(targets, results):
                if target >= 0:
                    held[target] = result
                    if self.check_shapes and list(result.shape) != self.values[target]["dims"]:
                        raise ValueError(f"{self.values[target]['name']}: {list(result.shape)} and not "
                                         f"{self.values[target]['dims']}")
            for v in self.dead[i]:
                held.pop(v, None)
        return tuple(held[v] for v in self.outputs)

    # ---- one translation an operator type: takes the operator, gives a function of its inputs

    def dims(self, v):
        return self.values[v]["dims"]

    def window(self, operator, kernel):
        """Padding as functional.pad wants it, last axis first."""
        a = operator["attributes"]
        strides = a.get("strides", [1, 1])
        if a.get("auto_pad", "NOTSET").startswith("SAME"):
            size, out = self.dims(operator["inputs"][0])[2:], self.dims(operator["outputs"][0])[2:]
            pairs = [same_padding(size[d], kernel[d], strides[d], out[d]) for d in (0, 1)]
        else:
            pads = a.get("pads", [0, 0, 0, 0])
            pairs = [(pads[0], pads[2]), (pads[1], pads[3])]
        return strides, pairs

    def op_conv(self, operator):
        a = operator["attributes"]
        kernel = self.dims(operator["inputs"][1])[2:]
        strides, pairs = self.window(operator, kernel)
        groups = a.get("group", 1)
        if all(begin == end for begin, end in pairs):
            padding = [pairs[0][0], pairs[1][0]]
            return lambda x, w, b=None: functional.conv2d(x, w, b, strides, padding, 1, groups)
        pad = [*pairs[1], *pairs[0]]
        return lambda x, w, b=None: functional.conv2d(functional.pad(x, pad), w, b, strides, 0, 1, groups)

    def op_maxpool(self, operator):
        kernel = operator["attributes"]["kernel_shape"]
        strides, pairs = self.window(operator, kernel)
        ceil = bool(operator["attributes"].get("ceil_mode", 0))
        if all(begin == end for begin, end in pairs):
            padding = [pairs[0][0], pairs[1][0]]
            return lambda x: functional.max_pool2d(x, kernel, strides, padding, ceil_mode=ceil)
        pad = [*pairs[1], *pairs[0]]
        return lambda x: functional.max_pool2d(functional.pad(x, pad, value=float("-inf")), kernel, strides)

    def op_averagepool(self, operator):
        kernel = operator["attributes"]["kernel_shape"]
        strides, pairs = self.window(operator, kernel)
        count = bool(operator["attributes"].get("count_include_pad", 0))
        if all(begin == end for begin, end in pairs):
            padding = [pairs[0][0], pairs[1][0]]
            return lambda x: functional.avg_pool2d(x, kernel, strides, padding, count_include_pad=count)
        # Padded on one side more than on the other: what was added to the sum counts unless it is taken out again.
        pad = [*pairs[1], *pairs[0]]
        if count:
            return lambda x: functional.avg_pool2d(functional.pad(x, pad), kernel, strides)
        inside = functional.pad(torch.ones(1, 1, *self.dims(operator["inputs"][0])[2:]), pad)
        name = f"share{len(self.steps)}"
        self.register_buffer(name, (1.0 / functional.avg_pool2d(inside, kernel, strides)).to(self.device, self.dtype))
        return lambda x: functional.avg_pool2d(functional.pad(x, pad), kernel, strides) * getattr(self, name)

    def op_batchnormalization(self, operator):
        eps = operator["attributes"].get("epsilon", 1e-5)
        return lambda x, scale, bias, mean, variance: functional.batch_norm(x, mean, variance, scale, bias, eps=eps)

    def op_layernormalization(self, operator):
        eps = operator["attributes"].get("epsilon", 1e-5)
        shape = self.dims(operator["inputs"][1])
        return lambda x, scale, bias: functional.layer_norm(x, shape, scale, bias, eps)

    def op_gemm(self, operator):
        if operator["attributes"].get("transB", 0) != 1:
            raise ValueError(operator["name"] + ": a product with weights that are not transposed")
        return functional.linear

    def op_linear(self, _):
        return functional.linear

    def op_attention(self, operator):
        scale = operator["attributes"].get("scale")
        if scale is not None and abs(scale * self.dims(operator["inputs"][0])[-1] ** 0.5 - 1.0) > 1e-6:
            raise ValueError(operator["name"] + ": a scale of its own")
        return lambda q, k, v, bias=None: functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)

    def op_concat(self, operator):
        axis = operator["attributes"]["axis"]
        return lambda *x: torch.cat(x, axis)

    def op_flatten(self, operator):
        shape = self.dims(operator["outputs"][0])
        return lambda x: x.reshape(shape)

    def op_reshape(self, operator):
        shape = self.dims(operator["outputs"][0])
        return lambda x, _: x.reshape(shape)

    def op_unsqueeze(self, operator):
        shape = self.dims(operator["outputs"][0])
        return lambda x, *_: x.reshape(shape)

    def op_transpose(self, operator):
        order = operator["attributes"]["perm"]
        return lambda x: x.permute(order)

    def op_globalaveragepool(self, _):
        return lambda x: x.mean((2, 3), keepdim=True)

    def axes(self, operator):
        if len(operator["inputs"]) > 1:
            return self.known[operator["inputs"][1]]
        return operator["attributes"]["axes"]

    def op_reducesum(self, operator):
        axes, keep = self.axes(operator), bool(operator["attributes"].get("keepdims", 1))
        return lambda x, *_: x.sum(axes, keepdim=keep)

    def op_reducemean(self, operator):
        axes, keep = self.axes(operator), bool(operator["attributes"].get("keepdims", 1))
        return lambda x, *_: x.mean(axes, keepdim=keep)

    def op_split(self, operator):
        axis = operator["attributes"].get("axis", 0)
        sizes = [self.dims(v)[axis] for v in operator["outputs"]]
        return lambda x, *_: torch.split(x, sizes, axis)

    def op_gather(self, operator):
        axis = operator["attributes"].get("axis", 0)
        if axis == 0 and len(self.dims(operator["inputs"][0])) == 2:
            return lambda x, at: functional.embedding(at, x)
        if len(self.dims(operator["inputs"][1])) != 0:
            shape = self.dims(operator["outputs"][0])
            return lambda x, at: x.index_select(axis, at.reshape(-1)).reshape(shape)
        place = self.known[operator["inputs"][1]]
        place = place[0] if isinstance(place, list) else place
        return lambda x, _: x.select(axis, place)

    def op_pad(self, operator):
        pads = self.known[operator["inputs"][1]]
        rank = len(pads) // 2
        order = [p for d in reversed(range(rank)) for p in (pads[d], pads[d + rank])]
        return lambda x, *_: functional.pad(x, order)

    def op_softmax(self, operator):
        axis = operator["attributes"].get("axis", -1)
        return lambda x: torch.softmax(x, axis)

    def op_pow(self, operator):
        if self.known.get(operator["inputs"][1]) == [2.0]:
            return lambda x, _: x * x
        return torch.pow

    def op_dropout(self, _):
        return lambda x, *_: x

    def op_add(self, _):
        return torch.add

    def op_sub(self, _):
        return torch.sub

    def op_mul(self, _):
        return torch.mul

    def op_div(self, _):
        return torch.div

    def op_sqrt(self, _):
        return torch.sqrt

    def op_relu(self, _):
        return functional.relu

    def op_sigmoid(self, _):
        return torch.sigmoid

    def op_tanh(self, _):
        return torch.tanh

    def op_gelu(self, _):
        return functional.gelu

    def op_matmul(self, _):
        return torch.matmul


def sample_inputs(description, dtype, device):
    tensors = []
    for v in description["inputs"]:
        value = description["values"][v]
        if "data" in value:
            tensor = torch.tensor(value["data"], dtype=getattr(torch, value["type"])).reshape(value["dims"])
        else:
            tensor = torch.rand(value["dims"]).to(dtype)
        tensors.append(tensor.to(device))
    return tensors


def captured(function, inputs):
    """A CUDA graph of a call, after the calls that warm it up."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream), torch.no_grad():
        for _ in range(3):
            function(*inputs)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.no_grad(), torch.cuda.graph(graph):
        kept = function(*inputs)
    return graph, kept


def replay_us(graph, count):
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(count):
        graph.replay()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) * 1e3 / count


def measure(graphs, seconds):
    for graph in graphs.values():
        for _ in range(20):
            graph.replay()
    torch.cuda.synchronize()
    single = {mode: [] for mode in graphs}
    queued = {mode: [] for mode in graphs}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for mode, graph in graphs.items():
            single[mode] += [replay_us(graph, 1) for _ in range(5)]
            queued[mode].append(replay_us(graph, 20))
    return {mode: {"measured_us": statistics.median(single[mode]), "queued_us": statistics.median(queued[mode]),
                   "samples": len(single[mode])} for mode in graphs}


def ours(path, names):
    """What bench_cuda_networks measured of the fused networks in the same call: the best policy, and the best searched plan
    where there is one."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    rows = []
    for network in data["networks"]:
        if not network["fused"] or network.get("batch", 1) != 1 or network["network"] not in names:
            continue
        kinds = {"opara, best policy": [r for r in network["results"] if r["variants"] != "searched"],
                 "opara, searched": [r for r in network["results"] if r["policy"] == "searched_measured"]}
        for mode, plans in kinds.items():
            if plans:
                best = min(plans, key=lambda r: r["period_us"]["median"])
                rows.append({"network": network["network"], "mode": mode, "measured_us": best["latency_us"]["median"],
                             "queued_us": best["period_us"]["median"]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("describe", help="the program describe_network")
    parser.add_argument("--out", help="where the JSON goes")
    parser.add_argument("--networks", default="googlenet,inception_v3,nasnet_large,deepfm,bert_base,t5_small")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--precision", choices=["tf32", "fp16"], default="tf32")
    parser.add_argument("--modes", default="eager,default,max-autotune")
    parser.add_argument("--seconds", type=float, default=2.0, help="of measuring, for each network")
    parser.add_argument("--ours", help="the JSON that bench_cuda_networks wrote on the same machine just before")
    parser.add_argument("--check", action="store_true", help="only run every network once, on the processor")
    arguments = parser.parse_args()
    if not arguments.check and not arguments.out:
        parser.error("--out is missing")
    if not arguments.check and not torch.cuda.is_available():
        sys.exit("there is no CUDA device; --check needs none")

    device = "cpu" if arguments.check else "cuda"
    dtype = torch.float16 if arguments.precision == "fp16" else torch.float32
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    results = []
    for name in arguments.networks.split(","):
        described = subprocess.run([arguments.describe, name, str(arguments.batch)], check=True, capture_output=True)
        description = json.loads(described.stdout)
        network = Network(description, dtype, device).eval()
        inputs = sample_inputs(description, dtype, device)
        network.check_shapes = True
        with torch.no_grad():
            outputs = network(*inputs)
        network.check_shapes = False
        if not all(bool(torch.isfinite(o).all()) for o in outputs):
            sys.exit(f"{name}: an output is not finite")
        print(f"{name}: {len(network.steps)} operators, outputs {[list(o.shape) for o in outputs]}", flush=True)
        if arguments.check:
            continue
        graphs, kept, compile_s = {}, [], {}
        for mode in arguments.modes.split(","):
            begin = time.monotonic()
            function = network
            if mode != "eager":
                import torch._inductor.config as inductor

                inductor.freezing = True
                torch._dynamo.reset()
                torch._dynamo.config.cache_size_limit = 64
                no_graphs = "max-autotune-no-cudagraphs" if mode == "max-autotune" else mode
                function = torch.compile(network, mode=no_graphs, fullgraph=True)
            graph, result = captured(function, inputs)
            graphs[mode] = graph
            kept.append((function, result))
            compile_s[mode] = time.monotonic() - begin
            print(f"  {mode}: ready after {compile_s[mode]:.0f} s", flush=True)
        for mode, times in measure(graphs, arguments.seconds).items():
            results.append({"network": name, "mode": mode, **times, "compile_s": round(compile_s[mode], 1)})
            print(f"  {mode}: {times['measured_us']:.1f} us, queued {times['queued_us']:.1f} us", flush=True)
        # After each network, so that what was measured is there even if the next one takes too long.
        with open(arguments.out, "w", encoding="utf-8") as file:
            json.dump({"context": {"gpu": torch.cuda.get_device_name(), "torch": torch.__version__,
                                   "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(),
                                   "precision": arguments.precision, "batch": arguments.batch,
                                   "date": time.strftime("%Y-%m-%d")},
                       "results": results + (ours(arguments.ours, arguments.networks.split(",")) if arguments.ours else [])},
                      file, indent=1)


if __name__ == "__main__":
    main()
