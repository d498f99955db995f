"""What is drawn at random, and the samples solved from it."""
