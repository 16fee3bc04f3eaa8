//! Deep learning where a model is a plain Rust struct: Keras's Model Subclassing, in Rust.
//!
//! The layers of a model are its fields, the forward pass is a `call` that you write, and everything else (training, summary, plot,
//! saving, loading, cloning) comes without a line from you.
//!
//! ```
//! use nn::prelude::*;
//!
//! #[model]
//! struct MyModel {
//!     dense1: Dense,
//!     dropout: Dropout,
//!     dense2: Dense,
//! }
//!
//! #[model]
//! impl MyModel {
//!     fn call(&self, x: Tensor) -> Tensor {
//!         // Called by field name; dropout knows whether this is training.
//!         let h = self.dropout(self.dense1(x));
//!         self.dense2(h)
//!     }
//! }
//!
//! fn main() -> nn::Result<()> {
//!     // Sixty points, and whether they lie in the unit circle.
//!     let x = nn::random::uniform([60, 2], -1.5, 1.5, DType::F32);
//!     let inside = x.square().sum_axis(-1).less(1.0);
//!     let y = inside.cast(DType::F32).reshape([60, 1]);
//!
//!     let model = MyModel {
//!         dense1: Dense::new(16).activation(Activation::Relu),
//!         dropout: Dropout::new(0.1),
//!         dense2: Dense::new(1).activation(Activation::Sigmoid),
//!     };
//!     let compile = Compile::new(Adam::new(1e-2), BinaryCrossentropy::new());
//!     let mut model = model.compile(compile.metric(BinaryAccuracy::new()));
//!     model.fit((&x, &y), Fit::new().epochs(20).verbose(Verbose::Silent))?;
//!     println!("{}", model.summary([2])?);
//!     assert_eq!(model.predict(&x)?.shape(), [60, 1]);
//!     Ok(())
//! }
//! ```
//!
//! # By task
//!
//! | to | see |
//! |---|---|
//! | define a model | [`model`](macro@model), [`layers`]; [`guide::shapes`] for what the compiler checks |
//! | choose a layer, a loss, an optimizer by family | [`layers`], [`losses`], [`metrics`], [`optimizers`], [`schedules`], [`callbacks`] |
//! | put one together from symbolic tensors | [`layers::Functional`], [`layers::Sequential`], [`layers::Input`] |
//! | compute with tensors | [`Tensor`], [`ops`], [`random`], [`einsum`] |
//! | take gradients | [`GradientTape`] |
//! | read data | [`datasets`], [`data`], [`Dataset`] |
//! | train and evaluate | [`Compile`], [`Compiled`], [`Fit`], [`losses`], [`metrics`], [`optimizers`], [`schedules`], [`callbacks`] |
//! | write the loop yourself | [`Step`], [`Model`](trait@Model) |
//! | look at a model | [`summary`](mod@summary), [`Model`](trait@Model), [`profile`](fn@profile), [`Graph`] |
//! | save and load | [`saving`], [`Compiled::save`] |
//! | exchange with Keras and ONNX | [`keras`], `nn::io` |
//! | write an operation, or a tool for models | [`extend`] |
//! | read why | [`guide`]: shapes, graph, mistakes, performance, promises |

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

pub mod extend;
/// The path of [`extend`]'s `DynLayer` and its kin in programs from before it.
#[doc(hidden)]
pub use nn_core::registry;
pub mod guide;

/// The crate whose arrays tensors are made from and into: `Tensor::from(array)`, `Tensor::to_ndarray`.
#[cfg(feature = "ndarray")]
#[doc(no_inline)]
pub use nn_core::ndarray;
pub use nn_core::random::set_seed;
/// The crate whose values configurations are: `Module::config`, `nn::keras`.
#[doc(no_inline)]
pub use nn_core::serde_json;
#[doc(inline)]
pub use nn_core::{
    Axes, Constraint, DType, Error, ErrorKind, GradientTape, Gradients, Graph, Initializer,
    InputShapes, IntoTensors, Layer, LayerCost, Module, Padding, Param, Parameter, Regularizer,
    Result, Shape, ShapeError, Tensor, Tensors, add_loss, collect_losses, concatenate, einsum,
    floatx, module,
    module::initializer::{Distribution, FanMode, Window},
    no_gradient, ops, random, set_floatx, stack, testing, training, where_,
};
pub use nn_derive::{Layer, Model, Tensors, model};
#[cfg(feature = "onnx")]
#[doc(inline)]
pub use nn_io as io;
#[doc(inline)]
pub use nn_layers as layers;
#[doc(no_inline)]
pub use nn_layers::*;
#[cfg(feature = "plot")]
pub use nn_train::ImageGallery;
#[doc(inline)]
pub use nn_train::{
    Batch, Batches, Compile, Compiled, Dataset, Fit, FromBatch, History, Inference, IntoDataset,
    IntoLosses, LayerProfile, LoadReport, Model, Profile, Scores, State, Step, Summary, TrainTest,
    ValidationFreq, Verbose, callbacks, data, datasets, history, losses, metrics, optimizers,
    profile, register, saving, schedules, summary,
};

// What generated code names. It stands at the root because the macros write the same paths into the crates that the library is made of.
#[doc(hidden)]
pub use nn_core::{
    Callable, InputOf, IntoInput, OutputOf, OutputShape, UNKNOWN, config, statics, trace,
};

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
        Constrain, Constraint, DType, GradientTape, Gradients, Initialize, Initializer,
        InputShapes, Interpolation, Layer, Module, Padding, Param, Regularize, Regularizer, Result,
        Shape, Tensor, Tensors, concatenate, einsum, no_gradient, random::set_seed, stack, where_,
    };
    pub use nn_derive::{Layer, Model, Tensors, model};
    #[cfg(feature = "onnx")]
    pub use nn_io::ExportOnnx;
    pub use nn_layers::*;
    #[cfg(feature = "plot")]
    pub use nn_train::ImageGallery;
    #[cfg(feature = "csv")]
    pub use nn_train::callbacks::CSVLogger;
    pub use nn_train::callbacks::{
        BackupAndRestore, Callback, EarlyStopping, LambdaCallback, LearningRateScheduler,
        ModelCheckpoint, ReduceLROnPlateau, Run, SwapEMAWeights, TerminateOnNaN,
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
        LossMetric, MeanIoU, Metric, OneHotIoU, OneHotMeanIoU, PearsonCorrelation, Precision,
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
        Compile, Compiled, Dataset, Fit, History, Inference, Model, Scores, Step, TrainTest,
        Verbose,
    };
}
