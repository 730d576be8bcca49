"""GGUF files: found, read by a child, named, listed and indexed."""
