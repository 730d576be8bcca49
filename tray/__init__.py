"""Paddock: a system-tray utility that keeps one local llama-server."""

__version__ = "0.1.0"
