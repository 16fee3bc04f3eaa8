"""Reference cases computed by Keras on JAX, one module per kind of subject."""
