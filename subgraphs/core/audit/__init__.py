"""Evidence that anybody can check: sealed under published roots, verified on demand, exported for those who trust nobody."""
