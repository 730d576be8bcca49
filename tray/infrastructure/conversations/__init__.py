"""The kept conversations: their SQLite file, its tables, its search."""
