"""What counts as one element: Python objects to 64-bit identities."""
