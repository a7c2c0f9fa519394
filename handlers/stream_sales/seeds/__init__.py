"""The data that Stream Sales begins with: demo users and products, and the rates of the marketplace."""
