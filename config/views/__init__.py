"""The pages of the frame, and those that show several apps together."""
