"""Where clips lie and what their annotations mean: five releases, a user's own folder, and twins.

Light to import; `mer_core.datasets.catalog` is the entry point.
"""
