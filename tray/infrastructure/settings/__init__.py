"""The settings file: its keys, reading it with forgiveness, changing it."""
