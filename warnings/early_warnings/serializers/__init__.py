"""What the API gives and takes: reports, scores, indicators and their trials, regular reports."""
