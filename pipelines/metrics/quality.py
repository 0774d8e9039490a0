"""The cheap measure of a run's samples: how far they are from real pictures, how varied, how clear, whether as asked.

``python -m pipelines.metrics.quality FILE.npz --data digits`` measures samples that lie in a file.
"""

from __future__ import annotations

import argparse
import copy
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pipelines import data, metrics, threads
from pipelines.data import ImageSet
from pipelines.data._shares import in_turn
from pipelines.errors import DataError, GanError, TrainingError
from pipelines.metrics import ATTRIBUTES, CLASSES, copying, frechet, measures, stacked, stacked_of
from pipelines.metrics.copying import ReferenceSet
from pipelines.metrics.judge import FEATURES, as_float
from pipelines.metrics.measures._asked import Asked
from pipelines.metrics.measures._seen import Reference, Seen
from pipelines.metrics.neighbours import K, Neighbourhoods
from pipelines.metrics.reader import Reader
from pipelines.metrics.samples_file import read_samples, share_off
from pipelines.metrics.stacked import StackedJudge
from pipelines.metrics.truth import Truth, beside_truth
from pipelines.registries import MODALITIES
from pipelines.told import PRECISE

SAMPLES = 2000
SEED = 20140610  # of the choice of real pictures; fixed, so that numbers of all runs on a set compare
CHUNK = 250  # pictures judged at a time: what they become stays in a processor's cache
PIXELS, COMPONENTS = 16, 64  # edge of the pictures, and directions kept of them, for "pixel features"
FEW = 4000  # pictures of a set, up to which copies are looked for: of more, G sees each too seldom to learn it
OWN_FEATURES = "reader "  # begins the name of features of a person's own reader
FEWEST = 8  # real pictures, below which there is nothing to compare


class Quality(SimpleNamespace):
    """What was measured on one batch of samples. Compare numbers of the same features and as many samples only.

    Its fields are a row's: ``features``, the name of what it was measured on ("digit features", "pixel features" ...);
    ``samples``, how many were measured; and each measure by its key, with the same of real pictures beside it: those of
    a second draw of them beside the first. What could not be measured is None.
    """


class QualityMeter:
    """Measures samples against one data set; built once a run, so that the real side is computed once.

    A conditional model is to be asked for the classes ``labels``, int64 [samples], which have the shares of the data:
    asked for each as often, even perfect samples of a set with unequal classes would lie far from it.

    It draws nothing from the global random state: training is the same, bit for bit, with it and without it.
    """

    def __init__(
        self,
        image_set: ImageSet,
        samples: int = SAMPLES,
        device: torch.device | str = "cpu",
        test: ImageSet | None = None,
        truth: Truth | None = None,
    ) -> None:
        """Looks at the real pictures.

        Args:
            image_set: what the run trains on.
            samples: how many real pictures make each of the two draws; half of the set where that is fewer.
            device: where the judging runs.
            test: pictures that the run does not train on, by which copies are told; where they are fewer than twice
                ``copying.FEWEST``, each training picture is compared with all others instead.
            truth: what a model that is told of another condition than classes is measured on; None of any other.

        Raises:
            DataError: the set has fewer than ``FEWEST`` pictures.
            ModelError: the classifier that ships for the set is damaged.
        """
        if len(image_set) < FEWEST:
            raise DataError(
                f"The data set {image_set.name!r} has {len(image_set)} pictures and measuring quality needs "
                f"{FEWEST} at least; add pictures."
            )
        self.samples = min(samples, len(image_set) // 2)
        chosen = np.random.default_rng(SEED).permutation(len(image_set))[: 2 * self.samples]
        one, other = torch.from_numpy(image_set.images[chosen]).split(self.samples)
        self._judge = judge_of(image_set.name, one, device, image_set.modality, image_set.fingerprint)
        features, probabilities = self._judge(one)
        looked = features is not None
        near = Neighbourhoods.of(features, K, exact=False) if looked and self.samples > K else None
        beside = Reference(frechet.Gaussian.of(features) if looked else None, near, probabilities)
        self.selects = measures.selecting(image_set.modality, truth is not None)
        self._measures = [Asked(name) for name in measures.of_modality(image_set.modality)]
        seen = Seen(other, *self._judge(other), self._judge.kind, None, beside)
        self.truth = truth and truth.evenly(self.samples)  # what to ask for, where that is no class
        self._beside = beside_truth(self.truth, self._judge, image_set.name, image_set.fingerprint)
        of_truth = seen if self.truth is None or self.truth.images is None else replace(
            seen, images=self.truth.images, **self._beside
        )  # fmt: skip
        self._of_real = {
            asked.real: asked(of_truth if asked.of_truth else seen) for asked in self._measures if asked.real
        }
        labels = image_set.labels
        self.labels = None if labels is None else torch.from_numpy(in_turn(labels, self.samples))
        training = None
        if looked and len(image_set) <= FEW:
            shuffled = np.random.default_rng(SEED).permutation(len(image_set))
            features, _ = self._judge(torch.from_numpy(image_set.images[shuffled]))
            training = ReferenceSet.of(features, *self._unseen(features, test))
        self._real = replace(beside, training=training)

    def _unseen(self, training: Tensor, test: ImageSet | None) -> tuple[Tensor, int | None]:
        """Features of pictures that copies are told by, and ``own`` of ``ReferenceSet.of``."""
        if test is None or len(test) < 2 * copying.FEWEST:
            return training, 0
        order = np.random.default_rng(SEED).permutation(len(test))[:FEW]
        return self._judge(torch.from_numpy(test.images[order]))[0], None

    def measure(self, fakes: Tensor, labels: Tensor | None = None, told: bool = False) -> Quality:
        """The quality of samples; give ``self.samples`` of them for a distance that compares with ``floor``.

        Args:
            fakes: [N, C, H, W], uint8, or floating in [-1, 1], on any device; N above the number of features (64).
            labels: int [N], the classes asked for, or None for an unconditional model.
            told: whether they were asked for by ``self.truth``, in its order.

        Raises:
            TrainingError: a sample holds a number that is not finite.
            ValueError: too few samples, or as many labels as there are samples were not given.
        """
        if labels is not None and len(labels) != len(fakes):
            raise ValueError(f"{len(fakes)} samples need as many labels, not {len(labels)}")
        if not torch.isfinite(fakes).all():
            raise TrainingError(
                "The generator's pictures hold numbers that are not finite; "
                "lower the learning rate or go back to an earlier checkpoint."
            )
        seen = Seen(fakes, *self._judge(fakes), self._judge.kind, labels, self._real, **(self._beside if told else {}))
        values = {asked.key: asked(seen) for asked in self._measures}
        return Quality(features=self._judge.name, samples=len(fakes), **values, **self._of_real)


def judge_of(
    data_name: str, real: Tensor, device: torch.device | str = "cpu", modality: str = "image", fingerprint: str = ""
) -> _Classifier | StackedJudge | _Pixels | _Unseen:
    """What looks at pictures of a data set: the classifier that ships for it or a person's own, or else their pixels.

    It has a ``name``, which says what is measured, and called with pictures [N, C, H, W], uint8 or floating in [-1, 1],
    it gives their features [N, D] and the probabilities of what its ``kind`` says, [N, classes], [N, attributes] or, of
    stacked pictures, [N, channels, classes], or None for either, on the CPU.

    Args:
        data_name: of the data set.
        real: some of its pictures, [N, C, H, W]; with fewer than a classifier has features the pixels are looked at.
        device: where the classifier runs.
        modality: what examples are; other than pictures they are looked at by its features, where it has some.
        fingerprint: of the pictures, to find a reader of a person's own.

    Raises:
        ModelError: the classifier that ships for the set is damaged.
    """
    if modality != "image":
        if not MODALITIES.defines(modality, "features"):
            return _Unseen(modality)
        return _Pixels(data_name, real, torch.device(device), modality)
    if (single := stacked_of(data_name)) and real.shape[1] == stacked.CHANNELS and len(real) > StackedJudge.features:
        return StackedJudge(f"stacked {features_name(single)}", single, torch.device(device))
    reader = Reader.of(data_name, fingerprint) if len(real) > FEATURES else None
    if reader is None:
        return _Pixels(data_name, real, torch.device(device))
    return _Classifier(features_name(data_name, fingerprint), reader, torch.device(device))


def features_name(data_name: str, fingerprint: str = "") -> str:
    """What the features of the classifier for pictures of a data set are called, never "Inception features".

    Those of a person's own have letters of its weights in their name: numbers of two readers do not compare.
    """
    if metrics.is_own(data_name, fingerprint) and (card := metrics.card_of(data_name, fingerprint)):
        return f"{OWN_FEATURES}{card.weights_sha256[:6]} features"
    seen_as = metrics.read_as(data_name)
    return {"digits": "digit", "faces": "face"}.get(seen_as, seen_as) + " features"


class _Classifier:
    """Looks with the classifier that ships for a data set, or with a person's own."""

    def __init__(self, name: str, reader: Reader, device: torch.device) -> None:
        self.name = name
        self.kind = CLASSES if reader.exclusive else ATTRIBUTES
        self._device = device
        self._model = copy.deepcopy(reader.network).to(device, memory_format=torch.channels_last)

    @torch.inference_mode()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features [N, 64] and probabilities of classes or attributes, on the CPU, of pictures [N, C, H, W]."""
        features, probabilities = [], []
        for chunk in images.split(CHUNK):
            threads.review()
            seen = self._model.features(self._model.prepared(chunk.to(self._device)))
            logits = self._model.head(seen)
            features.append(seen.cpu())
            probabilities.append((logits.softmax(1) if self.kind == CLASSES else logits.sigmoid()).cpu())
        return torch.cat(features), torch.cat(probabilities)


class _Pixels:
    """Looks at the pixels themselves, along the directions in which the real pictures differ most (PCA).

    Of another modality than pictures, at its features instead of pixels.
    """

    kind = None

    def __init__(self, data_name: str, real: Tensor, device: torch.device, modality: str = "image") -> None:
        self.name = "pixel features" if modality == "image" else f"{modality} features"
        self._features = None if modality == "image" else MODALITIES.get(modality).features
        pixels = self._small(real).double()  # [N, C * 16 * 16]
        self._centre = pixels.mean(0)
        kept = min(COMPONENTS, len(real) // 2)  # fewer than pictures, so that a small folder can be measured, too
        self._directions = torch.linalg.eigh(torch.cov(pixels.T)).eigenvectors[:, -kept:]  # of the largest variances

    def __call__(self, images: Tensor) -> tuple[Tensor, None]:
        """Features [N, at most 64] on the CPU, and no class probabilities, of pictures [N, C, H, W]."""
        return (self._small(images).double() - self._centre) @ self._directions, None

    def _small(self, images: Tensor) -> Tensor:
        if self._features:
            return self._features(images.detach().cpu())
        images = as_float(images.detach().cpu())
        return F.interpolate(images, (PIXELS, PIXELS), mode="bilinear", antialias=True).flatten(1)


class _Unseen:
    """Of a modality without features, nothing: its measures look at the examples themselves."""

    kind = None

    def __init__(self, modality: str) -> None:
        self.name = f"{modality} examples"

    def __call__(self, images: Tensor) -> tuple[None, None]:
        return None, None


def main() -> None:
    """Measures samples in an .npz file: 'images', uint8 [N, H, W, C]; if conditional also 'labels', int [N]."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.metrics.quality", description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", default="digits", help="the data set that the model was trained on")
    parser.add_argument("--folder", help="of your own pictures, for --data folder")
    options = parser.parse_args()
    try:
        fakes, labels = read_samples(options.file)
        size, channels = fakes.shape[-1], fakes.shape[1]
        image_set = data.load(options.data, size=size, channels=channels, folder=options.folder)
        meter = QualityMeter(image_set, samples=len(fakes))
        quality = meter.measure(fakes, labels)
    except GanError as problem:
        sys.exit(str(problem))
    print(f"{quality.samples:,} samples, {quality.features}")
    for one in measures.described():
        value, real = (getattr(quality, key, None) for key in (one.name, one.real))
        if value is not None:
            beside = "" if real is None else f"; real pictures {PRECISE[one.unit].format(real)}"
            print(f"{one.title}: {PRECISE[one.unit].format(value)}{beside}")
    if labels is not None and meter.labels is not None:
        off = share_off(labels, meter.labels)
        print(f"classes: off the data's shares by {off:.1%} at most; what is off adds to the distance")


if __name__ == "__main__":
    main()
