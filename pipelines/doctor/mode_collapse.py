"""Mode collapse

Measured at each epoch: how varied samples are, beside real pictures (metrics/neighbours.py, metrics/score.py). It
counts where two measures in a row find one of

- diversity, the mean distance of two samples, below a quarter of that of real pictures. The simplest healthy preset,
  lecture-mlp, begins at a third and grows; whatever lies below draws nearly the same picture again and again;
- clear pictures of seven classes or fewer out of ten: the rest is never drawn (one measure is enough where
  half of the samples are clear and half of the classes missing);
- pictures that look real (precision) near less than a fifth of the real ones (coverage);
- coverage fallen to less than half of what it once was in the same run, from a fifth at least: kinds are being lost.
"""

from __future__ import annotations

import numpy as np

from pipelines.doctor._finding import Evidence, Sign, last_on, last_spell, percent
from pipelines.doctor._history import History

SAME = 0.25  # diversity, beside real
FEW = 0.7  # classes, beside real
# Share of samples that clearly show a kind, from which kinds are worth counting. Fakes on their way through the plane
# lie in clusters by chance: healthy games have up to 0.38 there before they have found most of them.
CLEAR = {"classes": 0.3, "clusters": 0.4}
REALISTIC, SPARSE = 0.5, 0.2  # precision; coverage beside real
LOST = 0.5  # of the best coverage of the run so far
IN_A_ROW = 2  # measures
SURE_CLEAR, SURE_FEW = 0.5, 0.5  # the same two at which one measure is enough


def look(history: History) -> Sign | None:
    """Since which measure samples have been far less varied than real pictures."""
    if not history.measures:
        return None
    at, ratio = history.measured_at, _beside_real(history)
    coverage = ratio["coverage"]
    best = np.fmax.accumulate(np.nan_to_num(coverage))
    reasons = {
        "diversity": ratio["diversity"] < SAME,
        "modes": (history.measured("clear") > CLEAR[history.kinds]) & (ratio["modes"] <= FEW),
        "coverage": (history.measured("precision") > REALISTIC) & (coverage < SPARSE)
        | (best > SPARSE) & (coverage < LOST * best),
    }
    on = np.any(list(reasons.values()), axis=0) & (at >= history.epoch / 2)
    sure = on & (history.measured("clear") > SURE_CLEAR) & (ratio["modes"] <= SURE_FEW)
    spell = last_spell(sure | on & np.roll(on, 1) & (np.arange(len(on)) > 0), 1, IN_A_ROW)
    if spell is None:
        return None
    while spell.first and on[spell.first - 1]:
        spell = spell._replace(first=spell.first - 1)
    which = max(reasons, key=lambda name: reasons[name][spell.first : spell.after].sum())
    last = last_on(reasons[which], spell)
    since = at[spell.first - 1] if spell.first else 0.0  # it came between two measures
    return Sign(
        since, None if spell.after is None else at[spell.after], at[spell.named],
        _words(history, which, last),
        "Let D see that a batch lacks variety (minibatch standard deviation or discrimination), keep old fakes in play "
        "(experience replay), match features, or take Wasserstein with gradient penalty; sometimes another seed.",
        Evidence(_TITLES[which], (history.measured_line(which, "fake", "fake"),
                                  history.measured_line(f"real_{which}", "real", "real"))),
        ("minibatch-stddev", "r1", "gradient-penalty", "minibatch-discrimination", "replay", "calm-adam", "slower-g"),
    )  # fmt: skip


_TITLES = {
    "diversity": "Mean distance of two samples",
    "modes": "Kinds that are drawn",
    "coverage": "Share of real pictures near a sample",
}


def _beside_real(history: History) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            name: history.measured(name) / history.measured(f"real_{name}")
            for name in ("diversity", "modes", "coverage")
        }


def _words(history: History, which: str, last: int) -> str:
    fake, real = (history.measured(name)[last] for name in (which, f"real_{which}"))
    seen = {
        "diversity": f"Two samples differ {percent(fake / real)} as much as two real pictures do: G draws nearly the "
        "same picture whatever z is.",
        "modes": f"Of {real:.0f} {history.kinds} G draws {fake:.0f}: it found samples that fool D and keeps to them.",
        "coverage": f"There is a sample near {percent(fake)} of the real pictures, where real ones reach "
        f"{percent(real)}: whole kinds of pictures are missing.",
    }[which]
    return f"{seen} D judges each sample alone, so nothing tells G that its samples are all alike."
