"""The models that ship: whole, small, measured, and as they were published."""

import numpy as np
import pytest
import torch

from pipelines import paths
from pipelines.models import readings, registry, trained, translating

SHIPPED = ("clothes-by-class", "coloured-digits", "digits", "digits-by-class", "faces", "faces-by-attribute",
           "outline-faces", "paint-faces", "sharper-faces", "smooth-faces", "two-styles")  # fmt: skip
MOST_BYTES = 10_000_000


def test_these_ship(monkeypatch):
    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    assert tuple(name for name in registry.published() if registry.find(name).ships) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_that_ships_is_whole(name, monkeypatch):
    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    gan = trained.load(name)  # which also compares the SHA-256 of its weights
    card = gan.entry.card
    assert all(path.stat().st_size <= MOST_BYTES for path in (paths.MODELS / name).iterdir())
    assert (gan.discriminator is not None) == bool(gan.config.adversarial) and gan.entry.preview_path is not None
    assert card["about"] and card["command"].startswith("python -m pipelines train ") and card["data"]["licence"]
    assert card["images_seen"] > 50_000 and card["machine"] and card["quality"]["samples"] == 10_000
    kept, made = readings.load(paths.MODELS / name), readings.make(gan, 32)
    assert kept.names == made.names and len(kept.probabilities) == readings.COUNT
    # Another processor may round otherwise, so that a doubtful picture is judged otherwise; but not most of them.
    assert np.abs(kept.probabilities[:32] - made.probabilities).mean() < 0.02


@pytest.mark.parametrize("name", ["clothes-by-class", "digits-by-class"])
def test_a_conditional_model_that_ships_draws_what_is_asked(name, monkeypatch):
    from pipelines.metrics.reader import Reader

    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    gan = trained.load(name)
    images, labels = gan.sample(200, gan.labels("cycle", 200), seed=3)
    seen = Reader.of(gan.config.data).read(images).argmax(1)
    assert (seen == labels).mean() > 0.85


def test_the_painter_keeps_parts_and_z_or_the_style_of_a_picture_says_the_colours(monkeypatch):
    from pipelines.metrics import part_reader

    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    gan = trained.load("paint-faces")
    maps, true, count = gan.conditions, gan.truth, len(gan.conditions)
    z, _ = gan.draw((1, index) for index in range(count))
    styles = torch.cat([translating.style_of(gan, picture[None]) for picture in true])
    drawn = [gan.decode(each, torch.arange(count)) for each in (z, z.roll(1, 0), styles)]
    reader = part_reader.of("face-maps")
    assert all(reader.mean_iou(pictures, maps) >= 0.85 for pictures in drawn)

    def apart(one, other):
        return (one.float() - other.float()).abs().mean().item()

    assert apart(drawn[0], drawn[1]) > 15, "another z draws other colours"
    assert apart(drawn[2], true) < 0.5 * apart(drawn[0], true)


def test_how_often_samples_of_faces_were_drawn_anew_is_found_out_again(monkeypatch):
    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    gan = trained.load("faces")
    first = [(readings.SEED, index) for index in range(100)]
    shipped = {address: gan.redrawn[address] for address in first}
    gan.redrawn.clear()
    gan.draw(first)
    # Another processor may round otherwise, and one of a hundred lie on the limit.
    assert sum(shipped[address] != gan.redrawn[address] for address in first) <= 1
    assert 10 <= sum(times > 0 for times in shipped.values()) <= 30


@pytest.mark.parametrize("name", ["smile", "open mouth", "glasses", "sunglasses", "long hair", "beard"])
def test_a_direction_that_was_learnt_for_faces_gives_one_attribute_and_holds_the_others(name, monkeypatch):
    from explorer.model import load
    from pipelines.metrics.parts import part_of, parts_of, verdicts
    from pipelines.models.steering import LENGTH

    monkeypatch.delenv("GAN_EXPLORER_MODELS", raising=False)
    gan = load("faces")
    assert gan.steering.learnt == gan.reader.names
    z = gan.z(160, seed=5)
    z = z[gan.reader.says(gan.seen(z))[:, gan.reader.names.index(name)] == 0][:60]
    moved = z + np.float32(LENGTH) * gan.ways(f"{name.replace(' ', '-')}~all", z)
    before, after = gan.seen(z), gan.seen(moved)
    assert (gan.reader.says(after)[:, gan.reader.names.index(name)] == 1).mean() >= 0.95
    parts, own = parts_of(gan.reader), part_of(gan.reader, name)
    turned = (verdicts(gan.reader, before) != verdicts(gan.reader, after)).mean(0)
    assert max(share for part, share in zip(parts, turned, strict=True) if part != own) <= 0.05
