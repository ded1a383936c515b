"""What bench/training.py trains and checks. Not a program.

The six systems are those of Jin et al., "Trainify", CAV 2022, in its discretisation. Seconds are guesses, for an order and for limits.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class System:
    name: str
    title: str
    widths: tuple  # of the published grid's cells
    factors: tuple  # the grids of the sensitivity study: these multiples of `widths`
    property: str  # what opara_verify is asked for
    guess: float  # seconds of CPU a training takes
    limit: float  # seconds on the clock that a training may take
    train: tuple = ()  # options of opara_train, with and without abstraction
    verify: tuple = ()  # options of opara_verify
    verify_guess: float = field(default=5)


SYSTEMS = (
    System("b1_trainify", "B1", (0.01, 0.01), (0.5, 1, 2, 4, 8), "reach", 4, 40,
           train=("--criterion", "-120,-130")),
    System("b2_trainify", "B2", (0.01, 0.01), (0.5, 1, 2, 4, 8), "reach", 8, 40,
           train=("--criterion", "-25,-30")),
    System("mountain_car", "Mountain Car", (0.01, 0.001), (0.5, 1, 2, 4, 8), "success", 60, 100,
           train=("--observe", "normalised", "--criterion", "-110,-130")),
    System("pendulum", "Pendulum", (0.16, 0.16, 0.01), (0.25, 0.5, 1, 1.5, 2), "upright", 60, 200,
           verify=("--steps", "50"), verify_guess=20),
    System("cart_pole", "CartPole", (0.16, 0.02, 0.016, 0.02), (0.5, 1, 2, 4, 8), "balanced", 30, 75,
           train=("--agent", "ppo", "--environments", "8"), verify=("--steps", "20"), verify_guess=20),
    System("tora_stay", "Tora", (0.1, 0.1, 0.1, 0.1), (0.5, 1, 2, 5, 10), "stay", 5, 40,
           verify=("--steps", "20"), verify_guess=10),
)

SENSITIVITY_SEEDS = 3
VERIFY_LIMIT = 40  # seconds on the clock
VERIFY_MEMORY = 5 * 2**30  # bytes: this many states fit


@dataclass
class Job:
    """A training, and a check of what comes out if `check` says so."""

    system: System
    study: str  # "performance" or "sensitivity"
    factor: float | None  # of the widths; None: no cells
    seed: int
    check: bool

    @property
    def guess(self):
        return self.system.guess + (self.system.verify_guess if self.check else 0)

    @property
    def widths(self):
        return None if self.factor is None else [float(f"{w * self.factor:.6g}") for w in self.system.widths]

    def options(self):
        s = self.system
        if self.factor is None:
            return [*s.train, "--abstract", "none"]
        grid = [] if self.factor == 1 else ["--abstract", ",".join(f"{w:g}" for w in self.widths)]
        return [*s.train, *grid]


def jobs_of(only, seeds):
    """All of them: performance before sensitivity, so that a budget cuts the latter first, and the longest first.

    The published grid of the sensitivity study is that of the other one: its first seeds are checked, too.
    """
    performance, sensitivity = [], []
    for s in SYSTEMS:
        if only and only not in s.name:
            continue
        for seed in range(1, seeds + 1):
            performance.append(Job(s, "performance", 1, seed, seed <= SENSITIVITY_SEEDS))
            performance.append(Job(s, "performance", None, seed, False))
            if seed <= SENSITIVITY_SEEDS:
                sensitivity += [Job(s, "sensitivity", factor, seed, True) for factor in s.factors if factor != 1]
    return [*sorted(performance, key=lambda j: -j.guess), *sorted(sensitivity, key=lambda j: -j.guess)]
