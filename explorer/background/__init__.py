"""Work that takes minutes, in processes of its own: publications and full measures."""
