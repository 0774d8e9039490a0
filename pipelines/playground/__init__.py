"""A GAN in the plane: points instead of pictures, so that one sees at a glance what D and G do to each other.

``settings`` (no torch) says what can be set, ``distributions`` what is to be learnt, ``game`` trains step by step,
``measures`` compares real and fake, ``frame`` is what a page draws of a game, ``saved`` keeps one as a text.
"""
