#!/usr/bin/env python3
"""Makes fixtures/detectors: small tables with labels, and what PyOD's detectors score their rows.

    python3 benches/detector_fixtures.py FOLDER

Needs the Python packages pyod, scikit-learn and pandas. Where ours standardises, so is what PyOD is given.
"""
import os
import sys
import warnings

import numpy as np
import pandas as pd
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.gmm import GMM
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.lof import LOF
from pyod.models.pca import PCA
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

PEERS = {"ecod": ECOD, "copod": COPOD, "hbos": HBOS, "knn": KNN, "lof": LOF, "pca": PCA, "gmm": GMM}
STANDARDISED = {"hbos", "knn", "lof", "gmm"}
ROWS, ODD, SEEDS = 300, 20, 10


def gaussian(rng):
    """Dependent normal columns of different units; the last rows are drawn wider."""
    X = rng.standard_normal((ROWS, 5)) @ rng.standard_normal((5, 5))
    X[-ODD:] *= 2.5
    return X * [1, 10, 1000, 0.01, 1] + [0, 50, -3000, 0, 7]


def whole(rng):
    """Small whole numbers, as of questionnaires: many ties, and values on the edges of bins."""
    X = rng.poisson([1, 3, 6, 2], (ROWS, 4))
    X[-ODD:] += rng.integers(0, 5, (ODD, 4))
    return X


def repeated(rng):
    """Every ordinary row twelve times."""
    X = np.repeat(rng.standard_normal((-(-(ROWS - ODD) // 12), 4)), 12, axis=0)[: ROWS - ODD]
    return np.vstack([X, 2 * rng.standard_normal((ODD, 4))])


def constant(rng):
    """One column never changes, one hardly ever."""
    X = gaussian(rng)[:, :4]
    X[:, 1] = 7
    X[:, 3] = 0
    X[-3:, 3] = 1
    return X


def main(folder):
    warnings.simplefilter("ignore")
    os.makedirs(folder, exist_ok=True)
    forests = []
    for number, make in enumerate([gaussian, whole, repeated, constant]):
        name = make.__name__
        table = pd.DataFrame(make(np.random.default_rng(number))).add_prefix("x")
        table["label"] = (np.arange(ROWS) >= ROWS - ODD).astype(int)
        path = os.path.join(folder, f"{name}.csv")
        table.to_csv(path, index=False, float_format="%.6g")
        # What is scored is what the file says.
        table = pd.read_csv(path)
        X, y = table.drop(columns="label").to_numpy(float), table["label"]
        scores = {}
        for kind, peer in PEERS.items():
            rows = StandardScaler().fit_transform(X) if kind in STANDARDISED else X
            told = peer().fit(rows).decision_scores_
            # Of a constant column PyOD's PCA divides by nothing.
            if np.isfinite(told).all():
                scores[kind] = told
        pd.DataFrame(scores).to_csv(os.path.join(folder, f"{name}.pyod.csv"), index=False, float_format="%.12g")
        aucs = [roc_auc_score(y, IForest(random_state=seed).fit(X).decision_scores_) for seed in range(SEEDS)]
        forests.append((name, np.mean(aucs)))
    pd.DataFrame(forests, columns=["table", "mean_auc"]).to_csv(
        os.path.join(folder, "iforest.pyod.csv"), index=False, float_format="%.6f")


if __name__ == "__main__":
    main(sys.argv[1])
