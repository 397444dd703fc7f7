"""A spec that somebody else wrote, made into one of the house: what can be said in its words stays."""
