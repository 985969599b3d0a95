"""Front ends: text of the user, in; layer facts, out. One folder for each kind of input."""
