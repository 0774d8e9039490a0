"""What an example of a data set is, if not a picture: one file a modality.

A modality's module has, for examples [B, ...] as a data set stores them:

- ``PICTURES``: whether they are maps [C, H, W], so that mirroring, augmentation and grouping by looks apply;
- ``encode(stored)``: float32 tensor, about in [-1, 1], as networks read and write it;
- ``decode(encoded)``: the inverse, in the stored type; what it cannot keep it rounds or clips;
- ``tile(stored, size, channels)``: how people see them, uint8 [B, channels, size, size];
- ``features(stored)``: float32 [B, F], the numbers by which samples are compared with the data where no classifier
  ships for the set. It may be left out: then only measures are taken that look at the examples themselves, and a
  measure of one's own with ``SELECTS`` tells the best checkpoint (``pipelines/metrics/measures``).

Nothing else needs to know what an example is: grids, previews and pages show tiles.
"""
