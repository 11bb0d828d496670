"""What customers are like as a whole, and the only room that knows numpy and scikit-learn. Pure."""
