"""Cases of convolutions, poolings and up-sampling along one, two and three axes (Conv2D and the poolings of images have more of their own)."""

import keras

from .case_file import CaseFile
from .layers import layer_case

K = keras.layers
L1, L2 = keras.regularizers.L1, keras.regularizers.L2


def of(path, layer_class, cases, *positional):
    """A file of the named cases, each a shape, values of the positional arguments and other arguments."""
    def make():
        file = CaseFile(f"layers/{path}.safetensors")
        for case, (shape, *values) in cases.items():
            arguments = values.pop() if values and isinstance(values[-1], dict) else {}
            layer_case(file, case, layer_class, shape, **dict(zip(positional, values)), **arguments)
        return file

    return make


def conv(path, layer_class, cases):
    return of(path, layer_class, cases, "filters", "kernel_size")


CONV1D = {
    "valid": ((2, 7, 3), 4, 3),
    "same_relu": ((2, 7, 3), 4, 4, dict(padding="same", activation="relu")),
    "causal": ((2, 7, 3), 4, 3, dict(padding="causal")),
    "causal_dilation_2": ((1, 9, 2), 3, 3, dict(padding="causal", dilation_rate=2, activation="tanh")),
    "causal_stride_2": ((1, 8, 2), 3, 4, dict(padding="causal", strides=2)),
    "causal_wider_than_input": ((1, 3, 2), 3, 5, dict(padding="causal", use_bias=False)),
    "same_stride_3": ((2, 11, 3), 2, 2, dict(padding="same", strides=3)),
    "valid_stride_2_groups_2": ((1, 9, 4), 6, 3, dict(strides=2, groups=2)),
    "same_dilation_3": ((1, 8, 2), 3, 3, dict(padding="same", dilation_rate=3, use_bias=False)),
    "kernel_1": ((2, 5, 3), 17, 1),
    "regularized": ((3, 5, 2), 2, 2, dict(kernel_regularizer=L2(0.01), bias_regularizer=L1(0.02), activity_regularizer=L2(0.03),
                                          kernel_constraint="non_neg", kernel_initializer="he_normal")),
}
CONV3D = {
    "valid": ((2, 4, 3, 5, 2), 3, 2),
    "same_stride_2": ((1, 5, 4, 3, 2), 3, 3, dict(padding="same", strides=2, activation="relu")),
    "kernel_1x2x3_strides": ((1, 4, 5, 6, 1), 2, (1, 2, 3), dict(strides=(1, 2, 1), use_bias=False)),
    "dilation": ((1, 5, 5, 4, 2), 2, 2, dict(dilation_rate=(2, 1, 3))),
    "same_groups_2": ((1, 3, 4, 3, 4), 2, 3, dict(padding="same", groups=2, activity_regularizer=L2(0.1))),
}
CONV1D_TRANSPOSE = {
    "valid": ((2, 5, 3), 4, 3),
    "same_stride_2": ((2, 5, 3), 4, 3, dict(padding="same", strides=2, activation="relu")),
    "valid_stride_3_kernel_2": ((1, 4, 2), 3, 2, dict(strides=3)),
    "same_stride_3_kernel_2": ((1, 4, 2), 3, 2, dict(padding="same", strides=3, use_bias=False)),
    "valid_output_padding": ((1, 4, 2), 3, 3, dict(strides=2, output_padding=1)),
    "same_output_padding": ((1, 4, 2), 3, 4, dict(padding="same", strides=3, output_padding=2)),
    "same_output_padding_0": ((1, 5, 2), 3, 3, dict(padding="same", strides=2, output_padding=0)),
    "valid_dilation_2": ((1, 5, 2), 3, 3, dict(dilation_rate=2)),
    "regularized": ((3, 4, 2), 2, 2, dict(strides=2, kernel_regularizer=L2(0.01), bias_regularizer=L1(0.02), activity_regularizer=L1(0.03))),
}
CONV2D_TRANSPOSE = {
    "valid": ((2, 3, 4, 3), 4, 3),
    "valid_stride_2": ((1, 3, 2, 2), 3, 3, dict(strides=2, activation="relu")),
    "same_stride_2": ((1, 3, 4, 2), 3, 3, dict(padding="same", strides=2)),
    "kernel_2_stride_2": ((2, 3, 3, 3), 2, 2, dict(strides=2)),
    "same_stride_2x1_kernel_3x2": ((1, 3, 4, 2), 3, (3, 2), dict(padding="same", strides=(2, 1), use_bias=False)),
    "valid_stride_1x3": ((1, 3, 3, 2), 2, 2, dict(strides=(1, 3))),
    "valid_output_padding_1x0": ((1, 3, 3, 2), 2, 3, dict(strides=2, output_padding=(1, 0))),
    "same_output_padding": ((1, 3, 4, 2), 2, 3, dict(padding="same", strides=2, output_padding=1)),
    "same_dilation_2": ((1, 4, 5, 2), 2, 3, dict(padding="same", dilation_rate=2)),
    "valid_dilation_2x1": ((1, 4, 3, 2), 2, 2, dict(dilation_rate=(2, 1))),
    "regularized": ((2, 3, 2, 2), 2, 2, dict(kernel_regularizer=L1(0.01), activity_regularizer=L2(0.03), kernel_initializer="he_uniform")),
}
CONV3D_TRANSPOSE = {
    "valid": ((1, 2, 3, 2, 3), 2, 2),
    "same_stride_2": ((1, 2, 3, 2, 2), 2, 3, dict(padding="same", strides=2, activation="tanh")),
    "valid_strides_output_padding": ((1, 2, 2, 3, 2), 2, (2, 1, 3), dict(strides=(2, 2, 1), output_padding=(1, 0, 0), use_bias=False)),
}
DEPTHWISE_CONV1D = {
    "valid": ((2, 7, 3), 3),
    "same_multiplier_2": ((2, 7, 3), 4, dict(padding="same", depth_multiplier=2, activation="relu")),
    "valid_stride_2": ((1, 9, 2), 3, dict(strides=2, use_bias=False)),
    "same_dilation_2": ((1, 7, 2), 3, dict(padding="same", dilation_rate=2)),
    "regularized": ((2, 5, 2), 2, dict(depthwise_regularizer=L2(0.01), bias_regularizer=L1(0.02), activity_regularizer=L2(0.03),
                                       depthwise_constraint="max_norm", depthwise_initializer="he_normal", bias_initializer="ones")),
}
DEPTHWISE_CONV2D = {
    "valid": ((2, 5, 6, 3), 3),
    "same_relu6": ((1, 5, 4, 9), 3, dict(padding="same", activation="relu6", use_bias=False)),
    "same_stride_2": ((1, 7, 6, 4), 3, dict(padding="same", strides=2)),
    "valid_stride_2_multiplier_3": ((1, 6, 5, 2), 2, dict(strides=2, depth_multiplier=3)),
    "kernel_1x3": ((1, 4, 6, 2), (1, 3), dict(depth_multiplier=2)),
    "same_dilation_2x1": ((1, 6, 5, 2), 3, dict(padding="same", dilation_rate=(2, 1))),
    "one_channel_multiplier_5": ((2, 4, 4, 1), 3, dict(depth_multiplier=5)),
    "regularized": ((2, 4, 3, 2), 2, dict(depthwise_regularizer=L2(0.01), bias_regularizer=L1(0.02), activity_regularizer=L2(0.03))),
}
SEPARABLE_CONV1D = {
    "valid": ((2, 7, 3), 4, 3),
    "same_multiplier_2": ((1, 6, 3), 5, 4, dict(padding="same", depth_multiplier=2, activation="relu")),
    "valid_stride_2": ((1, 9, 2), 3, 3, dict(strides=2, use_bias=False)),
    "same_dilation_2": ((1, 7, 2), 3, 3, dict(padding="same", dilation_rate=2)),
    "regularized": ((2, 5, 2), 3, 2, dict(depthwise_regularizer=L2(0.01), pointwise_regularizer=L1(0.02), bias_regularizer=L1(0.03),
                                          activity_regularizer=L2(0.03), pointwise_initializer="he_normal", depthwise_initializer="ones")),
}
SEPARABLE_CONV2D = {
    "valid": ((2, 5, 6, 3), 4, 3),
    "same_stride_2_relu": ((1, 7, 6, 4), 3, 3, dict(padding="same", strides=2, activation="relu", use_bias=False)),
    "same_multiplier_2": ((1, 5, 4, 3), 4, 2, dict(padding="same", depth_multiplier=2)),
    "kernel_3x1_dilation_2": ((1, 6, 4, 2), 3, (3, 1), dict(dilation_rate=2)),
    "regularized": ((2, 4, 3, 2), 3, 2, dict(depthwise_regularizer=L2(0.01), pointwise_regularizer=L1(0.02), bias_regularizer=L1(0.03),
                                             pointwise_constraint="unit_norm")),
}
# Stride 1 and 2, windows that overlap and windows apart, with and without a border.
POOLING1D = {
    "pool_2": ((2, 6, 3), 2),
    "valid_odd": ((2, 7, 2), 2),
    "same_odd": ((2, 7, 2), 2, dict(padding="same")),
    "same_overlapping": ((1, 8, 17), 3, dict(strides=2, padding="same")),
    "valid_overlapping": ((1, 8, 2), 4, dict(strides=1)),
    "same_stride_wider_than_pool": ((1, 8, 2), 2, dict(strides=3, padding="same")),
    "same_pool_wider_than_input": ((2, 3, 2), 5, dict(strides=1, padding="same")),
}
POOLING3D = {
    "pool_2": ((1, 4, 5, 3, 2), 2),
    "same_odd": ((1, 3, 5, 4, 2), 2, dict(padding="same")),
    "valid_3x1x2_strides": ((1, 4, 3, 4, 2), (3, 1, 2), dict(strides=(1, 2, 1))),
    "same_overlapping": ((1, 4, 3, 5, 2), 3, dict(strides=2, padding="same")),
}
# JAX divides by 0 where a window is one pixel: no case has as many windows as pixels.
ADAPTIVE1D = {"to_3": ((2, 7, 3), 3), "to_1": ((2, 5, 2), 1), "to_4": ((1, 10, 2), 4)}
ADAPTIVE2D = {"to_2": ((2, 5, 6, 3), 2), "to_3x2": ((1, 7, 5, 2), (3, 2)), "to_1": ((2, 4, 3, 2), 1)}
ADAPTIVE3D = {"to_2": ((1, 4, 5, 3, 2), 2), "to_2x1x3": ((1, 5, 3, 7, 2), (2, 1, 3))}
UP1D = {"by_2": ((2, 4, 3), 2), "by_3": ((1, 5, 2), 3), "by_1": ((1, 3, 2), 1)}
UP2D = {"by_2": ((2, 3, 4, 2), 2), "by_3x1": ((1, 3, 4, 2), (3, 1))} | {
    f"{interpolation}_{text}": ((1, 4, 3, 2), size, dict(interpolation=interpolation))
    for interpolation in ("bilinear", "bicubic", "lanczos3", "lanczos5") for text, size in (("by_2", 2), ("by_2x3", (2, 3)))}
UP3D = {"by_2": ((1, 2, 3, 2, 2), 2), "by_1x3x2": ((1, 2, 2, 3, 2), (1, 3, 2))}

FILES = [
    conv("conv1d", K.Conv1D, CONV1D),
    conv("conv3d", K.Conv3D, CONV3D),
    conv("conv1d_transpose", K.Conv1DTranspose, CONV1D_TRANSPOSE),
    conv("conv2d_transpose", K.Conv2DTranspose, CONV2D_TRANSPOSE),
    conv("conv3d_transpose", K.Conv3DTranspose, CONV3D_TRANSPOSE),
    of("depthwise_conv1d", K.DepthwiseConv1D, DEPTHWISE_CONV1D, "kernel_size"),
    of("depthwise_conv2d", K.DepthwiseConv2D, DEPTHWISE_CONV2D, "kernel_size"),
    conv("separable_conv1d", K.SeparableConv1D, SEPARABLE_CONV1D),
    conv("separable_conv2d", K.SeparableConv2D, SEPARABLE_CONV2D),
    of("max_pooling1d", K.MaxPooling1D, POOLING1D, "pool_size"),
    of("average_pooling1d", K.AveragePooling1D, POOLING1D, "pool_size"),
    of("max_pooling3d", K.MaxPooling3D, POOLING3D, "pool_size"),
    of("average_pooling3d", K.AveragePooling3D, POOLING3D, "pool_size"),
    of("adaptive_max_pooling1d", K.AdaptiveMaxPooling1D, ADAPTIVE1D, "output_size"),
    of("adaptive_average_pooling1d", K.AdaptiveAveragePooling1D, ADAPTIVE1D, "output_size"),
    of("adaptive_max_pooling2d", K.AdaptiveMaxPooling2D, ADAPTIVE2D, "output_size"),
    of("adaptive_average_pooling2d", K.AdaptiveAveragePooling2D, ADAPTIVE2D, "output_size"),
    of("adaptive_max_pooling3d", K.AdaptiveMaxPooling3D, ADAPTIVE3D, "output_size"),
    of("adaptive_average_pooling3d", K.AdaptiveAveragePooling3D, ADAPTIVE3D, "output_size"),
    of("up_sampling1d", K.UpSampling1D, UP1D, "size"),
    of("up_sampling2d", K.UpSampling2D, UP2D, "size"),
    of("up_sampling3d", K.UpSampling3D, UP3D, "size"),
]
