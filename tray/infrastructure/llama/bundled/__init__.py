"""The engine that comes along: its child process and what it is told."""
