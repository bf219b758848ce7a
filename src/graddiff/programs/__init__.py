"""Programs that compute a value and a gradient, in the languages and the frameworks of courses."""
