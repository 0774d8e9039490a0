"""The grid of samples and the schedule of what is shown when."""

import io

import torch
from PIL import Image

from pipelines.config.train_config import TrainConfig
from pipelines.training.view import GAP, FixedView, grid_due, grid_png, measure_due


def test_the_grid_places_pictures_in_rows_with_transparent_gaps():
    images = torch.arange(6, dtype=torch.uint8).view(6, 1, 1, 1).expand(6, 1, 4, 4) * 40
    sheet = Image.open(io.BytesIO(grid_png(images, columns=3)))
    assert sheet.size == (3 * (4 + GAP) - GAP, 2 * (4 + GAP) - GAP) and sheet.mode == "LA"
    assert sheet.getpixel((0, 0)) == (0, 255) and sheet.getpixel((4 + GAP, 4 + GAP)) == (160, 255)
    assert sheet.getpixel((4, 0))[1] == 0


def test_colour_is_kept():
    images = torch.tensor([10, 20, 30], dtype=torch.uint8).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    assert Image.open(io.BytesIO(grid_png(images, 1))).getpixel((0, 0)) == (10, 20, 30, 255)


def test_a_conditional_view_has_one_class_a_row_and_one_z_a_column():
    view = FixedView(TrainConfig(conditional=True, samples=64, latent_size=3), tuple("abcdefghij"))
    assert (view.rows, view.columns, view.row_labels[:2]) == (10, 6, ["a", "b"])
    assert view.y.view(10, 6)[4].tolist() == [4] * 6
    assert torch.equal(view.z.view(10, 6, 3)[0], view.z.view(10, 6, 3)[9])


def test_the_view_is_fixed_by_the_seed_and_leaves_the_training_alone():
    state = torch.get_rng_state()
    one, two, other = (FixedView(TrainConfig(seed=seed), ()) for seed in (5, 5, 6))
    assert torch.equal(one.z, two.z) and not torch.equal(one.z, other.z)
    assert torch.equal(state, torch.get_rng_state())


def test_grids_are_dense_early_and_then_about_eight_an_epoch():
    due = [step for step in range(3000) if grid_due(step, 937)]
    assert due[:7] == [0, 1, 2, 5, 10, 20, 50]
    assert 100 in due and 3 not in due
    assert 7 <= sum(2000 <= step < 2937 for step in due) <= 10
    assert sum(grid_due(step, 2) for step in range(1000, 2000)) <= 100, "tiny epochs do not flood the folder"


def test_quality_is_measured_at_epochs_and_early_in_a_long_first_one():
    steps = [step for step in range(1, 2901) if measure_due((step - 1) / 937, step / 937, 937)]
    assert steps == [235, 469, 937, 1874, 2811]
    tiny = [step for step in range(1, 901) if measure_due((step - 1) / 5, step / 5, 5)]
    assert tiny == [200, 400, 600, 800], "epochs of five steps are taken together"


def test_where_z_changes_nothing_a_row_holds_several_conditions_each_with_its_picture():
    config = TrainConfig(conditional=True, network="resnet", samples=64, size=28, latent_size=3)
    told = torch.arange(32, dtype=torch.uint8).view(32, 1, 1, 1).expand(32, 1, 28, 28)
    names = tuple(f"example {number}" for number in range(1, 33))
    view = FixedView(config, names, told, told + 100)
    assert (view.rows, view.columns, view.groups) == (8, 9, 3) and view.row_labels[1] == "4 to 6"
    assert torch.equal(view.y, told[:24]) and torch.equal(view.z, view.z[:1].expand(24, -1))
    sheet = Image.open(io.BytesIO(view.png(told[:24] + 200)))
    cell = 28 + GAP
    seen = [sheet.getpixel((column * cell + 14, cell + 14))[0] for column in range(9)]  # the second row
    assert seen == [3, 203, 103, 4, 204, 104, 5, 205, 105]
    assert torch.equal(FixedView(config, names, told, indexed=True).y, torch.arange(32)), "pairs: four in a row"
    assert FixedView(config.changed(network="unet", dropout=0.0), names, told, told).groups == 3
    assert FixedView(config.changed(network="unet", dropout=0.1), names, told, told).columns == 10, "eight z"
    few = FixedView(config, names, told[:5], told[:5])
    assert (few.rows, few.columns, few.groups) == (5, 3, 1) and few.row_labels == list(names[:5])


def test_a_row_of_conditions_begins_with_the_input_and_ends_with_the_truth():
    config = TrainConfig(conditional=True, samples=6, size=28, latent_size=3)
    told = torch.tensor([10, 20, 30], dtype=torch.uint8).view(3, 1, 1, 1).expand(3, 1, 7, 7)
    true = torch.tensor([110, 120, 130], dtype=torch.uint8).view(3, 1, 1, 1).expand(3, 1, 28, 28)
    samples = torch.full((6, 1, 28, 28), 200, dtype=torch.uint8)
    cell = 28 + GAP
    for truth, columns in ((None, [10, 200, 200]), (true, [10, 200, 200, 110])):
        view = FixedView(config, ("a", "b", "c"), told, truth)
        sheet = Image.open(io.BytesIO(view.png(samples)))
        assert (view.rows, view.columns, view.has_truth) == (3, len(columns), truth is not None)
        assert sheet.size == (len(columns) * cell - GAP, 3 * cell - GAP) and torch.equal(view.y[2:4], told[[1, 1]])
        assert [sheet.getpixel((column * cell + 14, 14))[0] for column in range(len(columns))] == columns
    assert sheet.getpixel((3 * cell, 2 * cell + 14))[0] == 130
