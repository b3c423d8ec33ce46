"""What operators see of the gateway at work: wrappers around its parts, which know nothing of them."""
