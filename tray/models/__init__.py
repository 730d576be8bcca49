"""Frozen data shared by all layers. Imports nothing of ours but itself."""
