"""Which engines are here, and which devices they see."""
