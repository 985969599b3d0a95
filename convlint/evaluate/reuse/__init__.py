"""Work that is done once, or not at all: remembered calls, code that only initialises, forwards without layers."""
