"""One picture file of any kind that Pillow reads, as 8 bits a channel, upright and without transparent parts.

What a file is, its content says: a WebP named ``.jpg`` is read as what it is.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageOps, JpegImagePlugin, UnidentifiedImageError

from pipelines.data import _depth
from pipelines.data._depth import Deep, Reach
from pipelines.data._photos import TOO_LARGE, Unfit

READING = 2  # of prepared files; a new way of reading pixels makes folders be prepared again

MOST_PIXELS = 89_478_485  # to decode, Pillow's own bound; of a JPEG, after it is reduced while it is decoded
MOST_EDGE = 65_535  # pixels; a picture of one column takes memory for each row
MOST_BYTES = 1 << 30  # of a file; some formats are read whole before a size is known
STRIP_PIXELS = 4_000_000  # laid on white at a time

# Known by their ending alone. Pillow's other formats are rare, and so ambiguous that the content must say it, too.
COMMON = frozenset((
    "AVIF", "BMP", "DIB", "GIF", "JPEG", "JPEG2000", "MPO", "PNG", "PPM", "PSD", "QOI", "TGA", "TIFF", "WEBP",
))  # fmt: skip
# Not read: EPS starts Ghostscript, a program that the file tells what to do; of the others Pillow reads no pixels.
REFUSED = frozenset(("BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"))
MOVING = frozenset(("AVIF", "FLI", "GIF", "HEIF", "PNG", "TIFF", "WEBP"))  # whose further frames are not previews
HEIF_ENDINGS = frozenset((".heic", ".heif", ".hif"))
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
HEIF_MISSING = "HEIC (`pip install pillow-heif`, and they are read)"
RAW_ENDINGS = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw",
    ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
))  # fmt: skip
_BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"8BPS\0",
    b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51", b"qoif",
)  # fmt: skip


@functools.cache
def has_heif() -> bool:
    """Whether pillow-heif is installed, an optional library that reads the HEIC files of iPhones."""
    return importlib.util.find_spec("pillow_heif") is not None


@functools.cache
def formats() -> tuple[str, ...]:
    """Pillow's names of the formats that are read."""
    Image.init()
    if has_heif():
        import pillow_heif

        pillow_heif.register_heif_opener()
    return tuple(name for name in Image.ID if name not in REFUSED)


@functools.cache
def endings() -> frozenset[str]:
    """Endings, in small letters, by which a file counts as a picture without being opened."""
    known = formats()
    of_common = {
        ending for ending, name in Image.registered_extensions().items() if name in COMMON and name in (*known, "MPO")
    }
    return frozenset(of_common - {".icb", ".vda", ".vst"}) | (HEIF_ENDINGS if has_heif() else frozenset())


@functools.cache
def _rare_endings() -> tuple[str, ...]:
    """Endings of formats that only together with the content make a file count as a picture."""
    known = formats()
    return tuple(end for end, name in Image.registered_extensions().items() if name in known and end not in endings())


def in_words() -> str:
    """The formats that are read, for a person."""
    heif = ", HEIC" if has_heif() else ""
    return f"JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF, JPEG 2000{heif} and whatever else Pillow opens"


def begins_as_one(path: str) -> bool:
    """Whether a file whose ending does not say so begins as a picture that can be read."""
    try:
        with open(path, "rb") as file:
            head = file.read(16)
            if head.startswith(_BEGINNINGS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
                return True
            if head[4:8] == b"ftyp":
                return head[8:12] in (b"avif", b"avis") or (head[8:12] in HEIF_BRANDS and has_heif())
            if not path.lower().endswith(_rare_endings()):
                return False
            with warnings.catch_warnings(action="ignore"), Image.open(path, formats=formats()):
                return True
    except Exception:  # Pillow raises a dozen types
        return False


def upright(path: Path, size: int, reach: Callable[[], Reach]) -> tuple[Image.Image, bool]:
    """A picture of mode L, RGB or another with 8 bits a channel; and whether it has further frames.

    Args:
        path: of the file.
        size: edge of the square that is wanted, in pixels; a large JPEG is reduced to twice that while it is decoded.
        reach: gives that of all pictures with more than 8 bits a channel; called for such a picture only.

    Raises:
        Unfit: it is too large, or needs a library that is missing.
        Exception: whatever Pillow raises where it cannot be read.
    """
    with _opened(path) as source:
        source.draft(None, (2 * size, 2 * size))
        _require_room(source)
        image = source
        if _depth.is_deep(source):
            image = reach().picture(Deep(source, path))
            image.info["exif"] = source.info.get("exif", b"")
        if image.mode == "LAB":
            image = _from_lab(image)
        with contextlib.suppress(Exception):  # a damaged EXIF block leaves the picture as it lies
            ImageOps.exif_transpose(image, in_place=True)
        image = _on_white(image) if image.has_transparency_data else image
        image.load()
        if source.format in ("GIF", "TIFF") and image is source:
            image = image.copy()  # to find out whether there are more, these go to the second frame
        moving = False
        with contextlib.suppress(Exception):  # a damaged second frame
            moving = source.format in MOVING and bool(getattr(source, "is_animated", False))
        return image, moving


def add_to(reach: Reach, path: Path) -> None:
    """Let a picture count for the reach of those with more than 8 bits a channel; of any other, nothing happens."""
    with _opened(path) as source:
        if _depth.is_deep(source):
            _require_room(source)
            reach.add(Deep(source, path))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    if path.stat().st_size > MOST_BYTES:
        raise Unfit(TOO_LARGE)
    with warnings.catch_warnings(action="ignore"):  # of large pictures and damaged tags, for every one of them
        try:
            image = Image.open(path, formats=formats())
        except Image.DecompressionBombError:
            try:
                image = JpegImagePlugin.JpegImageFile(path)  # which can be reduced while it is decoded
            except Exception:
                raise Unfit(TOO_LARGE) from None
        except UnidentifiedImageError:
            with path.open("rb") as file:
                head = file.read(12)
            if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS and not has_heif():
                raise Unfit(HEIF_MISSING) from None
            raise
        with image:
            # Where a JPEG is progressive, its decoder holds all coefficients, however small the result.
            if image.info.get("progressive") and image.width * image.height > MOST_PIXELS:
                raise Unfit(TOO_LARGE)
            yield image


def _require_room(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS or max(image.size) > MOST_EDGE:
        raise Unfit(TOO_LARGE)


def _on_white(image: Image.Image) -> Image.Image:
    """A picture laid on white, RGB; in strips, since each step of it takes a copy."""
    result, height = Image.new("RGB", image.size), max(1, STRIP_PIXELS // image.width)
    for upper in range(0, image.height, height):
        strip = image.crop((0, upper, image.width, min(upper + height, image.height))).convert("RGBA")
        result.paste(Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip), (0, upper))
    return result


def _from_lab(image: Image.Image) -> Image.Image:
    """A picture in CIELAB (D50) as sRGB; Pillow converts it by colour management only."""
    from PIL import ImageCms

    transform = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
    return ImageCms.applyTransform(image, transform)
