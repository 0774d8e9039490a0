"""What is drawn of a generator and a discriminator that learn from each other."""

from pipelines.described import Series, View

_D = "The discriminator. G is the generator."
_LOSS = (
    "What each network makes small. The two pull against each other, so a falling loss does not mean better pictures."
)
_REAL = "What the discriminator says of real pictures, on average: 1 is 'real', 0 is 'fake'."
_FAKE = "What the discriminator says of the generator's pictures, on average: 1 is 'real', 0 is 'fake'."
_SLOPE = "How strongly a network is told to change. Near zero it no longer learns."
_PENALTY = "How far D's slope is from 1, squared, on average, between real and generated pictures. D pays for it."

VIEWS = (
    View("outputs", "outputs", "D says", "D's output", _D),
    View("losses", "losses", "Loss", "loss", _LOSS, log="choice"),
    View("gradient norm", "training", "Training", "gradient norm", _SLOPE, log="always", aside=True),
    View("penalty", "training", "Training", "gradient penalty", _PENALTY, from_zero=True, aside=True),
)

SERIES = (
    Series("d_loss", "losses", "D", "d", "of D", _D),
    Series("g_loss", "losses", "G", "g", "of G"),
    Series("d_real", "outputs", "D(x)", "real", "of real", _REAL),
    Series("d_fake", "outputs", "D(G(z))", "fake", "of fake", _FAKE),
    Series("grad_d", "gradient norm", "D", "d", "gradient of D", _D),
    Series("grad_g", "gradient norm", "G", "g", "gradient of G"),
    Series("penalty", "penalty", "penalty", "d", "penalty", setting="gradient_penalty"),
)
