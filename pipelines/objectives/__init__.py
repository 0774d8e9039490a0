"""Adversarial losses, one file each, and (in ``_penalties.py``) penalties on D's gradient.

A loss is three pure functions on logits [B]; the two losses return a scalar::

    d_loss(real_logits, fake_logits)   # what D minimises; with LABEL_SMOOTHING also smoothing=0.0
    g_loss(fake_logits)                # what G minimises; with G_SEES_REAL: g_loss(fake_logits, real_logits)
    d_output(logits)                   # D's output as a person is shown it

and states its traits as constants, see ``LossTraits`` in ``pipelines/registries.py``.
"""
