//! Deep learning where a model is a plain Rust struct: Keras's Model Subclassing, in Rust.
//!
//! The layers of a model are its fields, the forward pass is a `call` that you write, and everything else (training, summary, plot,
//! saving, loading, cloning) comes without a line from you.

#![forbid(unsafe_code)]

pub mod guide;

pub use nn_core::*;
pub use nn_derive::{Layer, Model, Tensors, model};
#[cfg(feature = "onnx")]
pub use nn_io as io;
pub use nn_layers as layers;
pub use nn_layers::*;
pub use nn_train::{
    Batch, Batches, Compile, Compiled, Dataset, Fit, FromBatch, History, IntoDataset, IntoLosses,
    IntoTensors, LayerProfile, LoadReport, Model, Profile, Scores, State, Step, Summary, TrainTest,
    Verbose, callbacks, data, datasets, history, losses, metrics, optimizers, profile, register,
    saving, schedules, summary,
};

pub use nn_core::random::set_seed;

/// What generated code refers to.
#[doc(hidden)]
pub mod __private {
    pub use nn_core::__private::*;
    pub use nn_train::DefaultSteps;
}

/// Everything a model's author needs: `use nn::prelude::*;`.
pub mod prelude {
    pub use crate::testing::assert_close;
    pub use nn_core::{
        Constraint, DType, GradientTape, Gradients, Initializer, InputShapes, Interpolation, Layer,
        Module, Padding, Param, Regularizer, Shape, Tensor, Tensors, concatenate, no_gradient,
        stack,
    };
    pub use nn_derive::{Layer, Model, Tensors, model};
    #[cfg(feature = "onnx")]
    pub use nn_io::ExportOnnx;
    pub use nn_layers::*;
    pub use nn_train::callbacks::{
        BackupAndRestore, CSVLogger, Callback, EarlyStopping, LambdaCallback,
        LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau, Run, SwapEMAWeights,
        TerminateOnNaN,
    };
    pub use nn_train::losses::{
        BinaryCrossentropy, BinaryFocalCrossentropy, CTC, CategoricalCrossentropy,
        CategoricalFocalCrossentropy, CategoricalGeneralizedCrossEntropy, CategoricalHinge, Circle,
        CosineSimilarity, Dice, Hinge, Huber, KLDivergence, LogCosh, Loss, MeanAbsoluteError,
        MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, Poisson,
        Reduction, SparseCategoricalCrossentropy, SquaredHinge, Tversky,
    };
    pub use nn_train::metrics::{
        AUC, Accuracy, BinaryAccuracy, BinaryIoU, CategoricalAccuracy, ConcordanceCorrelation,
        ConfusionMatrix, F1Score, FBetaScore, FalseNegatives, FalsePositives, IoU, LogCoshError,
        MeanIoU, Metric, OneHotIoU, OneHotMeanIoU, PearsonCorrelation, Precision,
        PrecisionAtRecall, R2Score, Recall, RecallAtPrecision, RootMeanSquaredError,
        SensitivityAtSpecificity, SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy,
        SpecificityAtSensitivity, TopKCategoricalAccuracy, TrueNegatives, TruePositives,
    };
    pub use nn_train::optimizers::{
        Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, LossScaleOptimizer,
        MultiOptimizer, Muon, Nadam, Optimizer, RMSprop, SGD, ScheduleFreeAdamW,
    };
    pub use nn_train::schedules::{
        CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay,
        PiecewiseConstantDecay, PolynomialDecay, Schedule,
    };
    pub use nn_train::{
        Compile, Compiled, Dataset, Fit, History, Model, Scores, Step, TrainTest, Verbose,
    };
}
