"""Pictures as files: one enlarged, a strip, a grid, an animated GIF, an MP4."""

from __future__ import annotations

import io
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image


def enlarged(images: np.ndarray, scale: int) -> np.ndarray:
    """Pictures uint8 [B, H, W, C] with each pixel repeated: they stay sharp."""
    return images.repeat(scale, 1).repeat(scale, 2)


def png(image: np.ndarray, scale: int = 1) -> bytes:
    """One picture uint8 [H, W, C] as PNG."""
    return _encoded(_picture(enlarged(image[None], scale)[0]), "PNG")


def grid(images: np.ndarray, columns: int, scale: int = 1, gap: int = 2) -> bytes:
    """Pictures uint8 [B, H, W, C] in rows of ``columns``, ``gap`` transparent pixels apart, as PNG."""
    count, height, width, _ = images.shape
    rows = -(-count // columns)
    sheet = Image.new("RGBA", ((columns * (width + gap) - gap) * scale, (rows * (height + gap) - gap) * scale))
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        tile = _picture(enlarged(image[None], scale)[0]).convert("RGBA")
        sheet.paste(tile, (column * (width + gap) * scale, row * (height + gap) * scale))
    return _encoded(sheet, "PNG")


def side_by_side(images: np.ndarray, frames: int) -> np.ndarray:
    """Pictures uint8 [frames * K, H, W, C], those of one frame together, as frames uint8 [frames, H, K * W, C]."""
    _, height, width, channels = images.shape
    rows = images.reshape(frames, -1, height, width, channels).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows).reshape(frames, height, -1, channels)


def gif(images: np.ndarray, frames_per_s: float, scale: int = 1) -> bytes:
    """Frames uint8 [B, H, W, C] as a GIF that loops; its clock knows hundredths of a second."""
    frames = (_picture(enlarged(image[None], scale)[0]) for image in images)  # never all of them enlarged at once
    pause_ms = max(20, round(100 / frames_per_s) * 10)
    return _encoded(next(frames), "GIF", save_all=True, append_images=frames, duration=pause_ms, loop=0)


def mp4(images: np.ndarray, frames_per_s: float, scale: int = 1) -> bytes:
    """Frames uint8 [B, H, W, C] as H.264 in an MP4 that browsers and presentations play."""
    import av  # only here: no page waits for it

    height, width = (edge * scale for edge in images.shape[1:3])
    even = (0, height % 2), (0, width % 2), (0, 0)  # H.264 wants an even size
    with tempfile.TemporaryDirectory() as folder:  # the index is moved to the front, for which the file is read again
        path = Path(folder) / "film.mp4"
        with av.open(path, "w", format="mp4", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("libx264", rate=Fraction(frames_per_s).limit_denominator(1000))
            stream.height, stream.width = height + height % 2, width + width % 2
            stream.pix_fmt, stream.options = "yuv420p", {"crf": "12"}
            for image in images:
                frame = np.pad(enlarged(image[None], scale)[0], even, mode="edge")
                frame = np.ascontiguousarray(np.broadcast_to(frame, (*frame.shape[:2], 3)))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            container.mux(stream.encode())
        return path.read_bytes()


def _picture(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()
