"""The Streamlit surface: it draws and asks; everything it shows is computed in `mer_core`."""
