"""Tell others what happens: signed, and again until they have heard it."""
