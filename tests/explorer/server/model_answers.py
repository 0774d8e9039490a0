"""What the tests of the models' routes share: a point, a picture to send, and how answers are read."""

from __future__ import annotations

import base64
import io

import httpx
import numpy as np
from PIL import Image

POINT = {"z": [["0.0", 1]]}


def images(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    shape = [int(edge) for edge in answer.headers["x-shape"].split(",")]
    return np.frombuffer(answer.content, np.uint8).reshape(shape)


def refused(answer: httpx.Response, status: int, words: str = "") -> None:
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    sentence = answer.text
    assert words in sentence and sentence.endswith(".") and "\n" not in sentence
    assert "Traceback" not in sentence and sentence.replace("... ", "").count(". ") == 0 and len(sentence) < 600


def encoded(picture: np.ndarray, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.fromarray(picture.squeeze()).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()
