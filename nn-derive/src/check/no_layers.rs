//! Types of the framework that are no layers: what is to be said of a field of one.

/// What such a type is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Has a layer that applies it.
    Activation,
    /// A value of a setting.
    Setting,
    Loss,
    Optimizer,
    Metric,
}

const KINDS: [(Kind, &[&str]); 5] = [
    (Kind::Activation, &["Activation"]),
    (
        Kind::Setting,
        &[
            "Constraint",
            "DType",
            "Initializer",
            "Interpolation",
            "Padding",
            "Regularizer",
            "Shape",
        ],
    ),
    (
        Kind::Loss,
        &[
            "BinaryCrossentropy",
            "BinaryFocalCrossentropy",
            "CTC",
            "CategoricalCrossentropy",
            "CategoricalFocalCrossentropy",
            "CategoricalGeneralizedCrossEntropy",
            "CategoricalHinge",
            "Circle",
            "CosineSimilarity",
            "Dice",
            "Hinge",
            "Huber",
            "KLDivergence",
            "LogCosh",
            "MeanAbsoluteError",
            "MeanAbsolutePercentageError",
            "MeanSquaredError",
            "MeanSquaredLogarithmicError",
            "Poisson",
            "SparseCategoricalCrossentropy",
            "SquaredHinge",
            "Tversky",
        ],
    ),
    (
        Kind::Optimizer,
        &[
            "Adadelta",
            "Adafactor",
            "Adagrad",
            "Adam",
            "AdamW",
            "Adamax",
            "Ftrl",
            "Lamb",
            "Lion",
            "Muon",
            "Nadam",
            "RMSprop",
            "SGD",
        ],
    ),
    (
        Kind::Metric,
        &[
            "AUC",
            "Accuracy",
            "BinaryAccuracy",
            "CategoricalAccuracy",
            "F1Score",
            "FBetaScore",
            "IoU",
            "MeanIoU",
            "Precision",
            "R2Score",
            "Recall",
            "RootMeanSquaredError",
            "SparseCategoricalAccuracy",
            "TopKCategoricalAccuracy",
        ],
    ),
];

/// What a type of the framework is, if it is no layer.
pub fn kind(name: &str) -> Option<Kind> {
    let known = KINDS.iter().find(|(_, names)| names.contains(&name));
    known.map(|(kind, _)| *kind)
}

/// Layers of which a `const fn` cannot make one.
pub const MADE_AT_RUN_TIME: [&str; 7] = [
    "AnyCell",
    "Bidirectional",
    "Discretization",
    "Lambda",
    "SpectralNormalization",
    "StringLookup",
    "TextVectorization",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;

    #[test]
    fn the_types_are_there_and_no_layers() {
        let prelude = include_str!("../../../src/lib.rs");
        let layers = include_str!("../../../nn-layers/src/lib.rs");
        let is_in = |text: &str, name: &str| source::words(text, name).next().is_some();
        for (kind, names) in KINDS {
            for name in names {
                let is_value = matches!(kind, Kind::Activation | Kind::Setting);
                assert!(is_in(prelude, name) || is_in(layers, name), "{name}");
                assert!(is_value || !is_in(layers, name), "{name}");
            }
        }
        for name in MADE_AT_RUN_TIME {
            assert!(is_in(layers, name), "{name}");
        }
    }
}
