"""Programs that measure. Nothing here is a test, and no test depends on it."""
