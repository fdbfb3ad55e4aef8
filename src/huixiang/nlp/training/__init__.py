"""Fits the parameters of the models from labelled messages; needs the development requirements (scikit-learn)."""
