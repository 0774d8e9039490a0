"""The convolutions between small maps are torch's, their gradients too, by either way."""

import pytest
import torch
import torch.nn.functional as F

from pipelines.networks._small_maps import Double, DoublingConv2d, Halve, HalvingConv2d

CASES = {
    "halving": (Halve.apply, lambda x, w: F.conv2d(x, w, stride=2, padding=1), (5, 3, 4, 4), (2, 3, 8, 6)),
    "doubling": (Double.apply, lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), (3, 5, 4, 4), (2, 3, 4, 3)),
}


def seeded(*shape, **more):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), **more)


@pytest.mark.parametrize("last", [True, False], ids=["channels last", "contiguous"])
@pytest.mark.parametrize("case", CASES)
def test_product_and_convolution_are_the_same_with_both_gradients(case, last):
    ours, theirs, kernel, shape = CASES[case]
    layout = torch.channels_last if last else torch.contiguous_format
    found = []
    for function in (ours, theirs):
        x, w = (seeded(*s, dtype=torch.float64).to(memory_format=layout).requires_grad_() for s in (shape, kernel))
        y = function(x, w)
        y.backward(seeded(*y.shape, dtype=torch.float64))
        found.append((y, x.grad, w.grad))
    for mine, other in zip(*found, strict=True):
        assert mine.shape == other.shape and torch.allclose(mine, other, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_only_what_is_wanted_is_computed(case):
    function, _, kernel, shape = CASES[case]
    x, w = seeded(*shape, requires_grad=True), seeded(*kernel)
    function(x, w).sum().backward()
    assert x.grad is not None and w.grad is None
    x, w = seeded(*shape), seeded(*kernel, requires_grad=True)
    function(x, w).sum().backward()
    assert w.grad is not None and x.grad is None


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("layer", "side"), [(HalvingConv2d, 8), (HalvingConv2d, 16), (DoublingConv2d, 4)])
def test_a_layer_under_autocast_is_near_the_one_in_full_precision(layer, side, bias):
    torch.manual_seed(0)
    made, x = layer(16, 12, bias=bias), seeded(3, 16, side, side)
    exact = made(x)
    with torch.autocast("cpu", torch.bfloat16):
        rough = made(x)
    assert rough.dtype == torch.bfloat16 and rough.shape == exact.shape
    assert (rough.float() - exact).abs().max() < 0.03 * exact.abs().max()


def test_in_full_precision_a_gradient_can_be_differentiated_again():
    layer, x = HalvingConv2d(3, 4), seeded(2, 3, 8, 8, requires_grad=True)
    (slope,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
    slope.square().sum().backward()
    assert layer.weight.grad.abs().sum() > 0
