"""Models of the next days' sales, behind one interface."""
