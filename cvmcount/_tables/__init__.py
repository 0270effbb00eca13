"""Tables of Python values that Arrow libraries read, made without any of them."""
