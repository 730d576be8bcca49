"""The built-in demo model: its corpus, its training and its checks (see README.md)."""
