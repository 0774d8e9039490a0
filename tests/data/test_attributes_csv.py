"""The table of attributes in a folder of one's own pictures."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import data
from pipelines.data import _attributes_csv
from pipelines.errors import DataError
from tests.wrong_files import damaged_bytes

pytestmark = pytest.mark.usefixtures("data_home")
WHOLE = "file,smile,hat\ncats/a.png,1,0\ncats/more/b.png,0,1\ndogs/c.png,1,1\ndogs/d.bmp,0,0\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> None:
    (folder / "attributes.csv").write_text(text, encoding)


def test_rows_belong_to_their_pictures(pictures: Path) -> None:
    write(pictures, WHOLE)
    image_set = data.load("folder", folder=pictures)
    assert image_set.attribute_names == data.attribute_names_of("folder", pictures) == ("smile", "hat")
    assert image_set.attributes.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]
    assert image_set.labels.tolist() == [0, 0, 1, 1] and image_set.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace(",0", ",-1"),
        WHOLE.replace(",", ";"),
        WHOLE.replace("\n", "\r\n") + "\r\n",
        "\ufeff" + WHOLE,
        WHOLE.replace("cats/", "cats\\").replace("dogs/", "./dogs/").replace(",", " , "),
        WHOLE.replace(",", "\t"),
        "sep=;\n" + WHOLE.replace(",", ";"),
        WHOLE.replace("1", "1.0").replace(",0", ",0.0"),
        WHOLE.replace(",1", ",True").replace(",0", ",False"),
        WHOLE.replace(",", ";").replace(";1", ";1,0").replace(";0", ";0,0"),
        WHOLE.replace(",1", ",yes").replace(",0", ",No"),
        "".join('"' + line.replace(",", '","') + '"\n' for line in WHOLE.splitlines()),
        "\n".join(reversed(WHOLE.strip().splitlines()[1:])).join(["file,smile,hat\n", ""]),
    ],
    ids=[
        "minus one",
        "semicolons",
        "Windows",
        "byte order mark",
        "backslashes and spaces",
        "tabs",
        "separator named",
        "fractions",
        "True and False",
        "decimal commas",
        "yes and No",
        "quoted",
        "another order",
    ],
)
def test_tables_may_be_written_in_several_ways(text: str, pictures: Path) -> None:
    write(pictures, text)
    assert data.load("folder", folder=pictures).attributes.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_without_a_table_there_are_no_attributes(pictures: Path) -> None:
    image_set = data.load("folder", folder=pictures)
    assert image_set.attributes is None and image_set.attribute_names == ()
    assert data.attribute_names_of("folder", pictures) == ()


def test_pictures_without_a_row_and_rows_without_a_picture_are_counted(
    pictures: Path, paint: Callable[..., Path]
) -> None:
    for number in range(5):
        paint(f"dogs/x{number}.png")
    write(pictures, WHOLE + "dogs/gone.png,1,1\n")
    image_set = data.load("folder", folder=pictures)
    assert image_set.attributes.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]
    assert image_set.images[:, 0, 0, 0].tolist() == [10, 20, 30, 40]
    assert image_set.notes == (
        "5 skipped, without a row in attributes.csv: dogs/x0.png, dogs/x1.png, dogs/x2.png and 2 more",
        "1 row of attributes.csv without a picture: dogs/gone.png",
    )


def test_an_unreadable_picture_leaves_the_others_their_rows(pictures: Path) -> None:
    write(pictures, WHOLE)
    (pictures / "cats" / "a.png").write_bytes(b"broken")
    image_set = data.load("folder", folder=pictures)
    assert image_set.attributes.tolist() == [[0, 1], [1, 1], [0, 0]]
    assert image_set.notes == ("1 skipped, not a picture, or damaged at its beginning: cats/a.png",)


def test_a_changed_table_is_read_again(pictures: Path) -> None:
    before = data.load("folder", folder=pictures)
    write(pictures, WHOLE)
    first = data.load("folder", folder=pictures)
    facts = (pictures / "attributes.csv").stat()
    write(pictures, WHOLE.replace("a.png,1", "a.png,0"))
    os.utime(pictures / "attributes.csv", ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert not data.is_prepared("folder", size=28, channels=1, folder=pictures)
    second = data.load("folder", folder=pictures)
    assert second.attributes.tolist()[0] == [0, 0]
    assert len({before.fingerprint, first.fingerprint, second.fingerprint}) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The first line of {table} is ''; it must be a heading for the file names and then the name of at least"),
        ("file\ncats/a.png\n", "The first line of {table} is 'file'; it must be"),
        ("file,smile,smile\n", "The first line of {table} is 'file,smile,smile'; it must be"),
        (WHOLE + "x.png,1\n", "Line 6 of {table} has 1 values for 2 attributes; correct it."),
        (WHOLE + "cats/a.png,1,1\n", "Line 6 of {table} names cats/a.png again; give each picture one line."),
        (WHOLE + "x.png,1,2\n", "Line 6 of {table} has '2' for 'hat'; write 1 (or true, yes) where a picture has an"),
        (WHOLE + "x.png,1,nan\n", "Line 6 of {table} has 'nan' for 'hat'; write 1"),
        (WHOLE + "x.png,1,\n", "Line 6 of {table} has '' for 'hat'; write 1"),
        (
            WHOLE.replace("cats/more", '"cats/more'),
            "Line 3 of {table} opens a quotation mark and does not close it; close or remove it.",
        ),
        (
            WHOLE + "x.png,-1,1\n",
            "Line 6 of {table} has '-1' for 'smile'; write 1 (or true, yes) where a picture has an attribute and 0",
        ),
        ("file,smile\na.png,1\n", "No row of {table} names one of the 4 pictures beside it; write file names relative"),
        ("file,smile\ncats/a.png,1\n", "No picture of the class 'dogs' has a row in {table}; add rows for it, or"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_a_sentence(text: str, sentence: str, pictures: Path) -> None:
    write(pictures, text)
    with pytest.raises(DataError, match=re.escape(sentence.format(table=pictures / "attributes.csv"))):
        data.load("folder", folder=pictures)


ODD = ("", '"', '"a', "nan", "1e400", "x" * 5000, "\0", "\u2028", "٣", "sep=;", ",,", "cats/a.png", "-1")


@settings(
    max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_a_wrong_table_is_a_sentence_or_a_table(tmp_path: Path, seed: int, encoding: str) -> None:
    chance = random.Random(seed)
    lines = [line.split(",") for line in WHOLE.splitlines()]
    line = chance.choice(lines)
    line[chance.randrange(3)] = chance.choice(ODD)
    content = "\n".join(map(",".join, lines)).encode(encoding)
    (tmp_path / "attributes.csv").write_bytes(damaged_bytes(chance, content) if chance.random() < 0.5 else content)
    try:
        table = _attributes_csv.read(tmp_path)
        assert all(len(row) == len(table.names) and set(row) <= {0, 1} for row in table.rows.values())
    except DataError as error:
        assert "attributes.csv" in str(error) and "\n" not in str(error) and len(str(error)) < 700, error


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["h" * 1500], "has 1 attributes, the longest of 1,500 letters; at most 10,000 are read, of at most 1,000"),
        ([f"a{number}" for number in range(10_001)], "has 10,001 attributes, the longest of 6 letters"),
    ],
)
def test_more_names_than_a_prepared_set_keeps_are_a_sentence(pictures: Path, names: list[str], sentence: str) -> None:
    write(pictures, ",".join(["file", *names]) + "\n")
    with pytest.raises(DataError, match=re.escape(sentence)):
        data.load("folder", folder=pictures)


def test_a_table_of_a_spreadsheet_in_utf_16(pictures: Path) -> None:
    write(pictures, WHOLE.replace(",", "\t"), "utf-16")
    assert data.load("folder", folder=pictures).attributes.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


@pytest.mark.parametrize("name", ["attributes.csv", "list_attr_celeba.txt"])
def test_the_list_of_celeba_is_read_as_it_is(name: str, pictures: Path) -> None:
    rows = "cats/a.png  1 -1\ncats/more/b.png -1  1\ndogs/c.png  1  1\ndogs/d.bmp -1 -1\n"
    (pictures / name).write_text(f"4\n5_o_Clock_Shadow Smiling \n{rows}")
    image_set = data.load("folder", folder=pictures)
    assert image_set.attribute_names == ("5_o_Clock_Shadow", "Smiling") and image_set.notes == ()
    assert image_set.attributes.tolist() == [[1, 0], [0, 1], [1, 1], [0, 0]]


def test_accents_may_be_signs_of_their_own_in_a_table_or_on_the_disk(paint: Callable[..., Path]) -> None:
    paint("caf\u00e9.png", 10)
    folder = paint("u\u0308ber.png", 20).parent
    write(folder, "file,gro\u0308sse\ncafe\u0301.png,1\n\u00fcber.png,0\n")
    image_set = data.load("folder", folder=folder)
    assert image_set.notes == () and image_set.attribute_names == ("gr\u00f6sse",)
    assert image_set.attributes.tolist() == [[1], [0]]


def test_a_table_that_is_no_text_is_told(pictures: Path) -> None:
    (pictures / "attributes.csv").write_bytes(b"file,smile\n\xff\xfe.png,1\n")
    with pytest.raises(DataError, match="attributes.csv cannot be read .*; save it as text in UTF-8 or remove it"):
        data.attribute_names_of("folder", pictures)
