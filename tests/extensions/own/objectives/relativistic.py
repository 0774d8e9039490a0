"""D says how much more real a real picture is than a fake; G wants the opposite of the same pairs.

Jolicoeur-Martineau, The relativistic discriminator (2018); Huang et al., The GAN is dead; long live the GAN! (2024).
"""

from math import log

from torch.nn.functional import softplus

D_OUTPUT = "score"
G_SEES_REAL = True
STAYS_STEEP = True
D_LOSS_AT_BALANCE = 0.6931471805599453  # log 2
FORMULAS = {"D": "log(1 + exp(D(G(z)) − D(x)))", "G": "log(1 + exp(D(x) − D(G(z))))"}
assert log(2) == D_LOSS_AT_BALANCE


def d_output(logits):
    return logits


def d_loss(real_logits, fake_logits):
    return softplus(fake_logits - real_logits).mean()


def g_loss(fake_logits, real_logits):
    return softplus(real_logits - fake_logits).mean()
