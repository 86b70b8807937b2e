"""Trains models with the libraries themselves and writes, into a folder: each model, the rows as little-endian
floats of 64 bits, and what the library answers. `crates/models/tests/libraries/main.rs` reads them and compares.

    python3 make.py FOLDER [rows]

list.txt has one line a model: name, file, columns, rows, answers a row, rows explained, kind of input.
NAME.rows, NAME.raw (margins), NAME.pred (answers), NAME.shap (contributions, an unknown row's last).
"""

import os
import pathlib
import sys

# One thread: where others compute too, several wait for each other and take many times as long.
os.environ["OMP_NUM_THREADS"] = "1"

import lightgbm
import numpy as np
import onnxruntime
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

FOLDER = pathlib.Path(sys.argv[1])
ROWS = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
EXPLAINED = 200
COLUMNS = 12
LINES = []


def data(seed, missing=True, whole=False):
    """Rows of amounts, counts and two columns of categories; labels of two and of three classes."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(ROWS, COLUMNS)) * 10.0 ** random.integers(-3, 6, COLUMNS)
    x[:, 3] = random.integers(0, 30, ROWS)
    x[:, 4] = random.integers(0, 150, ROWS)
    x[:, 5] = np.where(random.random(ROWS) < 0.5, 0.0, x[:, 5])
    x[:, 6] = random.integers(0, 5, ROWS)
    sign = np.sign(x[:, 0]) + (x[:, 3] % 3 == 1) + (x[:, 4] % 7 < 2) * np.sign(x[:, 5]) + x[:, 6] * 0.3
    noise = sign + random.normal(size=ROWS)
    if missing:
        x[random.random(x.shape) < 0.08] = np.nan
    return x, (noise > 1.2).astype(int), np.digitize(noise, [0.2, 1.6])


def write(name, suffix, numbers):
    np.ascontiguousarray(numbers, dtype="<f8").tofile(FOLDER / f"{name}.{suffix}")


def keep(name, file, x, raw, pred, shap, kind):
    outputs = 1 if pred.ndim == 1 else pred.shape[1]
    write(name, "rows", x)
    write(name, "raw", raw)
    write(name, "pred", pred)
    if shap is not None:
        write(name, "shap", shap)
    LINES.append(f"{name} {file} {x.shape[1]} {len(x)} {outputs} {0 if shap is None else EXPLAINED} {kind}")


def with_lightgbm(name, seed, categories=(), labels=1, missing=True, rounds=60, **settings):
    x, two, three = data(seed, missing)
    settings = {"verbose": -1, "num_leaves": 31, "seed": 1, "num_threads": 1, "deterministic": True, **settings}
    dataset = lightgbm.Dataset(x, two if labels == 1 else three, categorical_feature=list(categories))
    model = lightgbm.train(settings, dataset, rounds)
    (FOLDER / f"{name}.txt").write_text(model.model_to_string())
    # What was not seen while training: categories, signs, values beyond all bounds.
    x[::97, 3] = 1_000
    x[::89, 4] = -7
    x[::83, 0] = 1e300
    x[::79, 1] = 1e-36
    shap = model.predict(x[:EXPLAINED], pred_contrib=True)
    keep(name, f"{name}.txt", x, model.predict(x, raw_score=True), model.predict(x), shap, "lightgbm")
    return model


def with_xgboost(name, seed, categories=(), labels=1, missing=True, rounds=60, file="json", **settings):
    x, two, three = data(seed, missing)
    types = ["c" if at in categories else "q" for at in range(COLUMNS)]
    settings = {"max_depth": 6, "seed": 1, "nthread": 1, **settings}

    def matrix(rows, label=None):
        return xgboost.DMatrix(rows, label, feature_types=types, enable_categorical=True)

    model = xgboost.train(settings, matrix(x, two if labels == 1 else three), rounds)
    model.save_model(FOLDER / f"{name}.{file}")
    for at in categories:
        x[::97, at] = 149 if at == 4 else 29
    rows = matrix(x)
    shap = model.predict(matrix(x[:EXPLAINED]), pred_contribs=True)
    keep(name, f"{name}.{file}", x, model.predict(rows, output_margin=True), model.predict(rows), shap, "xgboost")
    return model


def with_onnx(name, model, seed, convert, missing):
    x, _, _ = data(seed, missing)
    onnx = convert(model, initial_types=[("rows", FloatTensorType([None, COLUMNS]))])
    (FOLDER / f"{name}.onnx").write_bytes(onnx.SerializeToString())
    session = onnxruntime.InferenceSession(onnx.SerializeToString())
    pred = session.run(None, {"rows": x.astype(np.float32)})[1]
    if isinstance(pred, list):
        pred = np.array([[row[key] for key in sorted(row)] for row in pred])
    pred = pred[:, 1] if pred.shape[1] == 2 else pred
    keep(name, f"{name}.onnx", x, pred, pred, None, "onnx")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    binary = {"objective": "binary"}
    three = {"objective": "multiclass", "num_class": 3}
    with_lightgbm("lightgbm-nan", 1, rounds=100, **binary)
    with_lightgbm("lightgbm-zero", 2, zero_as_missing=True, **binary)
    with_lightgbm("lightgbm-categories", 3, categories=(3, 4), **binary)
    with_lightgbm("lightgbm-none", 4, use_missing=False, sigmoid=1.5, **binary)
    with_lightgbm("lightgbm-three", 5, categories=(3,), labels=3, rounds=20, **three)
    with_lightgbm("lightgbm-dart", 6, boosting="dart", **binary)
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    with_lightgbm("lightgbm-rf", 7, **forest, **binary)
    with_lightgbm("lightgbm-numbers", 8, objective="regression")
    logistic = {"objective": "binary:logistic"}
    with_xgboost("xgboost-nan", 11, rounds=100, **logistic)
    with_xgboost("xgboost-categories", 12, categories=(3, 4), max_cat_to_onehot=4, **logistic)
    with_xgboost("xgboost-ubj", 13, categories=(3,), file="ubj", base_score=0.2, **logistic)
    softmax = {"objective": "multi:softprob", "num_class": 3}
    with_xgboost("xgboost-three", 14, labels=3, rounds=20, file="ubj", **softmax)
    with_xgboost("xgboost-dart", 15, rounds=15, booster="dart", rate_drop=0.1, **logistic)
    with_xgboost("xgboost-numbers", 16, objective="reg:squarederror")
    for_onnx()
    (FOLDER / "list.txt").write_text("\n".join(LINES) + "\n")
    benchmark()


def for_onnx():
    x, two, three = data(21, False)
    columns = {"n_estimators": 60, "n_jobs": 1}
    model = lightgbm.LGBMClassifier(verbose=-1, **columns).fit(x, two)
    with_onnx("onnx-lightgbm", model, 22, lambda m, **k: convert_lightgbm(m, zipmap=False, **k), False)
    model = xgboost.XGBClassifier(max_depth=5, **columns).fit(x, two)
    with_onnx("onnx-xgboost", model, 22, convert_xgboost, False)
    model = xgboost.XGBClassifier(max_depth=4, **columns).fit(x, three)
    with_onnx("onnx-xgboost-three", model, 22, convert_xgboost, False)


def benchmark():
    """What our own trainer is compared with: the first part of the rows fits, the rest is ranked."""
    x, label, _ = data(31)
    part = ROWS * 7 // 10
    settings = {"objective": "binary", "verbose": -1, "learning_rate": 0.05, "num_threads": 1, "deterministic": True}
    model = lightgbm.train(settings, lightgbm.Dataset(x[:part], label[:part]), 200)
    write("train", "rows", x)
    write("train", "label", label)
    write("train", "pred", model.predict(x[part:]))


main()
