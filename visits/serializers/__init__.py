"""What the API gives and takes: visits and plans, the promise check, the weather."""
