# -*- coding: utf-8 -*-
"""
Übung 5 - Rückwärtsausbreitung von Hand
"""
import numpy as np


def make_dataset(num_points):
    # erste Hälfte: Scheibe (1), zweite Hälfte: Ring (0)
    daten = []
    for i in range(num_points):
        if i < num_points // 2:
            radius = np.random.uniform(0, 2.5)
        else:
            radius = np.random.uniform(3.5, 5)
        winkel = np.random.uniform(0, 2 * np.pi)
        daten.append([radius * np.sin(winkel), radius * np.cos(winkel)])
    marken = np.zeros(num_points)
    marken[:num_points // 2] = 1
    return np.array(daten), marken


def vorwaerts(X, p):
    H = np.tanh(X @ p["U"].T + p["b"])
    z = H @ p["W"] + p["c"]
    return H, 1 / (1 + np.exp(-z))


def forward(X, params):
    return vorwaerts(X, params)[1]


def backprop(X, t, params):
    H, y = vorwaerts(X, params)
    anzahl = X.shape[0]
    fehler = (y - t) / anzahl
    zurück = fehler[:, None] * params["W"][None, :] * (1 - H * H)
    verlust = -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)) / anzahl
    return {
        "U": zurück.T @ X,
        "b": zurück.sum(axis=0),
        "W": H.T @ fehler,
        "c": fehler.sum(),
    }, verlust
