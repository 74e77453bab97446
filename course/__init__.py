"""What the lesson notebooks import: data, toy data, plots, baselines and training loops.

Names are loaded on first use, so that ``import course`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.baselines import (
        PrincipalComponents,
        binary_cross_entropy,
        binomial_blur,
        box_blur,
        fit_pca,
        mean_squared_error,
        pca_reconstruct,
    )
    from course.data import CLASS_NAMES, DataError, ImageDataset, load_fashion_mnist
    from course.explorer import explore_codings
    from course.plots import (
        IMAGE_COLOUR_MAP,
        LINE_COLOURS,
        plot_image,
        show_figure,
        show_images,
        show_reconstructions,
    )
    from course.toy import toy_garments
    from course.training import StepError, fit_vae, vae_terms

__all__ = [
    "CLASS_NAMES",
    "IMAGE_COLOUR_MAP",
    "LINE_COLOURS",
    "DataError",
    "ImageDataset",
    "PrincipalComponents",
    "StepError",
    "binary_cross_entropy",
    "binomial_blur",
    "box_blur",
    "explore_codings",
    "fit_pca",
    "fit_vae",
    "load_fashion_mnist",
    "mean_squared_error",
    "pca_reconstruct",
    "plot_image",
    "show_figure",
    "show_images",
    "show_reconstructions",
    "toy_garments",
    "vae_terms",
]

_NAMES_OF_MODULE = {
    "baselines": (
        "PrincipalComponents",
        "binary_cross_entropy",
        "binomial_blur",
        "binomial_blur",
        "box_blur",
        "fit_pca",
        "mean_squared_error",
        "pca_reconstruct",
    ),
    "data": ("CLASS_NAMES", "DataError", "ImageDataset", "load_fashion_mnist"),
    "explorer": ("explore_codings",),
    "plots": (
        "IMAGE_COLOUR_MAP",
        "LINE_COLOURS",
        "plot_image",
        "show_figure",
        "show_images",
        "show_reconstructions",
    ),
    "toy": ("toy_garments",),
    "training": ("StepError", "fit_vae", "vae_terms"),
}
_MODULE_OF_NAME = {name: module for module, names in _NAMES_OF_MODULE.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` when the name is first asked for (PEP 562)."""
    if name not in _MODULE_OF_NAME:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return getattr(import_module(f"course.{_MODULE_OF_NAME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
