"""Linux: the system packages of each family."""
