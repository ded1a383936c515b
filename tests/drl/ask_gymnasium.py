"""Takes the steps of a table with Gymnasium's environments, each from the state that the table says, and compares.

A line is NAME (MountainCar-v0, CartPole-v1, Pendulum-v1), the state, the action, the next state, the reward and whether
the episode is over; numbers as hexadecimal floats, lists with commas, fields with blanks between. Pendulum's states are
cosine, sine and speed.

usage: ask_gymnasium.py TABLE
"""

import math
import sys

import gymnasium
import numpy

TOLERANCE = 1e-12


def step(environment, name, state, action):
    """One step of the environment proper: its time limit, and the check of the state's type, are wrappers."""
    inner = environment.unwrapped
    inner.reset(seed=0)
    if name == "Pendulum-v1":
        inner.state = numpy.array([math.atan2(state[1], state[0]), state[2]])
        _, reward, terminated, _, _ = inner.step(numpy.array(action))
        angle, speed = inner.state
        return [math.cos(angle), math.sin(angle), speed], reward, terminated
    inner.state = tuple(state) if name == "MountainCar-v0" else numpy.array(state)
    _, reward, terminated, _, _ = inner.step(int(action[0]))
    return list(inner.state), reward, terminated


def main(table):
    environments, lines, worst = {}, 0, 0.0
    for line in open(table, encoding="utf-8"):
        name, *fields = line.split()
        state, action, after, (reward, over) = ([float.fromhex(x) for x in field.split(",")] for field in fields)
        if name not in environments:
            environments[name] = gymnasium.make(name)
        expected, expected_reward, terminated = step(environments[name], name, state, action)
        for ours, theirs in zip([*after, reward], [*expected, expected_reward], strict=True):
            error = abs(ours - theirs) / max(1.0, abs(theirs))
            worst = max(worst, error)
            if not error <= TOLERANCE:
                sys.exit(f"{name}: {state} under {action}: {after} for {reward}, not {expected} for {expected_reward}")
        if bool(over) != bool(terminated):
            sys.exit(f"{name}: {state} under {action}: over is {bool(over)}, not {terminated}")
        lines += 1
    print(f"{lines} steps of {' '.join(environments)} agree with gymnasium {gymnasium.__version__} to {worst:.1e}")


main(sys.argv[1])
