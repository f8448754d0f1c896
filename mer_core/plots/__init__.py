"""Figures: numbers in, pictures out; nothing is computed and nothing is saved here."""
