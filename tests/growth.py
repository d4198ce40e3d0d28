"""How the cost of a text grows with its length: a ratio, which a slow or busy machine leaves as it is."""

import time
from collections.abc import Callable

SHORT, LONG = 10_000, 80_000
#: Between 8 (in step) and 64 (quadratic), where noise of the machine leads neither to.
TOO_STEEP = 24.0


def assert_grows_in_step(work: Callable[[str], object], unit: str) -> None:
    """Eight times the text costs this thread about eight times the processor; unbounded search costs 64 times."""
    costs = [_cost(work, unit * (length // len(unit))) for length in (SHORT, LONG)]

    assert costs[1] < TOO_STEEP * max(costs[0], 0.001), costs


def _cost(work: Callable[[str], object], source: str) -> float:
    """The least of three, in seconds of this thread: what others in the process do is not counted."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        work(source)
        times.append(time.thread_time() - began)
    return min(times)
