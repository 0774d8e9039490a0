"""Pictures as files, read back by another library than wrote them where that is possible."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
from PIL import Image

from pipelines.latent import film

NOISE = np.random.default_rng(0)


def pictures(count: int, height: int, width: int, channels: int) -> np.ndarray:
    return NOISE.integers(0, 256, (count, height, width, channels), dtype=np.uint8)


def flat(values: list[int], size: int, channels: int) -> np.ndarray:
    """Pictures of one brightness each."""
    shape = (len(values), size, size, channels)
    return np.broadcast_to(np.array(values, np.uint8)[:, None, None, None], shape).copy()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [1, 3])
def test_a_png_has_every_pixel(channels: int, scale: int) -> None:
    (image,) = pictures(1, 28, 28, channels)
    found = opened(film.png(image, scale))
    assert (found.format, found.size, found.mode) == ("PNG", (28 * scale, 28 * scale), "L" if channels == 1 else "RGB")
    pixels = np.asarray(found).reshape(28 * scale, 28 * scale, channels)
    for row in range(scale):
        for column in range(scale):
            assert np.array_equal(pixels[row::scale, column::scale], image)


@pytest.mark.parametrize(("count", "columns", "rows"), [(6, 3, 2), (5, 3, 2), (4, 4, 1), (3, 1, 3)])
@pytest.mark.parametrize("gap", [0, 2])
def test_a_grid_has_each_picture_in_its_place(count: int, columns: int, rows: int, gap: int) -> None:
    images = pictures(count, 8, 8, 3)
    found = opened(film.grid(images, columns, scale=2, gap=gap))
    step = (8 + gap) * 2
    assert found.mode == "RGBA" and found.size == (columns * step - 2 * gap, rows * step - 2 * gap)
    pixels = np.asarray(found)
    seen = np.zeros(pixels.shape[:2], bool)
    for index, image in enumerate(images):
        top, left = index // columns * step, index % columns * step
        assert np.array_equal(pixels[top : top + 16 : 2, left : left + 16 : 2, :3], image)
        seen[top : top + 16, left : left + 16] = True
    assert (pixels[..., 3] == np.where(seen, 255, 0)).all()  # what lies between is transparent


def test_a_grid_of_grey_pictures() -> None:
    images = pictures(2, 4, 4, 1)
    pixels = np.asarray(opened(film.grid(images, 2, gap=0)))
    assert np.array_equal(pixels[:, :4, :3], np.repeat(images[0], 3, 2)) and pixels.shape == (4, 8, 4)


def test_frames_side_by_side() -> None:
    images = pictures(6, 4, 5, 3)  # three frames of two pictures each
    frames = film.side_by_side(images, 3)
    assert frames.shape == (3, 4, 10, 3)
    for frame in range(3):
        assert np.array_equal(frames[frame], np.concatenate([images[2 * frame], images[2 * frame + 1]], 1))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("fps", "pause_ms"), [(12, 80), (25, 40), (60, 20), (1, 1000)])
def test_a_gif_moves_and_loops(channels: int, fps: int, pause_ms: int) -> None:
    values = [0, 60, 120, 180, 240]
    found = opened(film.gif(flat(values, 9, channels), fps, 3))
    assert (found.format, found.n_frames, found.size, found.info["loop"]) == ("GIF", 5, (27, 27), 0)
    for frame, value in enumerate(values):
        found.seek(frame)
        assert found.info["duration"] == pause_ms
        assert np.array_equal(np.unique(np.asarray(found.convert("L"))), [value])


def test_a_gif_of_colours_is_near_them() -> None:
    smooth = np.stack(np.meshgrid(np.arange(0, 256, 8), np.arange(0, 256, 8)), -1).astype(np.uint8)
    images = np.stack([np.concatenate([smooth, np.full((32, 32, 1), blue, np.uint8)], 2) for blue in (0, 128)])
    found = opened(film.gif(images, 10))
    for frame, image in enumerate(images):
        found.seek(frame)
        assert np.abs(np.asarray(found.convert("RGB")).astype(int) - image).mean() < 16


@pytest.mark.parametrize(("height", "width", "scale"), [(28, 28, 1), (27, 27, 1), (9, 7, 3), (64, 64, 2)])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_mp4_plays(height: int, width: int, scale: int, channels: int) -> None:
    values = [16, 64, 128, 200, 235]
    frames = np.stack([np.full((height, width, channels), value, np.uint8) for value in values])
    with av.open(io.BytesIO(film.mp4(frames, 12, scale))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.average_rate == 12
        assert stream.codec_context.pix_fmt == "yuv420p"  # what every browser plays
        found = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    even = (height * scale + 1) // 2 * 2, (width * scale + 1) // 2 * 2
    assert len(found) == 5 and all(frame.shape == (*even, 3) for frame in found)
    for frame, value in zip(found, values, strict=True):
        assert np.abs(frame.astype(int) - value).max() <= 6


def test_an_mp4_begins_with_its_index_so_that_it_plays_before_it_is_loaded() -> None:
    content = film.mp4(flat([0, 255], 28, 1), 10)
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_single_frame_is_an_animation_too(kind: str) -> None:
    assert getattr(film, kind)(flat([100], 28, 1), 10)
