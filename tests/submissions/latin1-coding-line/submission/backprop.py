# -*- coding: latin-1 -*-
# Devoir 3 : rétropropagation à la main
import numpy as np

MESSAGE = "entraînement terminé, coût = %.4f"


def make_dataset(num_points):
    # première moitié : disque, deuxième moitié : anneau
    donnees = np.zeros((num_points, 2))
    moitie = num_points // 2
    for i in range(num_points):
        rayon = np.random.uniform(0, 2.5) if i < moitie else np.random.uniform(3.5, 5)
        angle = np.random.uniform(0, 2 * np.pi)
        donnees[i] = rayon * np.sin(angle), rayon * np.cos(angle)
    etiquettes = np.array([1] * moitie + [0] * moitie)
    return donnees, etiquettes


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(X, params):
    couche = np.tanh(X.dot(params["U"].T) + params["b"])
    return sigmoide(couche.dot(params["W"]) + params["c"])


def backprop(X, t, params):
    n = len(X)
    couche = np.tanh(X.dot(params["U"].T) + params["b"])
    y = sigmoide(couche.dot(params["W"]) + params["c"])
    cout = -(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()
    dz = (y - t) / n                                # dérivée par rapport à z
    dcouche = np.outer(dz, params["W"])
    dg = dcouche * (1 - couche ** 2)                # dérivée de la tangente hyperbolique
    grads = {"U": dg.T.dot(X), "b": dg.sum(axis=0), "W": couche.T.dot(dz), "c": dz.sum()}
    return grads, cout


if __name__ == "__main__":
    np.random.seed(0)
    X, t = make_dataset(500)
    params = {"U": np.random.randn(3, 2), "b": np.zeros(3), "W": np.random.randn(3), "c": 0}
    for etape in range(1000):
        grads, cout = backprop(X, t, params)
        params = {k: params[k] - grads[k] for k in params}
    print(MESSAGE % cout)
