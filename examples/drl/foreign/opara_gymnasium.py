"""The benchmark systems, seen through the cells of a grid, as a Gymnasium environment: any agent that speaks Gymnasium
trains on abstract states. It calls libopara_environments.so, which CMake builds from environments.cpp."""

import ctypes

import gymnasium
import numpy

_pointer = ctypes.POINTER(ctypes.c_double)


class OparaError(RuntimeError):
    """What the library complains of."""


def _load(path):
    library = ctypes.CDLL(str(path))
    handle, size, integer = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    flag = ctypes.POINTER(ctypes.c_int)
    for name, result, arguments in (
            ("opara_last_error", ctypes.c_char_p, []),
            ("opara_systems", ctypes.c_char_p, []),
            ("opara_environment_new", handle, [ctypes.c_char_p, _pointer, size, integer]),
            ("opara_environment_delete", None, [handle]),
            ("opara_dimensions", size, [handle]),
            ("opara_grid", None, [handle, _pointer, _pointer, _pointer]),
            ("opara_choices", size, [handle]),
            ("opara_controls", size, [handle]),
            ("opara_control_bounds", None, [handle, _pointer, _pointer]),
            ("opara_reset", integer, [handle, ctypes.c_uint64, _pointer]),
            ("opara_step", integer, [handle, _pointer, _pointer, _pointer, flag, flag])):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


def _address(array):
    return array.ctypes.data_as(_pointer)


class CellEnvironment(gymnasium.Env):
    """A system whose state the agent does not see, but the bounds [l1..ln, u1..un] of the cell that holds it.

    library: the path of libopara_environments.so
    widths: of the cells, one a dimension; None: the published grid
    normalised: bounds between -1 and 1 over the grid's domain (else as they are)
    Raises OparaError where there is no such system or grid, an action is none, or a state leaves the grid.
    """

    metadata = {"render_modes": []}

    def __init__(self, library, system, widths=None, normalised=True):
        self._library = _load(library)
        given = None if widths is None else numpy.array(widths, dtype=numpy.float64)
        self._handle = self._library.opara_environment_new(
            system.encode(), None if given is None else _address(given), 0 if given is None else len(given), normalised)
        if not self._handle:
            raise OparaError(self._library.opara_last_error().decode())
        self.system = system
        self.normalised = normalised
        n = self._library.opara_dimensions(self._handle)
        self.lower, self.upper, self.widths = (numpy.zeros(n) for _ in range(3))
        self._library.opara_grid(self._handle, _address(self.lower), _address(self.upper), _address(self.widths))
        bound = (numpy.full(2 * n, -1.0), numpy.full(2 * n, 1.0))
        if not normalised:
            bound = (numpy.tile(self.lower, 2), numpy.tile(self.upper, 2))
        self.observation_space = gymnasium.spaces.Box(*(b.astype(numpy.float32) for b in bound))
        choices = self._library.opara_choices(self._handle)
        if choices:
            self.action_space = gymnasium.spaces.Discrete(choices)
        else:
            controls = self._library.opara_controls(self._handle)
            low, high = numpy.zeros(controls), numpy.zeros(controls)
            self._library.opara_control_bounds(self._handle, _address(low), _address(high))
            self.action_space = gymnasium.spaces.Box(low.astype(numpy.float32), high.astype(numpy.float32))
        self._observation = numpy.zeros(2 * n)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        start = int(self.np_random.integers(2**63))
        self._require(self._library.opara_reset(self._handle, start, _address(self._observation)))
        return self._seen(), {}

    def step(self, action):
        numbers = numpy.atleast_1d(numpy.asarray(action, dtype=numpy.float64)).copy()
        expected = (1,) if isinstance(self.action_space, gymnasium.spaces.Discrete) else self.action_space.shape
        if numbers.shape != expected:
            raise OparaError(f"an action has {numbers.size} numbers instead of {expected[0]}")
        reward = ctypes.c_double()
        terminated, truncated = ctypes.c_int(), ctypes.c_int()
        self._require(self._library.opara_step(self._handle, _address(numbers), _address(self._observation),
                                               ctypes.byref(reward), ctypes.byref(terminated), ctypes.byref(truncated)))
        return self._seen(), reward.value, bool(terminated.value), bool(truncated.value), {}

    def close(self):
        if self._handle:
            self._library.opara_environment_delete(self._handle)
            self._handle = None

    def __del__(self):
        if getattr(self, "_handle", None):
            self.close()

    def _seen(self):
        return self._observation.astype(numpy.float32)

    def _require(self, code):
        if code != 0:
            raise OparaError(self._library.opara_last_error().decode())
