"""The types that a saved scikit-learn pipeline may hold, beside those that skops trusts by itself.

The list stands here, in the loader, and never in a file: whoever writes a file would write its list too. It was
found by saving every classifier, regressor and transformer of scikit-learn after fitting. Trusting a type
means: a file may have it built from, and filled with, whatever arrays and texts it likes. So no type is here
whose making, or whose restoring, calls something that the file can name: no `functools.partial`, no
`operator.*`, no scorer, no user-defined distance (`PyFuncDistance`), no function that calls its arguments. A
pipeline that needs one of those cannot be loaded from a safe file; the loader says which type it was.

This module is light: the names are compared as text, nothing is imported to build them.
"""

from __future__ import annotations

#: Holders of numbers and settings: their attributes are set, nothing else happens.
_HOLDERS = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.impute._iterative.IterativeImputer",
    "sklearn.impute._iterative._ImputerTriplet",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels.CompoundKernel",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.DotProduct",
    "sklearn.gaussian_process.kernels.ExpSineSquared",
    "sklearn.gaussian_process.kernels.Exponentiation",
    "sklearn.gaussian_process.kernels.Matern",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.gaussian_process.kernels.RationalQuadratic",
    "sklearn.gaussian_process.kernels.Sum",
    "sklearn.gaussian_process.kernels.WhiteKernel",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.multiclass._ConstantPredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
)

#: Losses and their links, kept by boosting and generalised linear models. skops >= 0.15 trusts most by itself.
_LOSSES = (
    "_loss.CyHalfMultinomialLoss",  # how scikit-learn < 1.7 names the module of its compiled losses
    "sklearn._loss.link.HalfLogitLink",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogLink",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.AbsoluteError",
    "sklearn._loss.loss.ExponentialLoss",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfGammaLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfPoissonLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn._loss.loss.HalfTweedieLossIdentity",
    "sklearn._loss.loss.HuberLoss",
    "sklearn._loss.loss.PinballLoss",
)

#: Compiled structures that follow the positions written in the file without checking them. They run no code
#: of the file's, but a forged file can crash the process; the loader verifies the run's manifest before it
#: comes to them, so that damage by accident never gets this far.
_INDEXED = (
    "scipy.interpolate._bsplines.BSpline",
    "scipy.interpolate._bsplines._BSpline",  # what a BSpline is made of since SciPy 1.18
    "scipy.sparse._csr.csr_matrix",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.tree._tree.Tree",
)

#: The distances of neighbour searches, but for the user-defined one.
_DISTANCES = tuple(
    f"sklearn.metrics._dist_metrics.{name}Distance64"
    for name in (
        "BrayCurtis",
        "Canberra",
        "Chebyshev",
        "Dice",
        "Euclidean",
        "Hamming",
        "Haversine",
        "Jaccard",
        "Mahalanobis",
        "Manhattan",
        "Minkowski",
        "RogersTanimoto",
        "RussellRao",
        "SEuclidean",
        "SokalSneath",
    )
)

#: Functions that estimators keep as a setting. They only compute with the arrays they are given, so even a file
#: that had one called could make it do no more than that.
_PURE_FUNCTIONS = (
    "numpy.mean",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.feature_selection._univariate_selection.r_regression",
)

TRUSTED_TYPES: tuple[str, ...] = (*_HOLDERS, *_LOSSES, *_INDEXED, *_DISTANCES, *_PURE_FUNCTIONS)
