"""A GAN on points in the plane, where each step of D and G can be seen.

``settings`` (no torch) says what can be set, ``distributions`` what is to be learnt, ``game`` trains step by step,
``measures`` compares real and fake, ``frame`` is what a page draws of a game, ``saved`` keeps one as a text.
"""
