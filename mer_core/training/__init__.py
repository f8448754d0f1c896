"""Fits networks fold by fold, and keeps what came out. Never sees a screen."""
