"""Drawing: a sample is the same pixels always, and whatever does not fit is one sentence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from explorer.model import Model, arithmetic, load, slerp
from pipelines.errors import ModelError
from pipelines.latent.model import describe
from pipelines.latent.point import Point, parse
from pipelines.networks._conditioning import centres
from tests.points import addresses


@pytest.fixture(params=["faces", "classes", "plain"])
def gan(request: pytest.FixtureRequest) -> Model:
    return request.getfixturevalue(request.param)


def test_the_same_seed_is_the_same_pixels_however_many(gan: Model) -> None:
    many = gan.sample(64, seed=3)
    assert many.dtype == np.uint8 and many.shape == (64, *gan.shape)
    for count in (1, 2, 5, 7, 8, 9, 63):
        assert np.array_equal(gan.sample(count, seed=3), many[:count])
    assert not np.array_equal(gan.sample(8, seed=4), many[:8])
    assert len({picture.tobytes() for picture in many}) == 64  # each is another picture


def test_one_by_one_is_all_together_wherever_in_a_batch(gan: Model) -> None:
    z, y = gan.trained.draw((9, index) for index in range(20))
    together = gan.decode(z, y)
    for index in range(20):
        assert np.array_equal(gan.decode(z[index], None if y is None else y[index]), together[index : index + 1])
    for shift in range(8):  # the place within a batch changes nothing
        assert np.array_equal(gan.decode(z[shift:], None if y is None else y[shift:]), together[shift:])


def test_threads_in_parallel_draw_the_same(gan: Model) -> None:
    alone = gan.sample(24, seed=1)
    with ThreadPoolExecutor(8) as pool:
        for drawn in pool.map(lambda _: gan.sample(24, seed=1), range(24)):
            assert np.array_equal(drawn, alone)


def test_a_model_loaded_again_draws_the_same(gan: Model) -> None:
    again = load(gan.trained.entry.folder)
    assert again is not gan and np.array_equal(again.sample(9, seed=5), gan.sample(9, seed=5))


def test_points_are_samples_and_their_vectors(gan: Model) -> None:
    drawn = gan.sample(12, seed=2)
    assert np.array_equal(gan.pictures(addresses(2, range(12))), drawn)
    assert np.array_equal(gan.pictures(addresses(2, [11, 3])), drawn[[11, 3]])
    assert np.array_equal(gan.z(4, seed=2, start=8), gan.z(12, seed=2)[8:])


def test_no_pictures_are_an_empty_array(gan: Model) -> None:
    assert gan.sample(0).shape == (0, *gan.shape) and gan.z(0).shape == (0, gan.latent_size)


def test_latent_vectors_follow_their_prior(linear) -> None:
    z = linear([1.0] * 8).z(4000)
    assert abs(z.mean()) < 0.02 and abs(z.std() - 1) < 0.02 and np.abs(np.corrcoef(z.T) - np.eye(8)).max() < 0.08
    z = linear([1.0] * 8, "uniform").z(4000)
    assert -1 <= z.min() < -0.99 and 0.99 < z.max() <= 1 and abs(z.std() - 3**-0.5) < 0.02
    z = linear([1.0] * 8, "mixture").z(4000)
    assert abs(z.std() - 1) < 0.2 and z.dtype == np.float32


def test_truncation_leads_to_the_mean_picture(gan: Model) -> None:
    y = 3 if gan.class_names else None
    middle = gan.decode(np.zeros(gan.latent_size), y)
    for each in gan.sample(4, y=y, psi=0):
        assert np.array_equal(each, middle[0])
    z = gan.z(4)
    assert np.array_equal(gan.sample(4, y=y, psi=0.5), gan.decode(0.5 * z, y))
    half = gan.pictures([Point(z=(("0.1", 1.0),), psi=0.5, y=y)])
    assert np.array_equal(half[0], gan.sample(4, y=y, psi=0.5)[1])


def test_truncation_of_a_mixture_leads_to_the_nearest_centre(linear) -> None:
    gan = linear([1.0] * 8, "mixture")
    z, points = torch.from_numpy(gan.z(5)), centres(gan.trained.config.centres, 8)
    nearest = points[torch.cdist(z, points).argmin(1)]
    assert np.array_equal(gan.sample(5, psi=0), gan.decode(nearest))
    assert np.array_equal(gan.sample(5, psi=1), gan.decode(z))
    half = gan.pictures([Point(z=(("0.4", 1.0),), psi=0.5)])[0]
    assert np.array_equal(half, gan.decode((z[4:] + nearest[4:]) / 2)[0])


def test_a_point_is_made_as_its_description_says(plain: Model) -> None:
    a, b = plain.z(2)
    noise = parse({"z": [["n.4.2", 1]]})
    cases = [
        ({"z": [["0.0", 0.5], ["0.1", 0.5]]}, (a + b) / 2),
        ({"z": [["0.0", 1], ["0.1", -2]]}, a - 2 * b),
        ({"z": [["0.1", 1]], "psi": 0.25}, b / 4),
        ({"z": [["0.1", 1]], "psi": 0.5, "moves": {"z2": 1.5, "z0": 0}}, b / 2 + 1.5 * np.eye(6)[2]),
        ({"z": [["0.0", 3]], "shell": True}, a * (6**0.5 / np.linalg.norm(a))),
        ({"z": [["0.0", 1]], "to": {"z": [["0.1", 1]]}, "t": 0.25, "path": "lerp"}, 0.75 * a + 0.25 * b),
        ({"z": [["0.0", 1]], "to": {"z": [["0.1", 1]]}, "t": 0.25}, slerp(a, b, 0.25)),
        ({"z": [["0.0", 1]], "to": {"z": [["0.1", 1]]}, "t": 0}, a),
        ({"z": [["0.0", 1]], "to": {"z": [["0.1", 1]]}, "t": 1}, b),
    ]
    for values, wanted in cases:
        assert np.allclose(plain.resolve([parse(values)])[0][0], wanted, atol=1e-6), values
    z = plain.resolve([noise])[0][0]
    assert np.abs(z).max() <= 1 and np.array_equal(z, plain.resolve([noise])[0][0]) and np.ptp(z) > 0.1


@pytest.mark.parametrize("path", ["slerp", "lerp"])
def test_both_ends_of_a_path_are_the_very_samples(gan: Model, path: str) -> None:
    ends = gan.sample(2, seed=6)
    start = {"z": [["6.0", 1]], "to": {"z": [["6.1", 1]]}, "path": path}
    assert np.array_equal(gan.pictures([parse({**start, "t": 0}), parse({**start, "t": 1})]), ends)


def test_classes_and_mixtures(classes: Model) -> None:
    z = classes.z(3)
    sevens = classes.decode(z, 7)
    only_seven = np.eye(10, dtype=np.float32)[7]
    assert np.array_equal(classes.decode(z, [7, 7, 7]), sevens)
    assert np.array_equal(classes.decode(z, only_seven), sevens)  # all of the weight on one class is that class
    assert np.array_equal(classes.decode(z, np.stack([only_seven] * 3)), sevens)
    assert np.array_equal(classes.decode(z, np.eye(10, dtype=int)[[7, 7, 7]]), sevens)
    half = classes.decode(z, 0.5 * (only_seven + np.eye(10, dtype=np.float32)[1]))
    assert not np.array_equal(half, sevens) and not np.array_equal(half, classes.decode(z, 1))
    point = {"z": [["0.0", 1]], "y": 7, "to": {"z": [["0.0", 1]], "y": 1}, "t": 0.5}
    assert np.array_equal(classes.pictures([parse(point)]), half[:1])
    drawn = classes.trained.draw((0, index) for index in range(3))[1].tolist()
    assert np.array_equal(classes.decode(z, drawn), classes.sample(3))  # without a wish, the class drawn with z
    assert np.array_equal(classes.pictures(addresses(0, range(3))), classes.sample(3))


@pytest.mark.parametrize(
    "y",
    [10, -1, [0, 1], [0, 1, 10], [0.5] * 9, [[0.5] * 10] * 2, "7", ["7"] * 3, [float("nan")] * 10, 7.0, 10**30,
     [[0, 1], [1]], np.zeros((2, 2, 2)), {}, None],
)  # fmt: skip
def test_classes_that_do_not_fit_are_one_sentence(classes: Model, y) -> None:
    with pytest.raises(ModelError) as caught:
        classes.decode(classes.z(3), y)
    assert str(caught.value).count(". ") == 0 and str(caught.value).endswith(".")


def test_an_unconditional_model_takes_no_class(plain: Model) -> None:
    with pytest.raises(ModelError, match="unconditional"):
        plain.decode(plain.z(1), 3)
    assert plain.sample(3).shape == (3, 28, 28, 1)


@pytest.mark.parametrize(
    "z", [np.zeros(5), np.zeros((2, 7)), np.zeros((1, 1, 6)), np.full(6, np.nan), "z", [[1], [1, 2]]]
)
def test_latent_vectors_that_do_not_fit_are_one_sentence(plain: Model, z) -> None:
    with pytest.raises(ModelError, match=r"^z .*\.$"):
        plain.decode(z)


@pytest.mark.parametrize(("seed", "start"), [(-1, 0), (0, -1), (2**70, 0)])
def test_there_are_no_negative_samples(plain: Model, seed: int, start: int) -> None:
    with pytest.raises(ModelError, match="There is no sample"):
        plain.z(1, seed=seed, start=start)


def test_d_tells_its_opinion(classes: Model, faces: Model, tmp_path) -> None:
    pictures, y = classes.sample(70), classes.trained.draw((0, index) for index in range(70))[1]
    probabilities = classes.score(pictures, y)  # a non-saturating D gives probabilities
    assert probabilities.shape == (70,) and ((probabilities > 0) & (probabilities < 1)).all()
    network = classes.trained.discriminator
    with torch.inference_mode():
        x = torch.from_numpy(pictures[:1]).permute(0, 3, 1, 2).float() / 127.5 - 1
        by_hand = torch.sigmoid(network(x, y[:1]))
    assert probabilities[0] == pytest.approx(by_hand.item(), abs=1e-5)
    weights = np.eye(10, dtype=np.float32)[y.numpy()] * 0.6 + 0.04
    assert np.allclose(classes.score(pictures, weights), probabilities)  # of a mixture, the largest class
    assert len(set(classes.score(pictures[[0] * 10], np.arange(10)).round(6))) > 1  # the class counts
    scores = faces.score(faces.sample(64))  # a hinge loss gives scores of any size
    assert scores.shape == (64,) and (scores.min() < 0 or scores.max() > 1)
    assert describe(classes)["probability"] and not describe(faces)["probability"]
    for wrong in (pictures[0], pictures[:, :14], pictures.astype(np.float32)):
        with pytest.raises(ModelError, match="wants uint8 pictures"):
            classes.score(wrong, 0)
    with pytest.raises(ModelError, match="give y"):
        classes.score(pictures)


def test_arithmetic_of_points_is_that_of_vectors(plain: Model) -> None:
    a, b, c = plain.z(3)
    point = parse({"z": [["0.0", 1], ["0.1", -1], ["0.2", 1]]})
    assert np.allclose(plain.resolve([point])[0][0], arithmetic(a, b, c), atol=1e-6)


def test_the_model_tells_what_it_is(gan: Model) -> None:
    told = describe(gan)
    assert (told["size"], told["size"], told["channels"]) == gan.shape
    assert told["latent"] == gan.latent_size and told["classes"] == list(gan.class_names)
    assert gan.reader is not None and told["attributes"] == list(gan.reader.names) and told["opinion"]
