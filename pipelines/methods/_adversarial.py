"""What is drawn of a generator and a discriminator that learn from each other."""

from pipelines.described import Series, Title, View

_D = "The discriminator. G is the generator."
_LOSS = (
    "What each network makes small. The two pull against each other, so a falling loss does not mean better pictures."
)
_REAL = "What the discriminator says of real pictures, on average: 1 is 'real', 0 is 'fake'."
_FAKE = "What the discriminator says of the generator's pictures, on average: 1 is 'real', 0 is 'fake'."
_SLOPE = "How strongly a network is told to change. Near zero it no longer learns."
_PENALTY = "How far D's slope is from 1, squared, on average, between real and generated pictures. D pays for it."

_CHANCE = "The chance that a picture is changed before D sees it, of each kind of change."
_OVERFITTING = (
    "How far D tells the training pictures from held-out ones, as a share of how far it tells them from fakes; without "
    "held-out pictures, how many more of the training pictures it takes for real than for fake. It follows the target."
)

_P = "probability"
OUTPUTS = (
    Title("D scores {d_real:.1f} and {d_fake:.1f}, a difference of {d_real - d_fake:.1f}", d_output="score"),
    Title(
        "D can no longer tell: {d_real:.2f}, {d_fake:.2f}",
        ("d_real > 0.4", "d_real < 0.6", "d_fake > 0.4", "d_fake < 0.6"), _P,
    ),
    Title("D recognises the fakes: {d_real:.2f}, {d_fake:.2f}", ("d_real > 0.95", "d_fake < 0.05"), _P),
    Title("D tells them apart: {d_real:.2f}, {d_fake:.2f}", ("d_real - d_fake > 0.2",), _P),
    Title("D hardly tells: {d_real:.2f}, {d_fake:.2f}", ("d_real - d_fake > 0",), _P),
    Title("D takes fake for real: {d_real:.2f}, {d_fake:.2f}", (), _P),
    Title("D's {d_output}: real {d_real:.2g}, fake {d_fake:.2g}"),
)  # fmt: skip
LOSSES = (
    Title("D wins: its loss is {d_loss:.2g}, G's {g_loss:.2g}", ("d_loss < 0.05",), _P),
    Title("D's loss {d_loss:.2f}, G's {g_loss:.2f}"),
)
SLOPES = (
    Title("G hardly gets a gradient: {grad_g:.1g}", ("grad_g < 0.001",)),
    Title("D's gradient {grad_d:.2g}, G's {grad_g:.2g}"),
)

VIEWS = (
    View("outputs", "outputs", "D says", "D's output", _D, of_d=True, titles=OUTPUTS),
    View("losses", "losses", "Loss", "loss", _LOSS, log="choice", titles=LOSSES),
    View(
        "gradient norm", "training", "Training", "gradient norm", _SLOPE, log="always", aside=True, titles=SLOPES
    ),
    View(
        "augmentation", "augmentation", "Augmentation", "share", _CHANCE, from_zero=True, aside=True,
        titles=(Title("Changed {augmented:%}, overfitting {overfitting:.2f}"),),
    ),
    View("penalty", "training", "Training", "gradient penalty", _PENALTY, from_zero=True, aside=True),
)  # fmt: skip

SERIES = (
    Series("d_loss", "losses", "D", "d", "of D", _D),
    Series("g_loss", "losses", "G", "g", "of G"),
    Series("d_real", "outputs", "D(x)", "real", "of real", _REAL),
    Series("d_fake", "outputs", "D(G(z))", "fake", "of fake", _FAKE),
    Series("grad_d", "gradient norm", "D", "d", "gradient of D", _D),
    Series("grad_g", "gradient norm", "G", "g", "gradient of G"),
    Series("augmented", "augmentation", "changed", "d", "changed", _CHANCE, setting="augment_target"),
    Series("overfitting", "augmentation", "overfitting", "real", "overfitting", _OVERFITTING, setting="augment_target"),
    Series("penalty", "penalty", "penalty", "d", "penalty", setting="gradient_penalty"),
)
