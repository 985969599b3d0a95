"""Rules of the Acme vision group."""
