"""Maps of the density of states as microscopes and other programs write them."""
