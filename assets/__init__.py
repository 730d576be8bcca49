"""What Paddock ships beside its code."""
