"""The cookie that makes a browser one visitor: ``server/guard.py`` sets it, ``widgets/starting.py`` reads it."""

VISITOR = "gan_explorer_visitor"
