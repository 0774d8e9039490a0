"""Generator and discriminator pairs: one file a family.

A family's module offers two functions of the configuration and the number of classes (0 when unconditional)::

    generator(config, classes) -> nn.Module
    discriminator(config, classes) -> nn.Module

and states its traits as constants, see ``NetworkTraits`` in ``pipelines/registries.py``. What the two modules take
and give:

- ``generator(z, y)``: z [B, latent_size], y as class numbers [B], as weights of a mixture [B, classes], or None;
  to images [B, C, H, W] in [-1, 1].
- ``discriminator(x, y, group)``: images [B, C, H, W], y [B] or None, group [B] or None (told with ``self_conditional``
  only); to logits [B].
- ``discriminator.features(x)``: what feature matching compares, [B, F].

A function whose second parameter is named ``spec`` is given the whole ``pipelines.data.Spec`` instead. It may then
build for conditions other than classes, where y is float32, pictures [B, C, H, W] in [-1, 1] or numbers [B, L], and for
examples that are no pictures. Where pictures have no condition of their own, D is told None. D's logits may have
further axes, such as [B, 1, h, w] of patches, where the method and the loss take them.

A family that states ``TRANSLATES`` draws a picture of another one. Its functions take ``spec``, whose condition is a
picture or a map of labels (``_planes.py``); it is told nothing else, neither classes nor groups. Then:

- ``generator(z, y)``: y float32 [B, c, h, w] in [-1, 1], or of a map of labels int8 [B, 1, h, w], of any size that the
  family allows; to images. All that is random in a picture follows from z, so that an address gives the same pixels.
  Where they do not follow it little by little the family states ``Z_ROLE``, "dropout" or "none": of these there are no
  directions, no path length and no search for the z of a picture.
- ``discriminator(x, y, group)``: y as above, or None where the set is not paired (``spec.paired``), where D sees
  pictures alone; to logits [B], or of patches [B, 1, h, w], or of patches at k scales [B, k, h, w], where the smaller
  scales are repeated to the size of the largest, so that each weighs the same in a mean. A family that states
  ``PATCHES`` judges whole pictures instead where the configuration's ``image_gan`` says so.
- ``discriminator.judged(x, y) -> (logits, maps)``: the same logits, and in the same pass the maps [B, M, h, w] of each
  of its layers, a list, which a method may compare between real and drawn pictures.
- Neither has ``features``, batch statistics (``minibatch``) nor a label for each class.

``_conditioning.py`` holds the one way in which a label reaches either of them; a family that uses it has all of that.
A module may have more, which is used where it is there:

- ``generator.feature_info``: names of its layers from z to the picture, as ``get_submodule`` takes them. Components and
  marks look at the one in the middle; without it they look at the pictures alone.
- ``generator.z_layer``: the name of the linear layer whose first inputs are z, of which directions in closed form are
  made; without it there are none. Where it takes the first numbers of z alone, they change these.
- ``generator.mapping(z, y) -> w`` and ``generator.synthesis(w)``: the two parts of ``forward`` where it has a mapping
  network. A family that states ``MAPPING`` gives w as [B, layers, W], a style for each layer, and may mix them; its
  generators also have ``layers``, ``w_mean`` [W], ``truncated(w, psi)`` with one psi or [B, 1, 1], and
  ``synthesis(w, noise)`` with a boolean for each layer that adds noise.
- ``generator.w_layers``: names of the linear layers that read w, of which directions of W in closed form are made;
  without it there are none.
- ``advance(images_seen) -> bool``, of either: takes the form that the network has after so many real pictures, where
  its resolution grows, and returns whether a recorded step must be recorded anew. The trainer calls it before each
  step, also of the moving average. Pictures have the final size at each stage, and the weights of later stages exist
  from the start. Where it stands lies in buffers, so that checkpoints keep it; it never goes back, so that a published
  model that is trained further (which counts from 0) stays as it is.
- ``discriminator.faded(x)``: real pictures [B, C, H, W] with the detail that fakes can have while a stage fades in;
  D is shown these.
- ``generator.resolution``: the height in pixels of what it draws now, before it is enlarged to the final size; between
  those of two stages while the next one fades in. Runs of a generator that has it record and draw it.
- ``generator.pictures_by_stage(z, y)``: the pictures of the same z at each stage so far, [B, C, H, W] each; changes no
  buffer.
"""
