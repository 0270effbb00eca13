"""Containers of items, read as blocks of identities."""
