"""The Streamlit surface: it draws and asks; everything it shows is computed in `mer_core`."""

import os

# OpenMP's threads wait for their next piece of work by spinning. Beside a browser on the same
# machine, or other sessions, that took four tenths of the server's processor time and a quarter of
# the time to a live map. PyTorch's hears it only before it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
