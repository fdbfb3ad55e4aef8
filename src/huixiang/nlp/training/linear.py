"""The one place that knows scikit-learn: linear classifiers over sparse tables, and folds that respect groups."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Table = Any  # scipy.sparse.csr_matrix, which has no types
Array = npt.NDArray[Any]


def folds(groups: Sequence[Any] | Array, count: int = 5) -> Iterator[tuple[Array, Array]]:
    """Yield (rows to learn from, rows to judge on); near-duplicates, which share a group, never stand on both sides."""
    from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

    yield from GroupKFold(count).split(np.zeros(len(groups)), groups=np.asarray(groups))


def table(rows: Array, ids: Array, values: Array, shape: tuple[int, int]) -> Table:
    """Return a sparse table with `values` at (`rows`, `ids`); equal places add up."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    return csr_matrix((values, (rows, ids)), shape=shape)


def stacked(tables: Sequence[Table]) -> Table:
    """Return the tables one above the other."""
    from scipy.sparse import vstack

    return vstack(tables).tocsr()


def beside(tables: Sequence[Table | Array]) -> Table:
    """Return the tables, sparse or plain, one beside the other."""
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(one) for one in tables]).tocsr()


def separating(x: Table, y: Array, strength: float) -> tuple[Array, Array]:
    """Fit one separating plane per class against the rest; return weights (features × classes) and biases."""
    from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

    fitted = LinearSVC(C=strength, random_state=0).fit(x, y)
    return fitted.coef_.T, fitted.intercept_


def logistic(x: Table, y: Array, strength: float, weight: Array | None = None) -> tuple[Array, Array]:
    """Fit a logistic regression per class (one for yes/no); return weights (features × columns) and biases.

    `strength` is scikit-learn's C: larger trusts the data more.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.multiclass import OneVsRestClassifier  # type: ignore[import-untyped]

    single = LogisticRegression(C=strength, solver="liblinear", random_state=0)
    if len(np.unique(y)) <= 2:
        single.fit(x, y, sample_weight=weight)
        return single.coef_.T, single.intercept_
    every = OneVsRestClassifier(single).fit(x, y)
    return (
        np.concatenate([e.coef_ for e in every.estimators_]).T,
        np.concatenate([e.intercept_ for e in every.estimators_]),
    )


def multinomial(x: Array, y: Array, strength: float, weight: Array) -> tuple[Array, Array]:
    """Fit one logistic regression over all classes; return weights (features × classes present) and biases."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=strength, max_iter=1000).fit(x, y, sample_weight=weight)
    return found.coef_.T, found.intercept_
