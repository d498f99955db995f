"""Maps that people measured: the impurity found, backgrounds taken off, what is no map refused."""
