"""What the browser tests of the page Translate share: what is shown and on the canvas, and what the model draws."""

from __future__ import annotations

import base64
import io
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from pipelines.modalities._conditions import PALETTE
from pipelines.models import trained, translating

OPEN_MS = 90_000  # for a server that has torch still to load, on a busy machine
SIZE = 16
COLOURS = [tuple(bytes.fromhex(colour[1:])) for colour in PALETTE]
HAIR, MOUTH = 2, 6

PIXELS = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.height, canvas.width, btoa(String.fromCharCode(...data))];
}"""


def settled(page: Page, timeout: int = 20_000) -> None:
    """Wait until the picture of the input as it is now is shown."""
    page.wait_for_function(
        "() => { const d = document.querySelector('.gx-translate')?.dataset;"
        " return d?.shown && String(JSON.parse(d.shown).wanted) === d.wanted }",
        timeout=timeout,
    )


def give(page: Page, field: str, file: dict) -> None:
    """Give a file in a field, and wait until the picture of what it holds is shown."""
    place = page.locator(".gx-translate")
    before = place.get_attribute("data-wanted")
    page.get_by_label(field).set_input_files(file)
    expect(place).not_to_have_attribute("data-wanted", before)
    settled(page)


def pixels(canvas: Locator) -> np.ndarray:
    """A canvas, uint8 [H, W, 3]."""
    height, width, data = canvas.evaluate(PIXELS)
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3]


def figure(page: Page, name: str) -> Locator:
    return page.locator("figure").filter(
        has=page.locator(".gx-figure-name", has_text=re.compile(f"^{re.escape(name)}$"))
    )


def shown(page: Page, name: str) -> np.ndarray:
    settled(page)
    return pixels(figure(page, name).locator("canvas.gx-picture"))


def labels(page: Page) -> np.ndarray:
    """The labels on the canvas, int8 [1, H, W], by their colours."""
    colours = pixels(page.locator(".gx-paint-canvas canvas"))
    found = [[COLOURS.index(tuple(int(part) for part in colour)) for colour in row] for row in colours]
    return np.array(found, np.int8)[None]


def drawn(server, model: str, stored: np.ndarray, seed: int = 0, direction: str = "forward") -> np.ndarray:
    """What the model draws for an input as it is stored, [H, W, 3]."""
    gan = trained.load(server.models / model)
    z, _ = gan.draw([(seed, 0)])
    return translating.translated(gan, torch.from_numpy(stored)[None], z, direction)[0].permute(1, 2, 0).numpy()


def same(picture: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures are equal, but for a level of a pixel: another process may round it otherwise."""
    return picture.shape == other.shape and np.abs(picture.astype(int) - other.astype(int)).max() <= 1


def stored(picture: np.ndarray) -> np.ndarray:
    """Pixels [H, W, C] as they are stored."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def touched(page: Page, *moments: tuple[tuple[float, float], ...]) -> None:
    """Move fingers over cells of the canvas: at each moment where they are, one that is new last; then lift all."""
    box = page.locator(".gx-paint-canvas canvas").bounding_box()
    session, down, across = page.context.new_cdp_session(page), 0, box["width"] / SIZE
    for cells in moments:
        places = [
            {"id": finger, "x": box["x"] + (x + 0.5) * across, "y": box["y"] + (y + 0.5) * across}
            for finger, (x, y) in enumerate(cells)
        ]
        kind = "touchStart" if len(cells) > down else "touchMove"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
        down = len(cells)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def drag(page: Page, *cells: tuple[float, float]) -> None:
    """Drag the mouse over cells of the canvas."""
    box = page.locator(".gx-paint-canvas canvas").bounding_box()
    places = [
        (box["x"] + (x + 0.5) * box["width"] / SIZE, box["y"] + (y + 0.5) * box["height"] / SIZE) for x, y in cells
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def png(picture: np.ndarray) -> dict:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}


def file_of(page: Page, button: str) -> tuple[Image.Image, str]:
    """The picture that a button downloads, and its name."""
    with page.expect_download() as caught:
        page.get_by_role("button", name=button, exact=True).click()
    with Image.open(caught.value.path()) as file:
        file.load()
        return file, caught.value.suggested_filename
