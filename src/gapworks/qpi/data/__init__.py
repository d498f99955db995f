"""What is drawn at random, and the data sets that are solved from it."""
