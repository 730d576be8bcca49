"""Paddock's page and llama-server's own, side by side behind the same recorded answer."""
