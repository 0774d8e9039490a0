"""D rates a real picture one above the mean fake, and a fake one below the mean real picture, by squared error.

Jolicoeur-Martineau, The relativistic discriminator: a key element missing from standard GAN (2019), as RaLSGAN.
"""

D_OUTPUT = "score"
D_LOSS_AT_BALANCE = 2.0
G_SEES_REAL = True
FORMULAS = {"D": "(D(x) − mean D(G(z)) − 1)² + (D(G(z)) − mean D(x) + 1)²",
            "G": "(D(G(z)) − mean D(x) − 1)² + (D(x) − mean D(G(z)) + 1)²"}  # fmt: skip


def d_output(logits):
    return logits


def d_loss(real_logits, fake_logits):
    over, under = real_logits - fake_logits.mean(), fake_logits - real_logits.mean()
    return (over - 1).square().mean() + (under + 1).square().mean()


def g_loss(fake_logits, real_logits):
    return d_loss(fake_logits, real_logits)
