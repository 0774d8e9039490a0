"""One measure as it is asked: whether there is what it needs, and that a person's own gives a number."""

from __future__ import annotations

from typing import Any

from pipelines.errors import TrainingError
from pipelines.metrics import measures
from pipelines.metrics.measures._seen import Seen


class Asked:
    """A measure that is asked for its value.

    Args:
        name: of the measure.

    Raises:
        ConfigError: there is no such measure, or it needs what there is not.
    """

    def __init__(self, name: str) -> None:
        self.name, self.key, self.real = name, measures.key_of(name), measures.real_key(name)
        self._needs, self._measure = measures.needs(name), measures.MEASURES.get(name).measure

    @property
    def of_truth(self) -> bool:
        """Whether it compares with the truth, or with what was asked for beside it."""
        return not measures.OF_TRUTH.isdisjoint(self._needs)

    def __call__(self, seen: Seen) -> Any:
        """Its value, or None where something is missing that it needs.

        Raises:
            TrainingError: a person's own measure fails, or gives no number.
        """
        if not all(seen.has(need) for need in self._needs):
            return None
        if not measures.MEASURES.is_own(self.name):
            return self._measure(seen)
        try:
            value = self._measure(seen)
        except Exception as problem:
            raise TrainingError(
                f"The measure {self.name!r} failed ({type(problem).__name__}: {problem}); mend its file."
            ) from problem
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TrainingError(
                f"The measure {self.name!r} gives {type(value).__name__}; it must give a number or None."
            )
        return value
