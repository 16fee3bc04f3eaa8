"""Cases of layers that prepare numbers and images. What is drawn by chance is drawn here from a range of one number."""

import keras
import numpy as np

from .layers_shape import cases

K = keras.layers


def rescaling():
    file, add = cases("rescaling", K.Rescaling)
    add("scale", (2, 3), scale=1 / 255)
    add("offset", (2, 3, 4), scale=1 / 127.5, offset=-1)
    add("by_channel", (2, 3, 3), scale=[0.5, 2.0, -1.5], offset=[1.0, 0.0, 0.25])
    add("whole_numbers", inputs=[np.array([[0, 128], [255, 7]], np.int32)], scale=1 / 255)
    return file


def normalization():
    file, add = cases("normalization", K.Normalization)
    add("last_axis", (4, 3))
    add("rank_4", (2, 3, 2, 5))
    add("axis_1", (2, 3, 4), axis=1)
    add("axes_1_and_3", (2, 3, 2, 4), axis=[1, -1])
    add("no_axis", (3, 4), axis=None)
    add("invert", (4, 3), invert=True)
    add("given", (4, 3), mean=[0.5, -1.0, 2.0], variance=[1.5, 0.25, 4.0])
    add("given_for_all", (2, 3, 4), mean=3.0, variance=2.0)
    add("given_invert", (4, 3), mean=0.5, variance=2.0, invert=True)
    add("given_for_one_of_two_axes", (2, 3, 4), axis=[1, 2], mean=[0.5, -1.0, 2.0, 0.0], variance=[1.5, 0.25, 4.0, 0.0])
    return file


def category_encoding():
    file, add = cases("category_encoding", K.CategoryEncoding)
    rows = np.array([[0, 1, 1], [3, 2, 0]], np.int32)
    for mode in ("multi_hot", "one_hot", "count"):
        add(mode, inputs=[rows], num_tokens=4, output_mode=mode)
        add(f"{mode}_column", inputs=[rows[:, :1]], num_tokens=5, output_mode=mode)
        add(f"{mode}_rank_1", inputs=[rows[1]], num_tokens=4, output_mode=mode)
        add(f"{mode}_rank_3", inputs=[np.arange(12, dtype=np.int32).reshape(2, 3, 2) % 5], num_tokens=5, output_mode=mode)
    add("out_of_range", inputs=[np.array([[0, 9], [1, 1]], np.int32)], num_tokens=3)
    return file


def discretization():
    file, add = cases("discretization", K.Discretization)
    add("int", (3, 4), bin_boundaries=[-0.5, 0.0, 0.75])
    add("on_the_boundary", inputs=[np.array([[0.0, 1.0], [2.0, -1.0]], np.float32)], bin_boundaries=[0.0, 1.0])
    for mode in ("one_hot", "multi_hot", "count"):
        add(mode, (3, 4), bin_boundaries=[-0.5, 0.0, 0.75], output_mode=mode)
    add("one_hot_column", (3, 1), bin_boundaries=[0.0], output_mode="one_hot")
    return file


def stft_spectrogram():
    file, add = cases("stft_spectrogram", K.STFTSpectrogram)
    sizes = {"frame_length": 6, "frame_step": 4}
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft"):
        add(mode, (2, 15, 1), mode=mode, **sizes)
        add(f"{mode}_channels", (2, 13, 3), mode=mode, padding="same", fft_length=10, **sizes)
        add(f"{mode}_expanded", (3, 11, 2), mode=mode, frame_length=5, window="hamming", periodic=True, scaling="spectrum", expand_dims=True)
    add("no_window", (2, 9, 2), frame_length=4, window=None, scaling=None)
    return file


def mel_spectrogram():
    file, add = cases("mel_spectrogram", K.MelSpectrogram)
    sizes = {"fft_length": 16, "sequence_stride": 5, "num_mel_bins": 4}
    add("decibels", (2, 30), **sizes)
    add("cut", (2, 30), top_db=6.0, ref_power=0.5, **sizes)
    add("powers", (3, 23), power_to_db=False, **sizes)
    add("magnitudes", (2, 23), power_to_db=False, mag_exp=1.0, sequence_length=9, window="hamming", **sizes)
    add("frequencies", (2, 41), power_to_db=False, sampling_rate=8000, min_freq=300.0, max_freq=3100, fft_length=20, num_mel_bins=3)
    add("no_window", (1, 17), power_to_db=False, window=None, fft_length=8, sequence_stride=3, num_mel_bins=2)
    return file


def pixels(file, case, *shape, most=255.0):
    return [file.random(f"{case} pixels").uniform(0.0, most, shape).astype(np.float32)]


def images(path, layer_class):
    """As `cases`, with numbers from 0 to 255 where a shape is given."""
    file, add_with = cases(path, layer_class)

    def add(case, shape, most=255.0, **arguments):
        add_with(case, inputs=pixels(file, case, *shape, most=most), **arguments)

    return file, add


def resizing():
    file, add_with = images("resizing", K.Resizing)
    # Cubics and sines cancel: numbers up to 1 leave a result that does as exact as any.
    add = lambda *args, **kwargs: add_with(*args, most=1.0, **kwargs)
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        add(f"{interpolation}_larger", (1, 3, 4, 2), height=5, width=7, interpolation=interpolation)
        add(f"{interpolation}_smaller", (1, 6, 7, 2), height=4, width=3, interpolation=interpolation)
    add("antialias", (1, 6, 7, 2), height=3, width=2, antialias=True)
    add("crop_wide", (1, 4, 7, 2), height=3, width=3, crop_to_aspect_ratio=True)
    add("crop_high", (1, 7, 4, 2), height=3, width=4, crop_to_aspect_ratio=True)
    add("pad_wide", (1, 4, 7, 2), height=5, width=5, pad_to_aspect_ratio=True, fill_value=3.0)
    add("pad_high", (1, 7, 4, 2), height=3, width=4, pad_to_aspect_ratio=True)
    return file


def center_crop():
    file, add = images("center_crop", K.CenterCrop)
    add("even", (2, 6, 8, 2), height=2, width=4)
    add("odd", (1, 5, 7, 2), height=2, width=3)
    add("smaller", (1, 3, 4, 2), height=5, width=6)
    add("narrower", (1, 6, 3, 2), height=4, width=5)
    return file


def unchanged(path, layer_class, **arguments):
    """A layer that does nothing in inference and that draws what cannot be fixed in training."""
    def make():
        file, add = images(path, layer_class)
        add("inference", (2, 4, 5, 3), **arguments)
        add("inference_one_image", (4, 5, 3), **arguments)
        return file

    return make


def random_crop():
    file, add = images("random_crop", K.RandomCrop)
    add("inference", (2, 4, 5, 3), height=2, width=3, seed=1)
    add("as_large", (2, 4, 5, 3), height=4, width=5, seed=1, training=True)
    add("smaller", (1, 3, 4, 2), height=5, width=6, seed=1, training=True)
    add("narrower", (1, 7, 3, 2), height=4, width=5, seed=1, training=True)
    add("flatter", (1, 3, 8, 2), height=3, width=5, seed=1, training=True)
    return file


def random_flip():
    file, add = images("random_flip", K.RandomFlip)
    add("inference", (2, 4, 5, 3))
    add("horizontal", (2, 4, 5, 3), mode="horizontal")
    # A single column, and a single row, look the same from both sides.
    add("one_column", (2, 4, 1, 3), mode="horizontal", training=True)
    add("one_row", (2, 1, 4, 3), mode="vertical", training=True)
    return file


def by_place(path, layer_class, **arguments):
    """A layer that reads images at other places, every fill mode and interpolation."""
    def make():
        file, add = images(path, layer_class)
        add("inference", (2, 4, 5, 3), **arguments)
        for fill_mode in ("reflect", "wrap", "constant", "nearest"):
            for interpolation in ("bilinear", "nearest"):
                add(f"{fill_mode}_{interpolation}", (1, 5, 6, 2), fill_mode=fill_mode, interpolation=interpolation, fill_value=7.0,
                    training=True, **arguments)
        return file

    return make


def random_zoom():
    file = by_place("random_zoom", K.RandomZoom, height_factor=(0.31, 0.31), width_factor=(-0.23, -0.23))()
    add = lambda case, shape, **arguments: images_into(file, K.RandomZoom, case, shape, **arguments)
    add("width_goes_along", (1, 5, 4, 2), height_factor=(-0.27, -0.27), training=True)
    return file


def images_into(file, layer_class, case, shape, **arguments):
    from .layers import layer_case

    layer_case(file, case, layer_class, inputs=pixels(file, case, *shape), **arguments)


def colors(path, layer_class, *more, gray=False, **arguments):
    """A layer that changes numbers; `more` are cases beside, each with a name, a range of values and arguments."""
    def make():
        file, add = images(path, layer_class)
        add("inference", (2, 4, 5, 3), **arguments)
        add("training", (2, 4, 5, 3), training=True, **arguments)
        for case, most, others in more:
            add(case, (2, 3, 4, 3), most=most, training=True, **(arguments | others))
        if gray:
            add("one_channel", (2, 3, 4, 1), training=True, **arguments)
        return file

    return make


def clahe():
    file, add = images("contrast_limited_adaptive_histogram_equalization", K.ContrastLimitedAdaptiveHistogramEqualization)
    add("defaults", (2, 17, 19, 3))
    add("few_tiles", (2, 7, 9, 2), tile_grid_size=(2, 3), clip_limit=2.0)
    add("no_limit", (1, 8, 6, 1), tile_grid_size=(2, 3), clip_limit=0.0)
    add("unit", (2, 9, 5, 2), most=1.0, value_range=(0.0, 1.0), tile_grid_size=(3, 2), clip_limit=30.0)
    add("one_image", (6, 11, 3), tile_grid_size=(1, 4))
    add("smaller_than_the_grid", (1, 3, 5, 1), tile_grid_size=(4, 8), clip_limit=100.0)
    return file


UNIT = {"value_range": (0.0, 1.0)}

FILES = [
    rescaling,
    normalization,
    category_encoding,
    discretization,
    stft_spectrogram,
    mel_spectrogram,
    resizing,
    center_crop,
    random_crop,
    random_flip,
    by_place("random_rotation", K.RandomRotation, factor=(0.13, 0.13)),
    random_zoom,
    by_place("random_translation", K.RandomTranslation, height_factor=(0.23, 0.23), width_factor=(-0.37, -0.37)),
    unchanged("random_shear", K.RandomShear, x_factor=0.3, y_factor=0.2),
    unchanged("random_perspective", K.RandomPerspective, scale=0.4),
    colors("random_contrast", K.RandomContrast, ("upper", 1.0, UNIT | {"factor": (-0.0, 0.0)}), factor=0.0, gray=True),
    colors("random_brightness", K.RandomBrightness, ("darker", 1.0, UNIT | {"factor": (-0.31, -0.31)}), factor=(0.2, 0.2), gray=True),
    unchanged("random_hue", K.RandomHue, factor=0.3),
    colors("random_saturation", K.RandomSaturation, ("stronger", 1.0, UNIT | {"factor": (0.7, 0.7)}), factor=(0.3, 0.3)),
    colors("random_sharpness", K.RandomSharpness, ("sharper", 1.0, UNIT | {"factor": (0.9, 0.9)}), factor=(0.2, 0.2), gray=True),
    colors("random_grayscale", K.RandomGrayscale, ("never", 255.0, {"factor": 0.0}), factor=1.0),
    colors("random_invert", K.RandomInvert, ("unit", 1.0, UNIT), factor=(1.0, 1.0), gray=True),
    colors("random_posterization", K.RandomPosterization, ("unit", 1.0, UNIT | {"factor": (5, 5)}), factor=(3, 3), gray=True),
    colors("random_color_degeneration", K.RandomColorDegeneration, ("unit", 1.0, UNIT | {"factor": (-0.5, -0.5)}), factor=(0.4, 0.4)),
    colors("random_color_jitter", K.RandomColorJitter,
           ("unit", 1.0, UNIT | {"saturation_factor": (0.6, 0.6)}), brightness_factor=(0.1, 0.1), saturation_factor=(0.4, 0.4)),
    clahe,
    unchanged("random_elastic_transform", K.RandomElasticTransform, scale=0.4),
    unchanged("mix_up", K.MixUp, alpha=0.6),
    unchanged("cut_mix", K.CutMix, factor=(0.2, 0.6)),
    unchanged("rand_augment", K.RandAugment, num_ops=3, factor=(0.1, 0.4)),
    unchanged("aug_mix", K.AugMix, num_chains=2, chain_depth=1, alpha=0.7, all_ops=False),
    unchanged("random_erasing", K.RandomErasing, fill_value=2.0),
    unchanged("random_gaussian_blur", K.RandomGaussianBlur, kernel_size=5),
    colors("solarization", K.Solarization, ("unit", 1.0, UNIT), gray=True),
    colors("auto_contrast", K.AutoContrast, ("unit", 1.0, UNIT), gray=True),
    colors("equalization", K.Equalization, ("unit_few_bins", 1.0, UNIT | {"bins": 16}), gray=True),
]
