//! `Default` for the layers that Keras makes without an argument: with its own settings.

macro_rules! defaults {
    ($($Layer:ident($($argument:expr),*),)*) => {$(
        impl Default for crate::$Layer {
            /// As Keras makes it without an argument.
            fn default() -> Self {
                Self::new($($argument),*)
            }
        }
    )*};
}

defaults! {
    ActivityRegularization(),
    Add(),
    AdditiveAttention(),
    Attention(),
    AugMix(),
    AutoContrast(),
    Average(),
    BatchNormalization(),
    Concatenate(),
    ContrastLimitedAdaptiveHistogramEqualization(),
    Cropping1D(1),
    Cropping2D(0),
    Cropping3D(1),
    CutMix(),
    ELU(),
    Equalization(),
    Flatten(),
    GlobalAveragePooling1D(),
    GlobalAveragePooling2D(),
    GlobalAveragePooling3D(),
    GlobalMaxPooling1D(),
    GlobalMaxPooling2D(),
    GlobalMaxPooling3D(),
    GroupNormalization(),
    Identity(),
    IntegerLookup(),
    LayerNormalization(),
    LeakyReLU(),
    Masking(),
    MaxPooling1D(2),
    MaxPooling2D(2),
    MaxPooling3D(2),
    Maximum(),
    MelSpectrogram(),
    Minimum(),
    MixUp(),
    Multiply(),
    Normalization(),
    PReLU(),
    RMSNormalization(),
    RandAugment(),
    RandomColorJitter(),
    RandomElasticTransform(),
    RandomErasing(),
    RandomFlip(),
    RandomGaussianBlur(),
    RandomGrayscale(),
    RandomInvert(),
    RandomPerspective(),
    RandomShear(0.0, 0.0),
    ReLU(),
    STFTSpectrogram(256),
    Sequential(),
    Softmax(),
    Solarization(),
    StringLookup(),
    Subtract(),
    TextVectorization(),
    UnitNormalization(),
    UpSampling1D(2),
    UpSampling2D(2),
    UpSampling3D(2),
    ZeroPadding1D(1),
    ZeroPadding2D(1),
    ZeroPadding3D(1),
}

#[cfg(test)]
mod tests {
    use nn_core::Module;

    #[test]
    fn are_those_of_keras() {
        let config = |layer: &dyn Module, key: &str| layer.config()["config"][key].clone();
        assert_eq!(
            config(&crate::MaxPooling2D::default(), "pool_size"),
            serde_json::json!([2, 2])
        );
        assert_eq!(
            config(&crate::UpSampling2D::default(), "size"),
            serde_json::json!([2, 2])
        );
        let padding = config(&crate::ZeroPadding2D::default(), "padding");
        assert_eq!(padding, serde_json::json!([[1, 1], [1, 1]]));
        assert_eq!(config(&crate::LeakyReLU::default(), "negative_slope"), 0.3);
    }
}
