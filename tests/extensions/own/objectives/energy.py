"""D's output is a distance from real pictures, which G makes small.

After Zhao et al., Energy-based Generative Adversarial Network (2017), without their autoencoder.
"""

from torch.nn.functional import relu, softplus

D_OUTPUT = "distance"
REAL_IS_HIGHER = False
LEVEL = "d_loss"
FORMULAS = {"D": "D(x) + max(0, 1 − D(G(z)))", "G": "D(G(z))"}


def d_output(logits):
    return softplus(logits)


def d_loss(real_logits, fake_logits):
    return d_output(real_logits).mean() + relu(1 - d_output(fake_logits)).mean()


def g_loss(fake_logits):
    return d_output(fake_logits).mean()
