"""Which operations clients send: recorded without their values, so that a change can be tried on them."""
