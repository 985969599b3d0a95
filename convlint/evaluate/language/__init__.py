"""Python's statements and expressions: each lowered node becomes, once, a function from a frame to what it does."""
