"""Image processing that the Actions share: it knows pictures of printed cloth, and no Action."""
