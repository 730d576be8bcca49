"""The user's desktop: clipboard, theme, lock, trash, and what opens files."""
