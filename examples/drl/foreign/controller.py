"""Policies of Stable-Baselines3 as controllers in the JSON that opara_verify reads."""

import json

import numpy
import torch


def _layers(modules):
    """The linear layers of a network, and the names of the functions after them."""
    layers, functions = [], []
    names = {torch.nn.Tanh: "tanh", torch.nn.ReLU: "relu", torch.nn.Sigmoid: "sigmoid"}
    for module in modules:
        if isinstance(module, torch.nn.Linear):
            layers.append((module.weight.detach().numpy().astype(float), module.bias.detach().numpy().astype(float)))
            functions.append("identity")
        elif type(module) in names and layers:
            functions[-1] = names[type(module)]
        elif not isinstance(module, (torch.nn.Flatten, torch.nn.Identity)):
            raise ValueError(f"a controller has no layer like {module}")
    return layers, functions


def network_of(model):
    """Layers, functions and head of a model's policy without exploration.

    A DQN chooses the action of the largest value, a PPO that of the largest logit; the actors of DDPG, TD3 and SAC end in
    tanh, and stand for a control between its bounds.
    """
    kind = type(model).__name__
    policy = model.policy
    if kind == "DQN":
        return *_layers(policy.q_net.q_net), "argmax"
    if kind == "PPO" and hasattr(model.action_space, "n"):
        return *_layers([*policy.mlp_extractor.policy_net, policy.action_net]), "argmax"
    if kind in ("DDPG", "TD3"):
        return *_layers(policy.actor.mu), "scaled"
    if kind == "SAC":
        return *_layers([*policy.actor.latent_pi, policy.actor.mu, torch.nn.Tanh()]), "scaled"
    raise ValueError(f"the policy of {kind} is no perceptron whose outputs are an action (PPO with controls clips them)")


def controller_of(model, environment, name):
    """A model that was trained in an `opara_gymnasium.CellEnvironment`, as the document of a controller file."""
    layers, functions, head = network_of(model)
    hidden = set(functions[:-1])
    if len(hidden) > 1:
        raise ValueError(f"a controller's hidden layers have one function, not {sorted(hidden)}")
    if environment.normalised:  # bound -> 2 (bound - lower) / width - 1, which the first layer takes up
        weight, bias = layers[0]
        lower = numpy.tile(environment.lower, 2)
        width = numpy.tile(environment.upper - environment.lower, 2)
        layers[0] = (2 * weight / width, bias - weight @ (2 * lower / width + 1))
    scale, offset = 1.0, 0.0
    if head == "scaled":
        low, high = environment.action_space.low.astype(float), environment.action_space.high.astype(float)
        if len(set(low)) > 1 or len(set(high)) > 1:
            raise ValueError("a controller's controls all have the same bounds")
        scale, offset = (high[0] - low[0]) / 2, (high[0] + low[0]) / 2

    def single(numbers):
        return [float(x) for x in numpy.asarray(numbers, dtype=numpy.float32)]

    return {"name": name, "system": environment.system, "activation": hidden.pop() if hidden else "identity",
            "output_activation": functions[-1], "head": head, "output_scale": scale, "output_offset": offset,
            "state_space": [list(environment.lower), list(environment.upper)],
            "granularity": list(environment.widths),
            "layers": [{"weight": [single(row) for row in w], "bias": single(b)} for w, b in layers]}


def action_of(controller, bounds):
    """What such a controller does in a cell: the number of an action, or a list of controls."""
    functions = {"identity": lambda x: x, "tanh": numpy.tanh, "relu": lambda x: numpy.maximum(x, 0),
                 "sigmoid": lambda x: 1 / (1 + numpy.exp(-x))}
    x = numpy.asarray(bounds, dtype=float)
    for layer in controller["layers"]:
        last = layer is controller["layers"][-1]
        x = functions[controller["output_activation" if last else "activation"]](
            numpy.asarray(layer["weight"]) @ x + numpy.asarray(layer["bias"]))
    if controller["head"] == "argmax":
        return int(numpy.argmax(x))
    return controller["output_scale"] * x + controller["output_offset"]


def write(controller, path):
    """Writes the file."""
    path.write_text(json.dumps(controller, indent=1) + "\n", encoding="utf-8")
