"""What is wrong with this machine, checked and said in plain words."""
