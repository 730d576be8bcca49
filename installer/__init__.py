"""What sets Paddock up on a machine: standard library only, one folder a platform."""
