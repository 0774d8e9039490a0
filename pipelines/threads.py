"""Chooses the number of threads with which torch computes: the fastest beside the computer's other programs.

The threads of one operation wait for each other at its end. Where another program keeps one of them from its core, all
of them wait: beside a busy program, all cores may be several times slower than one. So the number is measured: short
pieces of work are timed with each of some numbers of threads in turn, and the fastest is taken. ``settle`` decides for
a command, ``Adaptive`` again and again for a training.

A piece of work leaves nothing behind, so what a program computes changes only where the number of threads does.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

Work = Callable[[], None]

GAIN = 1.05  # times as fast another number must be to be taken, so that noise changes nothing
ROUNDS = 4  # in which each number takes its turn, at most, after one that warms up
PIECE_S = 0.03  # of one turn, at least: shorter work is repeated
FAR, CLEAR = 2.0, 1.25  # times as slow as the fastest in one round, and in two: that number is asked no further
SHARE = 0.01  # of the time that measuring may take where nothing hints at a change
SHARE_HINTED = 0.05  # and where something does
LEAST_S, LONGEST_S = 5.0, 300.0  # between two measurements that nothing hints at; doubled while nothing changes
HINT_S = 2.0  # over which steps and load are looked at
SLOWER = 1.3  # times as long, or as short, as steps took after the last measurement: a hint
MOVED = 0.4  # cores by which the load of other programs has changed: a hint
BUSY = 0.3  # cores that other programs take, from which on the computer is called busy

_torch_default = torch.get_num_threads()  # read at import, before anyone sets it
_review_at: float | None = None  # when settle() is done again


def cores() -> int:
    """Cores of this process's share of the machine, as torch counts them by default: ``OMP_NUM_THREADS`` at most."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _torch_default))


def rivals(now: int, most: int) -> list[int]:
    """What a number of threads is measured against: one more, one less, half and twice as many, within 1 to ``most``.

    The largest first, so that measuring begins with what needs the most cores.
    """
    return sorted({n for n in (now - 1, now + 1, now // 2, min(2 * now, most)) if 1 <= n <= most and n != now})[::-1]


def compare(numbers: Sequence[int], work: Work, rounds: int = ROUNDS) -> dict[int, float]:
    """Seconds that a piece of work takes with each number of threads: the median over rounds of taking turns.

    The first round is not counted: with a new number of threads, kernels are prepared anew. A number that is ``FAR``
    times as slow as the fastest, or ``CLEAR`` times in two rounds, is left out of further ones, so that a bad one costs
    little. The number of threads is left as it was.

    Args:
        numbers: of threads, each at least 1.
        work: leaves nothing behind.
        rounds: at most.
    """
    before, took = torch.get_num_threads(), {number: [] for number in numbers}
    asked = list(took)
    try:
        for number in asked:
            _timed(number, work)
        for round_ in range(rounds):
            for number in asked:
                took[number].append(_timed(number, work))
            best = min(map(min, took.values()))
            limit = (CLEAR if round_ else FAR) * best
            asked = [number for number in asked if min(took[number]) <= limit]
            if len(asked) == 1:
                break
    finally:
        torch.set_num_threads(before)
    return {number: statistics.median(each) for number, each in took.items()}


def _timed(number: int, work: Work) -> float:
    """Seconds of a piece of work with a number of threads, the mean over ``PIECE_S``."""
    torch.set_num_threads(number)
    start, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - start) < PIECE_S or not done:
        work()
        done += 1
    return passed / done


def fastest(took: dict[int, float], now: int) -> int:
    """The number of threads to take: the fastest, or ``now`` where none is ``GAIN`` times as fast as it."""
    best = min(took, key=took.__getitem__)
    return best if took[best] * GAIN <= took[now] else now


def climb(now: int, most: int, work: Work, compare: Callable[..., dict[int, float]] = compare) -> int:
    """From a number of threads to the fastest, by as many comparisons as bring an improvement."""
    tried = {now}
    while new := [number for number in rivals(now, most) if number not in tried]:
        tried.update(new)
        better = fastest(compare([now, *new], work), now)
        if better == now:
            break
        now = better
    return now


def settle(again: bool = False) -> int:
    """Let torch take the number of threads that is fastest at this moment; takes a few tenths of a second.

    The measured work is a convolution of the size that the project's networks have.

    Args:
        again: whether ``review`` may change the number later.

    Returns:
        The number.
    """
    global _review_at
    start = time.monotonic()
    if (most := cores()) > 1:
        torch.set_num_threads(climb(min(torch.get_num_threads(), most), most, _convolution))
    now = time.monotonic()
    _review_at = now + max(LEAST_S, (now - start) / SHARE) if again and most > 1 else None
    return torch.get_num_threads()


def review() -> None:
    """To be called now and then by work of unknown length: settles again after some time, where a command wants it."""
    if _review_at is not None and time.monotonic() > _review_at:
        settle(again=True)


@torch.inference_mode()
def _convolution() -> None:
    F.conv2d(torch.ones(32, 32, 14, 14), torch.ones(32, 32, 3, 3), padding=1)


def in_words(number: int, most: int, others: float | None) -> str:
    """``1 of 2 threads: this computer is busy``, or that more are no faster, by how many cores others take."""
    busy = others is not None and others >= BUSY
    return f"{number} of {most} threads: " + ("this computer is busy" if busy else "more are no faster")


class Load:
    """How many cores other programs take, over the time since it was last asked; None where the system does not say."""

    def __init__(self) -> None:
        self._last = self._read()

    def others(self) -> float | None:
        """Cores, >= 0."""
        before, self._last = self._last, self._read()
        if before is None or self._last is None or (passed := self._last[0] - before[0]) <= 0:
            return None
        return max(0.0, (self._last[1] - before[1]) / passed)

    @staticmethod
    def _read() -> tuple[float, float] | None:
        """Now, and the processor seconds that others have taken so far."""
        try:
            with open("/proc/stat", encoding="ascii") as file:
                user, nice, system, _, _, irq, soft, steal = map(int, file.readline().split()[1:9])
            ticks = os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, AttributeError):
            return None
        own = sum(os.times()[:2])
        return time.monotonic(), (user + nice + system + irq + soft + steal) / ticks - own


@dataclass(frozen=True)
class Change:
    """Another number of threads than before, and why in words."""

    threads: int
    words: str  # such as ``1 of 2 threads: this computer is busy``


class Adaptive:
    """The number of threads of a training that goes on: measured at its start and again and again.

    Measuring takes ``SHARE`` of the time. It is repeated ever more rarely while nothing changes, and soon, up to
    ``SHARE_HINTED`` of the time, when steps take longer or shorter than before or other programs take more or fewer
    cores.

    Args:
        work: a piece of the training's own work, which leaves nothing behind.
        threads: to begin with.
        most: threads at most.
        compare, load, clock: to be replaced in tests.
    """

    def __init__(
        self,
        work: Work,
        threads: int,
        most: int | None = None,
        compare: Callable[..., dict[int, float]] = compare,
        load: Load | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most or cores()
        self.threads = min(threads, self.most)
        self._work, self._compare, self._load, self._clock = work, compare, load or Load(), clock
        self._steps: deque[float] = deque()  # seconds of the last of them
        self._usual: float | None = None  # seconds of a step after the last measurement
        self._others: float | None = None  # at the last measurement
        self._others_now: float | None = None
        self._wait, self._cost = LEAST_S, 0.0
        self._measured_at = self._looked_at = clock()

    def begin(self) -> Change | None:
        """Measure at the start; a change, if there is one."""
        self._load.others()
        return self._measure()

    def stepped(self, seconds: float) -> Change | None:
        """To be called after each step with what it took; a change, if there is one."""
        now = self._clock()
        self._steps.append(seconds)
        if now - self._looked_at < HINT_S:
            return None
        self._looked_at = now
        typical = statistics.median(self._steps)
        self._steps.clear()
        self._others_now = self._load.others()
        if self._usual is None:
            self._usual, self._others = typical, self._others_now
        since = now - self._measured_at
        hinted = self._hinted(typical) and since >= self._cost / SHARE_HINTED
        if hinted or since >= max(self._wait, self._cost / SHARE):
            return self._measure()
        return None

    def _hinted(self, typical: float) -> bool:
        another_pace = not 1 / SLOWER <= typical / self._usual <= SLOWER
        both = (self._others, self._others_now)
        return another_pace or (None not in both and abs(both[1] - both[0]) >= MOVED)

    def _measure(self) -> Change | None:
        start, before = self._clock(), self.threads
        self.threads = climb(self.threads, self.most, self._work, self._compare)
        self._measured_at = self._looked_at = self._clock()
        self._cost = self._measured_at - start
        self._usual = None
        self._steps.clear()
        if (others := self._load.others()) is not None:  # meanwhile: at the start nothing else is known yet
            self._others_now = others
        changed = self.threads != before
        self._wait = LEAST_S if changed else min(LONGEST_S, 2 * self._wait)
        return Change(self.threads, self.words or f"{self.threads} of {self.most} threads") if changed else None

    @property
    def words(self) -> str:
        """For a person, how many of how many and why; "" of all."""
        return "" if self.threads == self.most else in_words(self.threads, self.most, self._others_now)
