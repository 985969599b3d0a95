"""What happens to tensors while forward runs, and the facts beside layers that come of it."""
