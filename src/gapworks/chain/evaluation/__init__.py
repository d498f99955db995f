"""What is taken from data and networks before anything is drawn; one file an evaluation."""
