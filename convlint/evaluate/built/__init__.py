"""What was built, as a tree; from there to layers, the ways to them, and places for people."""
