"""Network facts: layers, and the pure geometry of what they read."""
