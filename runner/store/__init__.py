"""Results of stages, kept under the key of what they were computed from, for every later trial and sweep.

`Store` in `store.py` is what others use; `keeping.py` says what is worth keeping. A result is a folder of `.npy`,
`.json` and `.parquet` files and a manifest of their sha256: nothing in it can run code, and no byte of it is used
before it was compared with the manifest.
"""
